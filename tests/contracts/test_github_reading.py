"""What only the real adapter reads: checks, jobs and their logs, reviews and comments, conflicts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.github import Credentials, GithubCodeHost
from agents.adapters.github.reverts import undoing
from agents.terms import Repository
from playground.codehost import BOT, ReviewState
from storage.records import CheckState
from tests.contracts.code_hosts import APPROVER, AT, NAME, PASSER_BY, WRITER, GithubStand, Stage, change
from tests.contracts.pushing import DRAFT, FIX, opened, push

# ── a fine-grained token, which may not see check runs ──────────────────────────────────────────────────────────


def test_a_fine_grained_token_sees_the_checks_as_jobs_with_their_logs(github: GithubStand) -> None:
    github.playground.add_token("github_pat_fine", BOT, fine_grained=True)
    github.host = github.adapter("github_pat_fine")
    push(github, change("check.sh", "echo total is wrong; exit 3"))
    made = github.host.ensure_pull_request(github.repository, DRAFT)

    github.end_checks(made.number, red=True)

    (check,) = github.host.pull_request(github.repository, made.number).checks
    assert (check.name, check.state) == ("tests", CheckState.RED)
    assert "total is wrong" in check.log
    push(github)
    github.end_checks(made.number, red=False)
    assert github.faults.seen("github:GET /repos/{owner}/{repo}/actions/runs") > 1


def test_a_required_check_that_nobody_has_reported_is_missing_while_all_others_are_green(github: GithubStand) -> None:
    github.playground.require_checks(NAME, "tests", "end to end")
    made = opened(github)

    github.end_checks(made.number, red=False)

    assert github.host.pull_request(github.repository, made.number).missing == ("end to end",)


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reviews_and_comments_on_lines_are_remarks(github: GithubStand) -> None:
    made = opened(github)
    github.playground.review(NAME, made.number, "lee", ReviewState.APPROVED)
    github.playground.review(
        NAME,
        made.number,
        WRITER,
        ReviewState.CHANGES_REQUESTED,
        body="Not yet",
        comments=[("shop.py", 1, "What of an empty list?")],
    )
    github.remark(made.number, PASSER_BY, "Nice")
    remarks = github.host.pull_request(github.repository, made.number).remarks
    assert {(remark.text, remark.may_write) for remark in remarks} == {
        ("Not yet", True),
        ("shop.py:1: What of an empty list?", True),
        ("Nice", False),
    }
    assert {(remark.words, remark.approving) for remark in remarks} >= {("What of an empty list?", False)}


def test_a_comment_is_made_once_for_each_key_and_is_no_remark(github: GithubStand) -> None:
    made = opened(github)
    for key in ("round 2", "round 2", "round 3"):
        github.host.ensure_comment(github.repository, made.number, key, f"Done in {key}.")

    (pull,) = github.playground.pull_requests(NAME)
    assert [comment.body.split("\n")[0] for comment in pull.comments] == ["Done in round 2.", "Done in round 3."]
    assert github.host.pull_request(github.repository, made.number).remarks == ()


def test_what_a_person_says_beneath_a_remark_is_answered_in_the_same_place(github: GithubStand) -> None:
    made = opened(github)
    github.remark(made.number, WRITER, "Why sum?", line=1)
    (first,) = github.playground.pull_requests(NAME)[0].review_comments
    github.host.ensure_reply(github.repository, made.number, f"line-{first.id}", "It counts all.")
    again = github.playground.reply(NAME, made.number, WRITER, first.id, "Of None too?")

    assert github.host.ensure_reply(github.repository, made.number, f"line-{again.id}", "No.")

    remarks = github.host.pull_request(github.repository, made.number).remarks
    assert [(one.words, one.beneath, one.answer) for one in remarks] == [
        ("Why sum?", "", "It counts all."),
        ("Of None too?", f"line-{first.id}", "No."),
    ]
    said = github.playground.pull_requests(NAME)[0].review_comments
    assert [(one.body.split("\n")[0], one.in_reply_to) for one in said] == [
        ("Why sum?", None),
        ("It counts all.", first.id),
        ("Of None too?", first.id),
        ("No.", first.id),
    ]


def test_nobody_else_can_say_that_we_answered(github: GithubStand) -> None:
    made = opened(github)
    github.remark(made.number, WRITER, "Why sum?", line=1)
    (first,) = github.playground.pull_requests(NAME)[0].review_comments
    github.remark(made.number, PASSER_BY, f"<!-- signalbox answers: line-{first.id} -->")

    assert not any(one.answer for one in github.host.pull_request(github.repository, made.number).remarks)
    assert github.host.ensure_reply(github.repository, made.number, f"line-{first.id}", "It counts all.")
    assert len(github.beneath(made.number)) == 1


def test_who_asked_for_changes_is_asked_again_for_the_next_commit_and_who_approved_is_not(github: GithubStand) -> None:
    made = opened(github)
    people = (WRITER, APPROVER)
    github.host.ensure_reviewers(github.repository, made.number, people)
    github.playground.review(NAME, made.number, WRITER, ReviewState.CHANGES_REQUESTED, body="Not yet")
    github.playground.review(NAME, made.number, APPROVER, ReviewState.APPROVED)
    github.host.ensure_reviewers(github.repository, made.number, people)
    assert github.playground.pull_requests(NAME)[0].reviewers == ()

    push(github, patch=change("shop.py", "def total(items): return sum(items, 0)"))
    github.host.ensure_reviewers(github.repository, made.number, people)

    assert github.playground.pull_requests(NAME)[0].reviewers == (WRITER,)


def test_the_words_of_an_approval_are_told_from_those_that_ask_for_changes(github: GithubStand) -> None:
    made = opened(github)
    github.playground.review(NAME, made.number, WRITER, ReviewState.APPROVED, body="Nothing to add")

    (remark,) = github.host.pull_request(github.repository, made.number).remarks

    assert (remark.words, remark.may_write, remark.approving) == ("Nothing to add", True, True)


def test_a_review_that_was_dismissed_asks_for_nothing_and_what_it_says_of_lines_still_does(github: GithubStand) -> None:
    made = opened(github)
    fine = github.playground.review(NAME, made.number, WRITER, ReviewState.APPROVED, body="I would have named it sum")
    line = ("shop.py", 1, "What of an empty list?")
    asks = ReviewState.CHANGES_REQUESTED
    taken_back = github.playground.review(NAME, made.number, APPROVER, asks, body="Not yet", comments=[line])

    for review in (fine, taken_back):  # as a push does to approvals where a rule says so, and people to anything
        github.playground.dismiss(NAME, made.number, review)

    (remark,) = github.host.pull_request(github.repository, made.number).remarks
    assert remark.words == "What of an empty list?"


def test_a_conflict_with_the_base_branch_is_seen(github: GithubStand) -> None:
    made = opened(github)
    assert github.host.pull_request(github.repository, made.number).conflicting is False
    push(github, change("shop.py", "def total(items): return None"), branch="other")
    other = github.host.ensure_pull_request(github.repository, DRAFT.model_copy(update={"branch": "other"}))
    github.host.ensure_ready(github.repository, other.number)
    github.merge(other.number, WRITER)
    assert github.host.pull_request(github.repository, made.number).conflicting is True


def test_a_body_that_is_too_long_is_cut_to_what_github_takes(github: GithubStand) -> None:
    push(github)
    made = github.host.ensure_pull_request(github.repository, DRAFT.model_copy(update={"body": "x" * 100_000}))
    assert len(github.shown(made.number)[1]) == 65_000
    assert github.faults.seen("github:pulls.edit") == 0


# ── what became of a merge ──────────────────────────────────────────────────────────────────────────────────────


def committed(github: GithubStand, patch: str, message: str, branch: str) -> None:
    """Somebody has another commit merged."""
    base = github.playground.branches(NAME)["main"]
    github.host.ensure_branch(github.repository, branch=branch, base_sha=base, patch=patch, message=message, at=AT)
    made = github.host.ensure_pull_request(github.repository, DRAFT.model_copy(update={"branch": branch}))
    github.host.ensure_ready(github.repository, made.number)
    github.merge(made.number, WRITER)


BACK = (
    "diff --git a/shop.py b/shop.py\n--- a/shop.py\n+++ b/shop.py\n@@ -1 +1,2 @@\n"
    "-def total(items): return sum(items)\n+def total(items):\n+    return 0\n"
)


@pytest.mark.parametrize("by_number", [False, True])
def test_a_merge_that_was_reverted_is_told_from_one_that_stands_and_one_that_was_applied_again(
    github: GithubStand, *, by_number: bool
) -> None:
    made = opened(github)
    github.host.ensure_ready(github.repository, made.number)
    github.merge(made.number, WRITER)
    merged = github.host.pull_request(github.repository, made.number)
    assert merged.merged_at is not None
    since = AT - 1.0

    def undone() -> str:
        return github.host.reverted(github.repository, made.number, merged.merge_sha, since)

    assert undone() == ""
    said = f"Reverts {NAME}#{made.number}" if by_number else f"This reverts commit {merged.merge_sha}."
    committed(github, BACK, f'Revert "Count"\n\n{said}', "revert")
    revert = undone()
    assert revert
    committed(github, FIX, f'Reapply "Count"\n\nThis reverts commit {revert}.', "again")
    assert undone() == ""


def test_a_closed_pull_request_says_since_when(github: GithubStand) -> None:
    made = opened(github)
    github.close(made.number)

    closed = github.host.pull_request(github.repository, made.number)

    assert closed.closed_at is not None
    assert closed.merged_at is None


def test_a_repository_that_was_renamed_is_asked_under_its_new_name_for_what_is_asked(
    stage: Stage, tmp_path: Path
) -> None:
    asked: list[tuple[str, str]] = []

    async def answer(request: Request) -> Response:
        path = request.url.path
        asked.append((path, request.url.query))
        if path.startswith("/repos/acme/shop"):
            return Response(status_code=301, headers={"location": f"{request.base_url}repositories/1{path[16:]}"})
        if path == "/repositories/1":
            address = f"{request.base_url}repos/works/store"
            return JSONResponse({"id": 1, "full_name": "works/store", "url": address})
        return JSONResponse([])

    stage.app = Starlette(routes=[Route("/{path:path}", answer)])
    credentials = Credentials("token", api_url=stage.url)
    host = GithubCodeHost(credentials, Mirrors(tmp_path, stage.url, credentials.token))
    for _ in range(2):
        assert host.reverted(Repository(name=NAME), 7, "a" * 40, 1_767_000_000.0) == ""

    assert [path for path, _ in asked].count("/repos/acme/shop") == 1
    path, query = asked[-1]
    assert (path, "since=2025-12-29" in query) == ("/repos/works/store/commits", True)
    assert host.name_of(NAME) == "works/store"


def test_a_revert_of_something_else_is_none_of_a_merge_whose_commit_is_not_known() -> None:
    other = SimpleNamespace(sha="c" * 40, commit=SimpleNamespace(message=f"This reverts commit {'d' * 40}."))

    assert undoing([other], NAME, 7, "") == ""  # type: ignore[list-item]
