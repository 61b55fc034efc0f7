"""Checks whose names are those of others, as GitHub lists them: which of them count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agents.adapters.github import Credentials
from agents.adapters.github.checks import checks_of
from agents.adapters.github.client import Clients, Manners
from agents.adapters.github.required import Required
from agents.exchange import Check
from storage.records import CheckState
from tests.contracts.code_hosts import Stage

SHA = "a" * 40
GREEN, RED, RUNNING = ("completed", "success"), ("completed", "failure"), ("in_progress", None)
CANCELLED = ("completed", "cancelled")
How = tuple[str, str | None]


@dataclass
class Actions:
    """What GitHub says of a commit: runs of workflows (number -> workflow, event), and their jobs."""

    runs: dict[int, tuple[int, str]]
    jobs: list[tuple[int, int, str, How]]  # number, that of its run, name, status and conclusion
    fine_grained: bool = False
    asked: list[str] = field(default_factory=list)
    statuses: list[tuple[str, str]] = field(default_factory=list)  # context and state, newest first
    log: str | None = ""  # what a job printed; with None its host does not answer
    annotations: list[dict[str, Any]] = field(default_factory=list)
    shown: str | None = None  # what the logs' host was shown of our token

    async def answer(self, request: Request) -> Response:
        path = request.url.path.removeprefix("/repos/acme/shop")
        self.asked.append(path)
        if path.endswith("/check-runs") and self.fine_grained:
            return JSONResponse({"message": "Resource not accessible by personal access token"}, 403)
        if path == f"/commits/{SHA}/statuses":
            return self._some_statuses(int(request.query_params.get("page", "1")), request)
        if path.endswith("/logs"):
            host = request.base_url if self.log is not None else "http://127.0.0.1:1/"  # where nobody listens
            return Response(status_code=302, headers={"location": f"{host}stored-log"})
        if path == "/stored-log":
            self.shown = request.headers.get("authorization", "")
            return Response(self.log)
        if path.endswith("/annotations"):
            return JSONResponse(self.annotations)
        found = self._of(path, str(request.base_url))
        return JSONResponse(found or {"message": "Not Found"}, 200 if found else 404)

    def _some_statuses(self, page: int, request: Request) -> JSONResponse:
        shown = self.statuses[(page - 1) * 30 : page * 30]
        link = f'<{request.url.include_query_params(page=page + 1)}>; rel="next"'
        rows = [{"id": number, "context": name, "state": state} for number, (name, state) in enumerate(shown)]
        return JSONResponse(rows, headers={"link": link} if page * 30 < len(self.statuses) else {})

    def _of(self, path: str, base: str) -> dict[str, Any]:
        there: dict[str, dict[str, Any]] = {
            f"/commits/{SHA}": {"sha": SHA, "url": f"{base}repos/acme/shop/commits/{SHA}"},
            f"/commits/{SHA}/check-runs": _page("check_runs", [self._check_run(*job, base) for job in self.jobs]),
            "/actions/runs": _page("workflow_runs", [self._run(number, base) for number in self.runs]),
        }
        for number in self.runs:
            there[f"/actions/runs/{number}"] = self._run(number, base)
            mine = [self._job(*job) for job in self.jobs if job[1] == number]
            there[f"/actions/runs/{number}/jobs"] = _page("jobs", mine)
        return there.get(path, {})

    def _check_run(self, number: int, run: int, name: str, how: How, base: str) -> dict[str, Any]:
        page = f"{base}acme/shop/actions/runs/{run}/job/{number}"
        known = {"id": number, "name": name, "status": how[0], "conclusion": how[1], "html_url": page}
        known |= {"url": f"{base}repos/acme/shop/check-runs/{number}", "completed_at": "2026-11-21T09:00:04Z"}
        output = {"title": None, "summary": None, "text": None, "annotations_count": len(self.annotations)}
        return {**known, "app": {"slug": "github-actions"}, "output": output}

    def _run(self, number: int, base: str) -> dict[str, Any]:
        workflow, event = self.runs[number]
        url = f"{base}repos/acme/shop/actions/runs/{number}"
        known = {"id": number, "name": f"workflow {workflow}", "workflow_id": workflow, "event": event}
        return {**known, "status": "queued", "conclusion": None, "url": url, "jobs_url": f"{url}/jobs", "html_url": url}

    @staticmethod
    def _job(number: int, run: int, name: str, how: How) -> dict[str, Any]:
        known = {"id": number, "run_id": run, "name": name, "status": how[0], "conclusion": how[1]}
        return {**known, "html_url": "there", "completed_at": "2026-11-21T09:00:04Z"}

    def checks(self, stage: Stage, timeout: float | None = 5.0) -> tuple[Check, ...]:
        stage.app = Starlette(routes=[Route("/{path:path}", self.answer)])
        repo = Clients(Credentials("token", api_url=stage.url), Manners.towards(stage.url)).mine().get_repo("acme/shop")
        return checks_of(repo, repo.get_commit(SHA), timeout)


def _page(name: str, items: list[Any]) -> dict[str, Any]:
    return {"total_count": len(items), name: items}


def states(checks: tuple[Check, ...]) -> list[tuple[str, str]]:
    return sorted((check.name, check.state.value) for check in checks)


@pytest.mark.parametrize("fine_grained", [False, True])
def test_two_workflows_with_jobs_of_one_name_both_count(stage: Stage, *, fine_grained: bool) -> None:
    there = Actions({1: (10, "push"), 2: (20, "push")}, [(5, 1, "test", RED), (6, 2, "test", GREEN)], fine_grained)

    assert states(there.checks(stage)) == [("test", CheckState.GREEN), ("test", CheckState.RED)]


@pytest.mark.parametrize("fine_grained", [False, True])
def test_of_a_workflow_that_was_run_again_the_newer_run_counts(stage: Stage, *, fine_grained: bool) -> None:
    runs = {1: (10, "pull_request"), 2: (10, "pull_request")}
    there = Actions(runs, [(5, 1, "test", RED), (6, 2, "test", GREEN)], fine_grained)

    assert states(there.checks(stage)) == [("test", CheckState.GREEN)]


@pytest.mark.parametrize("fine_grained", [False, True])
def test_what_was_cancelled_for_another_of_its_name_does_not_count(stage: Stage, *, fine_grained: bool) -> None:
    runs = {1: (10, "push"), 2: (10, "pull_request")}
    jobs = [(5, 1, "test", CANCELLED), (6, 2, "test", RUNNING), (7, 1, "lint", CANCELLED)]
    there = Actions(runs, jobs, fine_grained)

    assert states(there.checks(stage)) == [("lint", CheckState.RED), ("test", CheckState.PENDING)]


def _note(message: str) -> dict[str, Any]:
    return {"path": ".github", "start_line": 1, "message": message}


STOPPED = "2026-11-21T09:00:02.1Z ##[error]The operation was canceled.\n"
BY_HAND, TOO_LONG = "The run was canceled by @anna-b.", "The job has exceeded the maximum execution time of 6m0s"


def test_what_a_person_cancelled_is_pending_and_says_by_whom(stage: Stage) -> None:
    there = Actions({1: (10, "push")}, [(5, 1, "test", CANCELLED)], log=STOPPED, annotations=[_note(BY_HAND)])

    (check,) = there.checks(stage)

    assert (check.state, check.cancelled_by, check.log) == (CheckState.PENDING, "anna-b", "")


@pytest.mark.parametrize("why", [TOO_LONG, "The run was canceled by @merge-queue[bot]."])
def test_what_was_cancelled_by_no_person_is_red_and_says_why(stage: Stage, why: str) -> None:
    there = Actions({1: (10, "push")}, [(5, 1, "test", CANCELLED)], log=STOPPED, annotations=[_note(why)])

    (check,) = there.checks(stage)

    assert (check.state, check.cancelled_by) == (CheckState.RED, "")
    assert "The operation was canceled." in check.log
    assert why in check.log


@pytest.mark.parametrize("fine_grained", [False, True])
def test_what_was_cancelled_on_the_base_branch_says_nothing_of_it(stage: Stage, *, fine_grained: bool) -> None:
    there = Actions({1: (10, "push")}, [(5, 1, "test", CANCELLED), (6, 1, "lint", RED)], fine_grained)

    assert states(there.checks(stage, None)) == [("lint", CheckState.RED), ("test", CheckState.PENDING)]


def test_a_workflow_that_was_begun_anew_and_has_no_jobs_yet_is_waited_for(stage: Stage) -> None:
    runs = {1: (10, "push"), 2: (10, "push")}
    there = Actions(runs, [(5, 1, "test", RED)], fine_grained=True)

    assert states(there.checks(stage)) == [("workflow 10", CheckState.PENDING)]


def test_runs_are_asked_for_only_where_names_are_the_same(stage: Stage) -> None:
    there = Actions({1: (10, "push"), 2: (20, "push")}, [(5, 1, "test", GREEN), (6, 2, "lint", GREEN)])

    assert states(there.checks(stage)) == [("lint", CheckState.GREEN), ("test", CheckState.GREEN)]
    assert not [path for path in there.asked if path.startswith("/actions")]


def test_of_more_statuses_than_one_page_the_latest_of_each_counts(stage: Stage) -> None:
    many = [(f"ci/{number}", "success") for number in range(33)]
    there = Actions({}, [], statuses=[("ci/0", "pending"), *many[1:], ("last", "failure"), ("ci/0", "failure")])

    told = states(there.checks(stage))

    assert (len(told), dict(told)["ci/0"], dict(told)["last"]) == (34, CheckState.PENDING, CheckState.RED)


LOG = (
    "2026-11-21T09:00:00.1Z ##[group]Run make test\n2026-11-21T09:00:01.1Z \x1b[31mE total is wrong\x1b[0m\n"
    "2026-11-21T09:00:02.1Z ##[error]Process completed with exit code 1.\n"
) + "2026-11-21T09:00:03.1Z Post job cleanup.\n" * 1000


@pytest.mark.parametrize("fine_grained", [False, True])
def test_a_jobs_log_ends_where_it_failed_and_its_host_is_shown_no_token(stage: Stage, *, fine_grained: bool) -> None:
    there = Actions({1: (10, "push")}, [(5, 1, "test", RED)], fine_grained, log=LOG)

    (check,) = there.checks(stage)

    assert check.log.splitlines()[1:] == ["E total is wrong", "##[error]Process completed with exit code 1."]
    assert there.shown == ""


@pytest.mark.parametrize("fine_grained", [False, True])
def test_a_host_of_logs_that_cannot_be_reached_is_no_fault_of_githubs(stage: Stage, *, fine_grained: bool) -> None:
    there = Actions({1: (10, "push")}, [(5, 1, "test", RED)], fine_grained, log=None)

    (check,) = there.checks(stage)

    assert check.state is CheckState.RED
    assert "the logs' host must be reachable" in check.log


def test_a_check_that_says_what_is_wrong_on_single_lines_alone_is_heard(stage: Stage) -> None:
    note = {"path": "shop.py", "start_line": 3, "message": "unused import"}
    there = Actions({1: (10, "push")}, [(5, 1, "lint", RED)], log="", annotations=[note])

    (check,) = there.checks(stage)

    assert check.log == "shop.py:3: unused import"


def test_what_rulesets_require_is_added_to_what_the_branchs_protection_does_and_neither_need_be_told(
    stage: Stage,
) -> None:
    context = {"context": "end to end", "integration_id": None}
    rule = {"type": "required_status_checks", "parameters": {"required_status_checks": [context]}}
    protection = {"enabled": True, "required_status_checks": {"enforcement_level": "everyone", "contexts": ["test"]}}
    there: dict[str, Any] = {
        "/repos/acme/shop/branches/release/1": {"name": "release/1", "protection": protection},
        "/repos/acme/shop/rules/branches/release/1": [{"type": "deletion"}, rule],
    }

    async def answer(request: Request) -> Response:
        found = there.get(request.url.path)
        return JSONResponse(found if found is not None else {"message": "Not Found"}, 200 if found is not None else 404)

    stage.app = Starlette(routes=[Route("/{path:path}", answer)])
    repo = Clients(Credentials("token", api_url=stage.url), Manners.towards(stage.url)).mine().get_repo("acme/shop")
    reported = [Check(name="lint", state=CheckState.GREEN)]

    assert Required().missing(repo, "release/1", reported) == ("test", "end to end")
    assert Required().missing(repo, "elsewhere", reported) == ()
