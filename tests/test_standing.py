"""Standing approvals: when one is a yes to the plan that was shown, and when people are asked as ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.errors import SlackDown
from agents.rules import Person
from agents.terms import Autonomy, Channel, Policy, StandingTerms
from storage.columns import now
from storage.judgments import Priority, Screening
from storage.records import Decision
from storage.status import Status
from storage.store import Store
from tests.allowed_ahead import DRAFT, Ahead
from tests.factories import a_signal
from tests.fakes import KnownPeople
from tests.world import PRIYA, TOM


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> Ahead:
    return Ahead.under(sqlite_store, tmp_path)


def with_repository(**changes: object) -> Policy:
    return DRAFT.model_copy(update={"repositories": (DRAFT.repositories[0].model_copy(update=changes),)})


def in_channel(**changes: object) -> Policy:
    return DRAFT.model_copy(update={"channels": (DRAFT.channels[0].model_copy(update=changes),)})


def test_a_standing_approval_is_a_yes_to_the_very_plan_that_was_shown(world: Ahead) -> None:
    assert world.gives().ok
    world.shows_a_plan()
    assert world.looks().status is Status.AWAITING_FIX

    (said,) = world.approvals
    plan = world.store.plans.latest(1)
    assert plan is not None
    assert (said.by, said.decision, said.via, said.plan_hash) == (
        PRIYA.user_id,
        Decision.APPROVE,
        "standing",
        plan.hash,
    )
    assert said.standing_id == 1
    assert "standing approval of" in said.words
    assert world.people.asked.count(PRIYA.user_id) >= 1

    world.announces()
    assert world.advances().status is Status.AWAITING_CHECKS
    assert world.code_host.pushes == 1


def test_it_is_looked_at_once_however_many_look(store: Store, tmp_path: Path) -> None:
    world = Ahead.under(store, tmp_path)
    world.gives()
    world.shows_a_plan()
    with ThreadPoolExecutor() as pool:
        for each in [pool.submit(world.pipeline.stand_in) for _ in range(4)]:
            each.result()
    assert len(world.approvals) == 1
    assert [each.used for each in store.standing.listed(now() - dt.timedelta(days=1))] == [1]


def test_without_either_key_people_are_asked(world: Ahead) -> None:
    world.shows_a_plan()
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == []

    assert world.gives().ok  # the plan was there before
    assert world.looks().status is Status.AWAITING_APPROVAL


def test_a_plan_that_nobody_can_see_yet_is_not_approved(world: Ahead) -> None:
    world.gives()
    world.hears()
    world.advances()
    assert world.looks().status is Status.AWAITING_APPROVAL
    world.shows_the_plan()
    assert world.looks().status is Status.AWAITING_FIX


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (DRAFT.model_copy(update={"channels": (Channel(id="C11", autonomy=Autonomy.ASK),)}), "wants a person asked"),
        (DRAFT.model_copy(update={"channels": (Channel(id="C11"),)}), "does not vouch for everybody"),
        (DRAFT.model_copy(update={"channels": ()}), "does not vouch for everybody"),
        (in_channel(connect=True, report_to="C12"), "does not vouch for everybody"),
        (in_channel(allow_bots=("B01",)), "does not vouch for everybody"),
        (DRAFT.model_copy(update={"priorities": dict.fromkeys(Priority, Autonomy.ASK)}), "wants a person asked"),
        (with_repository(autonomy=Autonomy.ASK), "wants a person asked"),
        (DRAFT.model_copy(update={"autonomy": Autonomy.ASK}), "wants a person asked"),
        (DRAFT.model_copy(update={"dry_run": True}), "dry run"),
        (with_repository(draft=False), "not opened as drafts"),
        (with_repository(protected=("shop.py",)), "the plan names shop.py"),
        (DRAFT.model_copy(update={"approvers": ("U2",)}), ""),  # its giver left: it ended, and nothing stands there
    ],
)
def test_a_policy_that_became_stricter_has_people_asked_and_says_why(world: Ahead, policy: Policy, why: str) -> None:
    world.gives()
    world.shows_a_plan()
    world.follows(policy)

    assert world.looks().status is Status.AWAITING_APPROVAL
    assert (len(world.why_asked), why in "".join(world.why_asked)) == (1 if why else 0, True)
    assert world.approvals == []


@pytest.mark.parametrize(
    "giver",
    [
        Person("U1", "T1", is_guest=True),
        Person("U1", "T1", deleted=True),
        Person("U1", "T9", is_stranger=True),
        Person("U1", "T1", is_bot=True),
    ],
)
def test_a_giver_who_could_not_press_the_button_now_has_no_say(world: Ahead, giver: Person) -> None:
    world.gives()
    world.shows_a_plan()
    world.people.others["U1"] = giver
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert "may not approve here any more" in world.why_asked[0]


def test_while_slack_cannot_say_who_the_giver_is_nothing_is_decided_and_then_it_is(world: Ahead) -> None:
    world.gives()
    world.shows_a_plan()
    world.people.down = True
    with pytest.raises(SlackDown):
        world.looks()
    assert (world.approvals, world.why_asked) == ([], [])
    world.people.down = False
    assert world.looks().status is Status.AWAITING_FIX


@pytest.mark.parametrize("how", ["stopped", "ran out"])
def test_what_is_stopped_or_has_run_out_allows_nothing(world: Ahead, how: str) -> None:
    world.gives(seconds=3_600.0)
    world.shows_a_plan()
    if how == "stopped":
        assert world.stops().ok
    else:
        world.passes(hours=1)
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.approvals == []


@dataclass
class SlowPeople(KnownPeople):
    """Slack takes its time to say who somebody is."""

    waits: Callable[[], object] = str

    def person(self, user_id: str) -> Person:
        self.waits()
        return super().person(user_id)


def test_one_that_runs_out_while_slack_is_asked_about_its_giver_allows_nothing(
    sqlite_store: Store, tmp_path: Path
) -> None:
    people = SlowPeople()
    world = Ahead(sqlite_store, tmp_path, policy=DRAFT, people=people)
    world.gives(seconds=3_600.0)
    world.shows_a_plan()
    people.waits = lambda: world.passes(hours=1)

    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == ["it has run out"]


def test_a_policy_that_shortens_the_time_shortens_what_was_given_before(world: Ahead) -> None:
    world.gives()
    world.shows_a_plan()
    world.follows(DRAFT.model_copy(update={"standing": StandingTerms(longest=60)}))
    world.passes(minutes=2)
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == ["it has run out"]


def test_who_left_the_policy_and_came_back_has_to_give_it_anew(world: Ahead) -> None:
    world.gives()
    world.follows(DRAFT.model_copy(update={"approvers": ("U2",)}))
    world.pipeline.stand_in()
    world.follows(DRAFT)
    world.shows_a_plan()
    assert world.looks().status is Status.AWAITING_APPROVAL


def test_no_more_plans_a_day_are_allowed_than_the_giver_and_the_policy_say(world: Ahead) -> None:
    world.gives(per_day=1)
    world.shows_a_plan()
    world.allows_another()
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == ["as many plans were allowed within a day as may be"]


def test_it_counts_as_one_persons_yes_where_several_are_needed(sqlite_store: Store, tmp_path: Path) -> None:
    world = Ahead.under(sqlite_store, tmp_path, with_repository(approvals=2))
    world.gives()
    world.shows_a_plan()
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert [each.by for each in world.approvals] == ["U1"]
    world.looks()
    assert len(world.approvals) == 1

    assert world.presses(Decision.APPROVE, TOM)
    assert world.store.reports.get(1).status is Status.AWAITING_FIX
    world.announces()
    assert world.advances().status is Status.AWAITING_CHECKS


@pytest.mark.parametrize("how", ["stopped", "ran out", "held"])
def test_one_that_ends_while_others_are_missing_counts_no_more(sqlite_store: Store, tmp_path: Path, how: str) -> None:
    world = Ahead.under(sqlite_store, tmp_path, with_repository(approvals=2))
    world.gives(seconds=3_600.0)
    world.shows_a_plan()
    world.looks()
    assert [each.lapsed_because for each in world.approvals] == [""]
    match how:
        case "stopped":
            assert world.stops().ok
        case "ran out":
            world.passes(hours=1)
        case _:
            other = a_signal(world.store, report_id=1, channel="C11")
            world.store.signals.hold(other.id or 0, Screening(reason="It gives orders."), step="hold")
    world.looks()
    world.looks()
    (said,) = world.approvals
    assert said.lapsed_because

    assert world.presses(Decision.APPROVE, TOM)
    assert world.store.reports.get(1).status is Status.AWAITING_APPROVAL
    assert world.presses(Decision.APPROVE, PRIYA)  # by hand, as anybody
    assert world.advances().status is Status.AWAITING_CHECKS


def test_one_that_was_given_anew_after_it_had_lapsed_does_not_bring_the_yes_back(
    sqlite_store: Store, tmp_path: Path
) -> None:
    world = Ahead.under(sqlite_store, tmp_path, with_repository(approvals=2))
    world.gives()
    world.shows_a_plan()
    world.looks()
    world.stops()
    world.looks()
    world.gives(key="2")
    world.looks()
    assert world.presses(Decision.APPROVE, TOM)
    assert world.store.reports.get(1).status is Status.AWAITING_APPROVAL
