"""Checks of the code host: the pushed commit's tests are really run."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import requests

from playground.codehost import CheckMode, CheckRunner, CheckStatus, Conclusion
from tests.playground.codehost.codehost_place import CODE, REPO, UNITTEST, Opener, Place, eventually

RED = CODE.replace("a + b", "a - b")


def ended(place: Place, sha: str) -> Conclusion | None:
    """How the last check of a commit ended, once it has."""
    return eventually(lambda: place.host.checks(REPO, sha)[-1].conclusion)


def test_a_pushed_commit_is_tested_and_turns_green(open_place: Opener) -> None:
    place = open_place(CheckRunner(UNITTEST))
    sha = place.push("fix")
    assert ended(place, sha) is Conclusion.SUCCESS
    [run] = place.repo().get_commit(sha).get_check_runs()
    assert (run.name, run.status, run.conclusion) == ("tests", "completed", "success")
    assert run.completed_at is not None
    assert run.completed_at >= run.started_at
    assert place.repo().get_commit(sha).get_combined_status().state == "pending"
    assert [suite.conclusion for suite in place.repo().get_commit(sha).get_check_suites()] == ["success"]


def test_a_failing_commit_turns_red_and_its_log_is_had_where_github_has_it(
    open_place: Opener,
) -> None:
    place = open_place(CheckRunner(UNITTEST))
    sha = place.push("fix", RED)
    assert ended(place, sha) is Conclusion.FAILURE
    repo = place.repo()
    [run] = repo.get_commit(sha).get_check_runs()
    assert not run.output.title
    assert not run.output.text
    [workflow] = repo.get_workflow_runs(head_sha=sha)
    [job] = workflow.jobs()
    assert (workflow.conclusion, job.conclusion) == ("failure", "failure")
    log = requests.get(job.logs_url(), timeout=5)  # no token: the address is enough
    assert "AssertionError: 0 != 4" in log.text
    page = requests.get(workflow.html_url, timeout=5).text
    assert "AssertionError: 0 != 4" in page


def test_each_push_is_tested_anew_and_a_pull_request_shows_its_head(
    open_place: Opener,
) -> None:
    place = open_place(CheckRunner(UNITTEST))
    red = place.push("fix", RED)
    pull = place.repo().create_pull("main", "fix", title="Fix", body="")
    ended(place, red)
    assert place.repo().get_pull(pull.number).mergeable_state == "unstable"
    green = place.push("fix")
    ended(place, green)
    [seen] = place.host.pull_requests(REPO)
    assert (seen.head_sha, seen.green, len(seen.checks)) == (green, True, 1)
    assert place.repo().get_pull(pull.number).mergeable_state == "clean"


def test_checks_that_no_runner_takes_stay_queued(open_place: Opener) -> None:
    place = open_place(CheckRunner(UNITTEST, mode=CheckMode.NEVER))
    sha = place.push("fix")
    [run] = place.repo().get_commit(sha).get_check_runs()
    # PyGithub's types forget that both are null until the check has begun.
    shown: tuple[str, str | None, datetime | None] = (run.status, run.conclusion, run.started_at)
    assert shown == ("queued", None, None)
    assert place.host.checks(REPO, sha)[0].status is CheckStatus.QUEUED


def test_a_delayed_check_is_queued_at_first(open_place: Opener) -> None:
    place = open_place(CheckRunner((sys.executable, "-c", ""), delay=3_600))
    assert status(place, place.push("fix")) == "queued"


def test_a_check_is_in_progress_while_its_tests_run(open_place: Opener, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    waiting = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.02)"
    place = open_place(CheckRunner((sys.executable, "-c", waiting)))
    sha = place.push("fix")
    eventually(lambda: status(place, sha) == "in_progress")
    gate.touch()
    assert ended(place, sha) is Conclusion.SUCCESS


def status(place: Place, sha: str) -> str:
    [run] = place.repo().get_commit(sha).get_check_runs()
    return run.status


def test_tests_that_take_too_long_are_stopped(open_place: Opener) -> None:
    place = open_place(CheckRunner((sys.executable, "-c", "import time; time.sleep(60)"), timeout=0.3))
    assert ended(place, place.push("fix")) is Conclusion.TIMED_OUT


def test_a_command_that_is_not_there_is_a_failure_that_says_so(open_place: Opener) -> None:
    place = open_place(CheckRunner(("no-such-program",)))
    sha = place.push("fix")
    assert ended(place, sha) is Conclusion.FAILURE
    assert "no-such-program" in place.host.checks(REPO, sha)[0].summary


def test_the_log_of_a_job_is_whole(open_place: Opener) -> None:
    wordy = (sys.executable, "-c", "print('x' * 100_000); print('the end')")
    place = open_place(CheckRunner(wordy))
    sha = place.push("fix")
    ended(place, sha)
    [job] = place.repo().get_workflow_runs(head_sha=sha)[0].jobs()
    log = requests.get(job.logs_url(), timeout=5).text
    assert len(log) > 100_000
    assert log.endswith("the end\n")


def test_the_tests_see_their_own_environment_and_not_this_processs(
    open_place: Opener,
) -> None:
    asked = (sys.executable, "-c", "import os; print(sorted(os.environ))")
    place = open_place(CheckRunner(asked, env={"COLOUR": "blue"}))
    sha = place.push("fix")
    ended(place, sha)
    log = place.host.checks(REPO, sha)[0].log
    assert "COLOUR" in log
    assert "PYTEST_CURRENT_TEST" not in log


def test_a_wrapped_command_runs_inside_what_wraps_it(open_place: Opener) -> None:
    place = open_place(
        CheckRunner(("ls",), wrap=lambda command, checkout: ["env", "-C", str(checkout / "docs"), *command])
    )
    sha = place.push("fix")
    ended(place, sha)
    assert place.host.checks(REPO, sha)[0].log == "note.md\n"
