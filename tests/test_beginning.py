"""Whether a fix may begin and be opened: the day's limit of pull requests, and who said yes."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agents.errors import SpentForToday
from agents.exchange import Check, Message, TurnRequest
from agents.people.assent import Via
from agents.rules import Person
from agents.terms import Budgets, Policy
from storage.judgments import Outcome, Screening, Stage
from storage.records import CheckState, Decision
from storage.reviews import Angle, Objection, Review
from storage.status import Status
from storage.store import Store
from tests.factories import a_report
from tests.fakes import PlainCheckpoint, calls
from tests.world import EDIT, POLICY, PRIYA, SUBMISSION, TOM, WRITE, World


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def test_a_fix_beyond_the_days_pull_requests_waits_and_nobody_has_to_press_retry(
    sqlite_store: Store, tmp_path: Path
) -> None:
    world = World(
        sqlite_store, tmp_path, policy=POLICY.model_copy(update={"budgets": Budgets(pull_requests_per_day=1)})
    )
    world.reaches(Status.AWAITING_FIX)
    other = a_report(sqlite_store)
    fix = sqlite_store.fixes.start(other.id or 0, 1, "acme/shop", "signalbox/sb-2", "0" * 40)
    sqlite_store.fixes.change(fix.id or 0, number=9)

    with pytest.raises(SpentForToday, match="which is the limit"):
        world.advances()
    assert sqlite_store.reports.get(1).status is Status.AWAITING_FIX
    assert not world.code_host.pushes

    world.later = dt.timedelta(days=1, minutes=1)
    assert world.advances().status is Status.AWAITING_CHECKS


def test_of_fixes_that_began_together_no_more_are_opened_than_the_day_allows(
    sqlite_store: Store, tmp_path: Path
) -> None:
    one_a_day = POLICY.model_copy(update={"budgets": Budgets(pull_requests_per_day=1)})
    world = World(sqlite_store, tmp_path, policy=one_a_day)
    world.reaches(Status.AWAITING_FIX)
    other = sqlite_store.fixes.start(a_report(sqlite_store).id or 0, 1, "acme/shop", "signalbox/sb-2", "0" * 40)

    def submits(_: TurnRequest) -> Message:
        sqlite_store.fixes.change(other.id or 0, number=9)  # it was quicker
        return calls(("submit_fix", SUBMISSION))

    world.model.turns = {**world.model.turns, Stage.FIX: [calls(WRITE, EDIT), submits]}
    with pytest.raises(SpentForToday, match="which is the limit"):
        world.advances()
    assert not world.code_host.pushes


def test_a_fix_does_not_begin_on_the_word_of_somebody_who_is_no_approver_any_more(world: World) -> None:
    world.reaches(Status.AWAITING_FIX)
    world.follows(POLICY.model_copy(update={"approvers": (TOM.user_id,)}))

    stuck = world.advances()
    assert (stuck.status, stuck.stuck_from) == (Status.STUCK, Status.AWAITING_FIX)
    assert "is no approver any more" in stuck.note
    assert not world.code_host.pushes

    assert world.presses(Decision.RETRY, TOM)
    assert world.advances().status is Status.AWAITING_CHECKS


def test_a_proven_fix_that_the_reviewer_objects_to_is_pushed_nowhere(sqlite_store: Store, tmp_path: Path) -> None:
    wrong = Objection(angle=Angle.LOGIC, where="shop.py", quote="", why="It hides the caller's fault.", blocks=True)
    worse = wrong.model_copy(update={"angle": Angle.SAFETY, "why": "It pays nobody."})
    world = World(sqlite_store, tmp_path)
    world.model.judgments[Stage.REVIEW] = [Review(objections=(wrong, worse), reason="No.")]
    world.model.turns = {**world.model.turns, Stage.FIX: [calls(WRITE, EDIT), *[calls(("submit_fix", SUBMISSION))] * 4]}
    world.reaches(Status.AWAITING_FIX)

    stuck = world.advances()

    assert (stuck.status, stuck.stuck_because) == (Status.STUCK, Outcome.OBJECTED)
    for said in ("It hides the caller's fault.", "It pays nobody.", "is proven, but the reviewing model objects"):
        assert said in stuck.note
    assert "did not hold" not in stuck.note
    assert not world.code_host.pushes


def test_a_fix_of_a_report_whose_every_signal_is_held_says_so_and_begins_once_it_is_restored(world: World) -> None:
    world.reaches(Status.AWAITING_FIX)
    world.store.signals.hold(1, Screening(reason="It gives orders."), step="hold")

    stuck = world.advances()
    assert (stuck.status, "what was reported is held" in stuck.note) == (Status.STUCK, True)

    assert world.store.signals.restore(1, PRIYA.user_id, world.store.signals.get(1).revision)
    world.pipeline.digest(1, PlainCheckpoint())
    assert world.presses(Decision.RETRY)
    assert world.advances().status is Status.AWAITING_CHECKS


def two_of(*approvers: Person) -> Policy:
    """A policy by which two of these have to approve a plan."""
    two = POLICY.repositories[0].model_copy(update={"approvals": 2})
    return POLICY.model_copy(update={"approvers": tuple(each.user_id for each in approvers), "repositories": (two,)})


def waiting_for_two(store: Store, folder: Path, *approvers: Person) -> World:
    """A report whose plan waits for two of these."""
    world = World(store, folder, policy=two_of(*approvers))
    world.hears()
    world.advances()
    return world


def test_where_the_policy_asks_for_two_approvals_one_person_is_not_enough_however_often_they_approve(
    sqlite_store: Store, tmp_path: Path
) -> None:
    world = waiting_for_two(sqlite_store, tmp_path, PRIYA, TOM)

    assert [world.presses(Decision.APPROVE, PRIYA) for _ in range(3)] == [True] * 3
    assert world.advances().status is Status.AWAITING_APPROVAL
    assert [each.by for each in sqlite_store.plans.approvals(1)] == [PRIYA.user_id]

    assert world.presses(Decision.APPROVE, TOM)
    assert sqlite_store.reports.get(1).status is Status.AWAITING_FIX
    world.follows(two_of(PRIYA))
    assert "too few of them are" in world.advances().note

    world.follows(two_of(PRIYA, TOM))
    assert world.presses(Decision.RETRY, PRIYA)
    assert world.advances().status is Status.AWAITING_CHECKS


def test_the_yes_of_somebody_who_is_no_approver_any_more_is_not_one_of_the_two(
    sqlite_store: Store, tmp_path: Path
) -> None:
    ada = Person(user_id="U3", team_id="T1")
    world = waiting_for_two(sqlite_store, tmp_path, PRIYA, TOM, ada)
    world.presses(Decision.APPROVE, PRIYA)
    world.follows(two_of(TOM, ada))

    assert world.presses(Decision.APPROVE, TOM)
    assert sqlite_store.reports.get(1).status is Status.AWAITING_APPROVAL

    assert world.presses(Decision.APPROVE, ada)
    assert world.advances().status is Status.AWAITING_CHECKS


def test_of_two_approvals_in_the_same_moment_both_count_and_one_begins_the_fix(
    sqlite_store: Store, tmp_path: Path
) -> None:
    world = waiting_for_two(sqlite_store, tmp_path, PRIYA, TOM)

    with ThreadPoolExecutor() as pool:
        assert all(pool.map(lambda person: world.presses(Decision.APPROVE, person), (PRIYA, TOM)))

    assert sqlite_store.reports.get(1).status is Status.AWAITING_FIX
    assert {each.by for each in sqlite_store.plans.approvals(1)} == {PRIYA.user_id, TOM.user_id}


def test_an_approval_of_a_plan_that_was_revised_does_not_count_for_the_new_one(
    sqlite_store: Store, tmp_path: Path
) -> None:
    world = waiting_for_two(sqlite_store, tmp_path, PRIYA, TOM)
    world.presses(Decision.APPROVE, PRIYA)
    assert world.assent.press(1, Decision.GUIDE, person=TOM, via=Via.REPLY, words="mind negative numbers").ok
    assert world.advances().status is Status.AWAITING_APPROVAL

    assert world.presses(Decision.APPROVE, TOM)
    assert sqlite_store.reports.get(1).status is Status.AWAITING_APPROVAL
    assert world.presses(Decision.APPROVE, PRIYA)
    assert sqlite_store.reports.get(1).status is Status.AWAITING_FIX


def test_a_pull_request_is_mended_although_who_approved_it_left(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    world.follows(POLICY.model_copy(update={"approvers": (TOM.user_id,)}))
    world.code_host.set_checks(1, Check(name="lint", state=CheckState.RED, log="E501"))
    assert world.advances().status is Status.AWAITING_FIX
    assert world.advances().status is Status.AWAITING_CHECKS


def test_a_plan_for_restricted_files_needs_more_people_than_any_other(sqlite_store: Store, tmp_path: Path) -> None:
    repository = POLICY.repositories[0]
    named = POLICY.model_copy(update={"approvers": (PRIYA.user_id, TOM.user_id)})
    elsewhere, here = (
        named.model_copy(update={"repositories": (repository.model_copy(update={"restricted": (glob,)}),)})
        for glob in ("db/**", "shop.py")
    )
    world = World(sqlite_store, tmp_path, policy=here)
    world.hears()
    world.advances()
    assert world.presses(Decision.APPROVE, PRIYA)
    assert sqlite_store.reports.get(1).status is Status.AWAITING_APPROVAL

    world.follows(elsewhere)
    assert world.presses(Decision.APPROVE, PRIYA)
    assert sqlite_store.reports.get(1).status is Status.AWAITING_FIX
    world.follows(here)  # the policy was tightened before the fix began
    assert "too few of them are" in world.advances().note

    assert world.presses(Decision.RETRY, TOM)
    assert world.advances().status is Status.AWAITING_CHECKS
    assert world.code_host.pushes == 1


def test_a_retry_after_objections_goes_on_with_the_change_and_with_every_objection(
    sqlite_store: Store, tmp_path: Path
) -> None:
    held = tuple(
        Objection(angle=Angle.LOGIC, where="shop.py", quote="", why=f"It forgets case {number}.", blocks=True)
        for number in range(1, 9)
    )
    world = World(sqlite_store, tmp_path)
    world.model.judgments[Stage.REVIEW] = [*[Review(objections=held, reason="No.")] * 4, Review(reason="Good.")]
    world.model.turns = {**world.model.turns, Stage.FIX: [calls(WRITE, EDIT), *[calls(("submit_fix", SUBMISSION))] * 4]}
    world.reaches(Status.AWAITING_FIX)
    assert world.advances().stuck_because is Outcome.OBJECTED

    assert world.presses(Decision.RETRY, PRIYA)
    world.model.turns = {**world.model.turns, Stage.FIX: [calls(("submit_fix", SUBMISSION))]}
    asked = len(world.model.asked)
    assert world.advances().status is Status.AWAITING_CHECKS

    told = str(world.model.asked[asked])
    assert all(each.why in told for each in held)
    assert "is in the checkout, and was never pushed" in told
    fix = sqlite_store.fixes.latest(1)
    assert fix is not None
    assert (fix.objections, "people if people else 0" in fix.patch, fix.proof is not None) == ((), True, True)
