"""Checks that fail on the branch that a pull request is for: the real adapter on a code host that really runs them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from agents.exchange import Draft, PullRequest
from playground.codehost.records import CheckStatus
from storage.records import CheckState
from tests.contracts.code_hosts import AT, NAME, WRITER, GithubStand

READ = "github:GET /repos/{owner}/{repo}/commits/{ref}/check-runs"
BROKEN, WHOLE = "echo the server is away; exit 3", "echo all is well"


def script(old: str, new: str) -> str:
    head = "diff --git a/check.sh b/check.sh\n--- a/check.sh\n+++ b/check.sh\n"
    return f"{head}@@ -1 +1 @@\n-{old}\n+{new}\n"


def note(words: str) -> str:
    head = "diff --git a/shop.py b/shop.py\n--- a/shop.py\n+++ b/shop.py\n"
    return f"{head}@@ -1,2 +1,2 @@\n def total(items):\n-    return 0\n+    return {words}\n"


@dataclass
class Town:
    """A code host on which people break and mend the main branch."""

    stand: GithubStand

    def opens(self, branch: str, patch: str) -> PullRequest:
        host, repository = self.stand.host, self.stand.repository
        base = self.stand.playground.branches(NAME)["main"]
        host.ensure_branch(repository, branch=branch, base_sha=base, patch=patch, message=branch, at=AT)
        made = host.ensure_pull_request(repository, Draft(branch=branch, title=branch, body="."))
        self.waits(made.head_sha)
        return made

    def merges(self, branch: str, patch: str) -> None:
        """And CI runs on what main is then."""
        made = self.opens(branch, patch)
        self.stand.host.ensure_ready(self.stand.repository, made.number)
        self.stand.merge(made.number, WRITER)
        self.stand.playground.check(NAME)
        self.waits(self.stand.playground.branches(NAME)["main"])

    def waits(self, sha: str) -> None:
        until = time.monotonic() + 15
        while any(one.status is not CheckStatus.COMPLETED for one in self.stand.playground.checks(NAME, sha)):
            assert time.monotonic() < until, f"the checks of {sha} did not end"
            time.sleep(0.02)

    def sees(self, made: PullRequest) -> PullRequest:
        return self.stand.host.pull_request(self.stand.repository, made.number)


def test_what_fails_on_main_too_is_not_the_pull_requests_until_main_is_green_again(github: GithubStand) -> None:
    town = Town(github)
    town.merges("dana/break", script(WHOLE, BROKEN))
    made = town.opens("signalbox/sb-7", note("len(items)"))

    seen = town.sees(made)
    assert (seen.checks, seen.verdict, seen.base) == ((), CheckState.GREEN, "main")
    assert [(check.name, check.state, check.log) for check in seen.foreign] == [("tests", CheckState.RED, "")]
    assert seen.foreign[0].ended_at is not None

    town.merges("dana/mend", script(BROKEN, WHOLE))
    seen = town.sees(made)
    assert (seen.foreign, seen.verdict) == ((), CheckState.RED)
    assert "the server is away" in seen.checks[0].log


def test_what_fails_on_the_pull_request_alone_is_its_own(github: GithubStand) -> None:
    town = Town(github)
    github.playground.check(NAME)
    town.waits(github.base_sha)
    made = town.opens("signalbox/sb-7", script(WHOLE, BROKEN))

    seen = town.sees(made)
    assert (seen.foreign, seen.verdict) == ((), CheckState.RED)


def test_where_the_branch_has_no_check_of_that_name_it_is_the_pull_requests(github: GithubStand) -> None:
    seen = (town := Town(github)).sees(town.opens("signalbox/sb-7", script(WHOLE, BROKEN)))

    assert (seen.foreign, seen.verdict) == ((), CheckState.RED)


def test_while_main_is_tested_anew_the_commit_that_was_forked_from_speaks(github: GithubStand) -> None:
    town = Town(github)
    town.merges("dana/break", script(WHOLE, BROKEN))
    made = town.opens("signalbox/sb-7", note("len(items)"))
    other = town.opens("dana/other", note("1"))
    github.host.ensure_ready(github.repository, other.number)
    github.merge(other.number, WRITER)  # no check has begun there

    assert [check.name for check in town.sees(made).foreign] == ["tests"]


def test_the_branchs_checks_are_read_once_a_minute_however_many_look(github: GithubStand) -> None:
    town = Town(github)
    town.merges("dana/break", script(WHOLE, BROKEN))
    made = town.opens("signalbox/sb-7", note("len(items)"))

    def costs() -> int:
        before = github.faults.seen(READ)
        town.sees(made)
        return github.faults.seen(READ) - before

    assert [costs(), costs()] == [2, 1], "its own and the branch's, then its own alone"
