"""A pull request and its rounds, as it reads: checks, remarks of people, conflicts, other hands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from agents.errors import CodeHostRejected, Unavailable
from agents.exchange import Check, Message, Remark
from agents.terms import Budgets
from storage.columns import now
from storage.judgments import (
    Outcome,
    Stage,
)
from storage.records import CheckState, Decision
from storage.status import Status
from storage.store import Store
from tests.fakes import calls
from tests.world import CODE, POLICY, SUBMISSION, World


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def test_red_checks_go_back_to_the_agent_and_the_third_red_asks_a_person(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    for number in (1, 2):
        world.code_host.set_checks(1, Check(name="lint", state=CheckState.RED, log=f"E{number}01 line too long"))
        assert world.advances().status is Status.AWAITING_FIX
        assert world.advances().status is Status.AWAITING_CHECKS
        assert f"E{number}01" in str(world.model.asked[-2].messages)
    world.code_host.set_checks(1, Check(name="lint", state=CheckState.RED, log="E999"))

    stuck = world.advances()
    assert stuck.status is Status.STUCK
    assert stuck.stuck_because is Outcome.OUT_OF_ROUNDS
    assert world.presses(Decision.RETRY)
    assert world.store.reports.get(1).status is Status.AWAITING_CHECKS
    assert world.advances().status is Status.AWAITING_FIX


def test_who_asks_for_a_change_on_the_pull_request_is_answered_there(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.remark(1, Remark(id="c1", author="ada", text="Why 0, @signalbox?", may_write=True))
    assert world.advances().status is Status.AWAITING_FIX
    answered = {**SUBMISSION, "answer": "@ada Nobody is owed anything."}
    world.model.turns = {**world.model.turns, Stage.FIX: [calls(("submit_fix", answered))]}

    assert world.advances().status is Status.AWAITING_CHECKS

    ((number, key),) = world.code_host.comments
    assert (number, key.startswith("signalbox/sb-1-")) == (1, True)
    assert "Nobody is owed anything." in world.code_host.comments[number, key]
    assert "@ada" not in world.code_host.comments[number, key]


def test_a_further_round_begins_with_what_was_handed_in_before(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    assert "what you handed in" not in str(world.model.asked[-1].messages[0])
    world.code_host.set_checks(1, Check(name="lint", state=CheckState.RED, log="E501"))
    world.advances()
    world.advances()

    told = str(world.model.asked[-2].messages[0])
    assert f"title: {SUBMISSION['title']}" in told
    assert f"summary: {SUBMISSION['summary']}" in told


def test_a_retry_is_told_why_the_try_before_it_came_to_nothing(world: World) -> None:
    for step in (world.hears, world.advances, lambda: world.presses(Decision.APPROVE)):
        step()
    turns = world.model.turns
    world.model.turns = {**turns, Stage.FIX: [calls(("submit_fix", SUBMISSION))] * 4}
    assert world.advances().stuck_because is Outcome.UNSAFE
    assert world.presses(Decision.RETRY)
    world.model.turns = turns

    assert world.advances().status is Status.AWAITING_CHECKS

    told = [str(request.messages[0]) for request in world.model.asked if request.stage is Stage.FIX]
    assert "handed in was refused 4 times. The last attempt did not hold: Nothing was changed." in told[-1]
    assert "refused" not in told[0]


def test_no_round_is_begun_on_a_branch_that_a_person_has_pushed_to(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    asked = len(world.model.asked)
    world.code_host.taken_over.update(world.code_host.branches)
    world.code_host.set_checks(1, Check(name="lint", state=CheckState.RED, log="E501"))
    assert world.advances().status is Status.AWAITING_FIX

    with pytest.raises(CodeHostRejected, match="somebody else has pushed"):
        world.advances()

    assert len(world.model.asked) == asked


@pytest.mark.parametrize("merged", [True, False])
def test_no_round_is_begun_for_a_pull_request_that_people_have_merged_or_closed(world: World, *, merged: bool) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.remark(1, Remark(id="c1", author="ada", text="Rename it.", may_write=True))
    assert world.advances().status is Status.AWAITING_FIX
    asked, pushed = len(world.model.asked), world.code_host.pushes
    if merged:
        world.code_host.merge(1, by="ada")
    else:
        world.code_host.close(1)

    assert world.advances().status is Status.AWAITING_CHECKS
    assert world.advances().status is (Status.AWAITING_PROOF if merged else Status.DISMISSED)
    assert (len(world.model.asked), world.code_host.pushes) == (asked, pushed)


def test_what_was_merged_while_its_next_round_was_written_is_not_pushed_to(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.remark(1, Remark(id="c1", author="ada", text="Rename it.", may_write=True))
    assert world.advances().status is Status.AWAITING_FIX
    pushed = world.code_host.pushes

    def submits(_: object) -> Message:
        world.code_host.merge(1, by="ada")
        return calls(("submit_fix", SUBMISSION))

    world.model.turns = {**world.model.turns, Stage.FIX: [submits]}

    assert world.advances().status is Status.AWAITING_CHECKS
    assert world.advances().status is Status.AWAITING_PROOF
    assert world.code_host.pushes == pushed


def test_the_rounds_of_a_pull_request_do_not_count_to_those_that_may_be_opened_in_a_day(
    sqlite_store: Store, tmp_path: Path
) -> None:
    world = World(
        sqlite_store, tmp_path, policy=POLICY.model_copy(update={"budgets": Budgets(pull_requests_per_day=1)})
    )
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.set_checks(1, Check(name="lint", state=CheckState.RED, log="E501"))
    assert world.advances().status is Status.AWAITING_FIX

    assert world.advances().status is Status.AWAITING_CHECKS


def test_a_repository_that_left_the_policy_by_mistake_leaves_its_pull_requests_where_they_are(world: World) -> None:
    world.reaches(Status.AWAITING_REVIEW)
    world.follows(POLICY.model_copy(update={"repositories": ()}))
    with pytest.raises(Unavailable, match="no longer in the policy file, so its pull request is not looked at"):
        world.advances()
    assert world.store.reports.get(1).status is Status.AWAITING_REVIEW

    world.follows(POLICY)
    assert world.is_merged().status is Status.AWAITING_PROOF


def test_a_retry_of_what_made_no_progress_gets_a_round_although_the_log_is_the_same(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    red = Check(name="lint", state=CheckState.RED, log="E501")
    for _ in range(2):
        world.code_host.set_checks(1, red)
        world.advances()
    assert world.advances().status is Status.AWAITING_CHECKS
    world.code_host.set_checks(1, red)
    assert world.advances().status is Status.STUCK
    assert world.presses(Decision.RETRY)

    assert world.advances().status is Status.AWAITING_FIX
    assert world.advances().status is Status.AWAITING_CHECKS
    world.code_host.set_checks(1, red)
    assert world.advances().status is Status.STUCK


def test_a_change_that_conflicts_is_carried_over_to_where_the_base_branch_is_now(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    begun = world.store.fixes.latest(1)
    tip = world.moves_on(CODE.replace("total / people", "total // people"))
    world.code_host.conflict(1)
    assert world.advances().status is Status.AWAITING_FIX
    resolved = "    return total // people if people else 0\n"
    world.code_host.conflict(1, conflicting=False)
    both = "    return total // people\n=======\n    return total / people if people else 0\n"
    turns = [
        calls(("submit_fix", SUBMISSION)),
        calls(("edit_file", {"path": "shop.py", "old": f"<<<<<<< ours\n{both}>>>>>>> theirs\n", "new": resolved})),
        calls(("submit_fix", SUBMISSION)),
    ]
    world.model.turns = {**world.model.turns, Stage.FIX: turns}

    assert world.advances().status is Status.AWAITING_CHECKS

    asked = str(world.model.asked[-3].messages)
    assert "resolve the conflict markers in shop.py first" in asked
    assert "shop.py holds conflict markers; resolve them." in str(world.model.asked[-1].messages)
    mended = world.store.fixes.latest(1)
    assert begun is not None
    assert mended is not None
    assert (mended.base_sha, begun.base_sha == tip) == (tip, False)
    assert "-    return total // people\n+    return total // people if people else 0\n" in mended.patch


def test_where_nobody_may_answer_what_was_asked_for_is_pushed_and_followed_all_the_same(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.remark(1, Remark(id="c1", author="ada", text="Why 0, @signalbox?", may_write=True))
    world.code_host.locked.add(1)
    world.model.turns = {**world.model.turns, Stage.FIX: [calls(("submit_fix", {**SUBMISSION, "answer": "Because."}))]}
    assert world.advances().status is Status.AWAITING_FIX

    assert world.advances().status is Status.AWAITING_CHECKS

    told = [entry.text for entry in world.store.reports.journal(1)]
    assert "did what was asked for, and could not answer there: pull request 1 is locked" in told


@pytest.mark.parametrize("merged", [True, False])
def test_what_people_made_of_a_pull_request_that_got_stuck_is_noticed(world: World, *, merged: bool) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.set_checks(1)
    world.later = dt.timedelta(hours=2)
    assert world.advances().status is Status.STUCK
    world.code_host.remark(1, Remark(id="c1", author="ada", text="I take this over.", may_write=True))
    assert world.advances().status is Status.STUCK

    if merged:
        world.code_host.merge(1, by="ada")
    else:
        world.code_host.close(1)

    assert world.advances().status is (Status.AWAITING_PROOF if merged else Status.DISMISSED)


def test_what_was_asked_for_before_it_was_closed_for_a_moment_is_done_when_it_is_open_again(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.remark(1, Remark(id="c1", author="ada", text="Return 0 instead.", may_write=True))
    assert world.advances().status is Status.AWAITING_FIX
    closed = world.code_host.pull_requests[1]
    world.code_host.close(1, now())
    assert world.advances().status is Status.AWAITING_CHECKS
    world.code_host.pull_requests[1] = closed

    assert world.advances().status is Status.AWAITING_FIX
