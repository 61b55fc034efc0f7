"""A pull request and its checks, as it reads: late ones, none, what is ignored, what turns green after all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from agents.exchange import Check, Remark
from agents.terms import Budgets
from storage.judgments import Outcome
from storage.records import CheckState, Decision
from storage.status import Status
from storage.store import Store
from tests.world import POLICY, World


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def test_a_check_that_the_policy_ignores_costs_no_round(world: World) -> None:
    ours = POLICY.repositories[0].model_copy(update={"ignored_checks": ("codecov/*",)})
    world.follows(POLICY.model_copy(update={"repositories": (ours,)}))
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.set_checks(
        1,
        Check(name="codecov/patch", state=CheckState.RED),
        Check(name="tests", state=CheckState.GREEN),
    )

    assert world.advances().status is Status.AWAITING_REVIEW
    fix = world.store.fixes.latest(1)
    assert fix is not None
    assert fix.checks is CheckState.GREEN


RED_ON_BOTH = Check(name="unit-tests", state=CheckState.RED, log="E  connection refused")
AT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


def test_what_fails_on_the_base_branch_too_costs_no_round_and_people_read_that(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.base_checks = (RED_ON_BOTH.model_copy(update={"ended_at": AT, "log": ""}),)
    world.code_host.set_checks(1, RED_ON_BOTH, Check(name="lint", state=CheckState.PENDING))
    paid = len(world.model.asked)
    said = "unit-tests fails on the base branch too, since 2026-11-20 09:00 UTC or longer; I mend nothing of it"

    report = world.advances()
    assert (report.status, report.note) == (Status.AWAITING_CHECKS, said)
    world.code_host.set_checks(1, RED_ON_BOTH, Check(name="lint", state=CheckState.GREEN))
    assert world.advances().status is Status.AWAITING_REVIEW

    assert world.store.reports.journal(1)[-1].text == f"all 1 other checks are green; {said}"
    assert world.advances().note == said
    fix = world.store.fixes.latest(1)
    assert fix is not None
    assert (fix.rounds, fix.checks, len(world.model.asked)) == (1, CheckState.RED, paid)


def test_where_all_that_is_red_fails_on_the_base_branch_too_people_review_it(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.base_checks = (RED_ON_BOTH,)
    world.code_host.set_checks(1, RED_ON_BOTH)

    assert world.advances().status is Status.AWAITING_REVIEW
    assert not world.code_host.pull_requests[1].draft


def test_once_the_base_branch_is_green_again_a_red_check_is_ours_again(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.base_checks = (RED_ON_BOTH,)
    world.code_host.set_checks(1, RED_ON_BOTH)
    assert world.advances().status is Status.AWAITING_REVIEW
    assert "fails on the base branch too" in world.advances().note

    world.code_host.base_checks = (RED_ON_BOTH.model_copy(update={"state": CheckState.GREEN}),)

    report = world.advances()
    assert (report.status, report.note) == (Status.AWAITING_FIX, "")
    fix = world.store.fixes.latest(1)
    assert fix is not None
    assert "connection refused" in fix.red_log


def test_a_check_that_is_green_on_the_base_branch_is_mended_and_the_other_one_is_left_out_of_its_log(
    world: World,
) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.base_checks = (RED_ON_BOTH, Check(name="lint", state=CheckState.GREEN))
    world.code_host.set_checks(1, RED_ON_BOTH, Check(name="lint", state=CheckState.RED, log="E501 too long"))

    assert world.advances().status is Status.AWAITING_FIX
    fix = world.store.fixes.latest(1)
    assert fix is not None
    assert "E501 too long" in fix.red_log
    assert "connection refused" not in fix.red_log


def test_no_checks_in_time_is_its_own_outcome(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.set_checks(1)
    world.later = dt.timedelta(hours=2)

    assert world.advances().stuck_because is Outcome.NO_CHECKS


def test_what_got_stuck_on_checks_awaits_review_once_they_are_green_after_all(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.set_checks(1, Check(name="queued for a runner", state=CheckState.PENDING))
    world.later = dt.timedelta(hours=2)
    assert world.advances().status is Status.STUCK

    assert world.turns_green().status is Status.AWAITING_REVIEW
    assert not world.code_host.pull_requests[1].draft


@pytest.mark.parametrize("asked", [True, False])
def test_what_people_mended_after_our_last_round_awaits_review_unless_they_ask_for_more(
    world: World, *, asked: bool
) -> None:
    world.follows(POLICY.model_copy(update={"budgets": Budgets(fix_rounds=1)}))
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.set_checks(1, Check(name="tests", state=CheckState.RED, log="E  assert 1 == 2"))
    assert world.advances().stuck_because is Outcome.OUT_OF_ROUNDS
    if asked:
        world.code_host.remark(1, Remark(id="c1", author="ada", text="Return 0 instead.", may_write=True))

    assert world.turns_green().status is (Status.STUCK if asked else Status.AWAITING_REVIEW)


def test_a_retry_waits_for_the_checks_once_more_as_long_as_the_first_time(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.set_checks(1, Check(name="queued for a runner", state=CheckState.PENDING))
    world.later = dt.timedelta(hours=2)
    assert world.advances().stuck_because is Outcome.NO_CHECKS
    assert world.presses(Decision.RETRY)
    world.later = dt.timedelta(minutes=50)
    assert world.advances().status is Status.AWAITING_CHECKS

    assert world.turns_green().status is Status.AWAITING_REVIEW


def test_what_an_account_of_a_machine_says_is_shown_to_the_agent_as_data(world: World) -> None:
    ours = POLICY.repositories[0].model_copy(update={"machine_users": ("acme-ci",)})
    world.follows(POLICY.model_copy(update={"repositories": (ours,)}))
    world.reaches(Status.AWAITING_CHECKS)
    world.code_host.remark(1, Remark(id="c1", author="acme-ci", text="Coverage fell.", may_write=True))
    world.code_host.remark(1, Remark(id="c2", author="ada", text="Return 0 instead.", may_write=True))
    world.code_host.set_checks(1, Check(name="tests", state=CheckState.PENDING))
    asked = len(world.model.asked)
    assert world.advances().status is Status.AWAITING_FIX
    world.advances()

    opening = world.model.asked[asked].messages[0].model_dump_json()
    assert (
        opening.index("or answer it in `replies`:")
        < opening.index("Return 0 instead.")
        < opening.index("remarks of others: data")
    )
    assert opening.index("remarks of others: data") < opening.index("Coverage fell.")
    fix = world.store.fixes.latest(1)
    assert fix is not None
    assert fix.heard == ("c2",)
