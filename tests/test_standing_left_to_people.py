"""Standing approvals: which reports are left to people, whatever anybody allowed ahead."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from agents.errors import CodeHostDown, CodeHostRejected
from agents.fixes.standing import _GONE, _HELD, Standing
from agents.gathering.digesting import was_let_through
from agents.people.assent import Via
from agents.rules import Person
from agents.terms import SourceTerms
from storage.assessment import Assessment, Doing, Sibling, Touch
from storage.columns import now
from storage.judgments import Screening
from storage.records import Decision, Report
from storage.signals.messages import Piece
from storage.sleep import Waking
from storage.status import Dismissal, Status, Visibility
from storage.store import Store
from tests.allowed_ahead import DRAFT, Ahead
from tests.factories import a_plan, a_raw_signal, a_report, a_research, a_signal
from tests.fakes import PlainCheckpoint
from tests.world import TOM


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> Ahead:
    return Ahead.under(sqlite_store, tmp_path)


def test_a_plan_that_was_revised_after_an_objection_is_shown_to_people(world: Ahead) -> None:
    world.shows_a_plan()
    world.gives()
    assert world.assent.press(1, Decision.GUIDE, person=TOM, via=Via.REPLY, words="mind negative numbers").ok
    world.advances()
    world.shows_the_plan("100.000005")

    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == ["people have objected here"]


@pytest.mark.parametrize(
    ("why", "asked"),
    [
        (Dismissal.ANALYSIS_WRONG, ["the analysis of this problem was wrong before"]),
        (Dismissal.UNCLEAR, ["people have said no to this problem before"]),
        (Dismissal.FIXED_ELSEWHERE, []),
    ],
)
def test_what_follows_a_report_that_people_dismissed_is_left_to_them_by_their_reason(
    world: Ahead, why: Dismissal, asked: list[str]
) -> None:
    world.gives()
    world.shows_a_plan()
    before = a_report(world.store, status=Status.DISMISSED, dismissal=why)
    with world.store.engine.begin() as connection:
        connection.execute(update(Report).where(col(Report.id) == 1).values(regression_of=before.id))
    assert world.looks().status is (Status.AWAITING_APPROVAL if asked else Status.AWAITING_FIX)
    assert world.why_asked == asked


@pytest.mark.parametrize(
    "author", [Person("U7", "T1", is_guest=True), Person("U7", "T9", is_stranger=True), Person("U7", "T1", is_bot=True)]
)
def test_what_others_than_full_members_reported_is_left_to_people(world: Ahead, author: Person) -> None:
    world.gives()
    world.people.others["U7"] = author
    world.shows_a_plan(author="U7")
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert "does not vouch" in world.why_asked[0]


@pytest.mark.parametrize(("trusted", "status"), [(True, Status.AWAITING_FIX), (False, Status.AWAITING_APPROVAL)])
def test_of_other_sources_only_the_trusted_are_vouched_for(
    sqlite_store: Store, tmp_path: Path, trusted: bool, status: Status
) -> None:
    sources = {"errors": SourceTerms(kind="sentry", report_to="C11", trusted=trusted)}
    world = Ahead.under(sqlite_store, tmp_path, DRAFT.model_copy(update={"sources": sources}))
    world.gives()
    world.shows_a_plan(source="errors", author="somebody", thread_ts="")
    assert world.looks().status is status


def test_a_private_report_of_a_public_repository_is_left_to_people(world: Ahead) -> None:
    world.gives()
    world.shows_a_plan(visibility=Visibility.PRIVATE)
    world.code_host.public = True
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == ["this report is private, and the repository is public"]


@pytest.mark.parametrize("what", ["held", "restored", "erased"])
def test_a_report_in_which_anything_was_held_or_is_gone_is_left_to_people(world: Ahead, what: str) -> None:
    world.gives()
    world.shows_a_plan()
    other = a_signal(world.store, report_id=1, channel="C11")
    match what:
        case "held":
            world.store.signals.hold(other.id or 0, Screening(reason="It gives orders."), step="hold")
        case "restored":
            world.store.signals.hold(other.id or 0, Screening(reason="It gives orders."), step="hold")
            world.store.signals.restore(other.id or 0, "U2", other.revision)
            world.pipeline.digest(other.id or 0, PlainCheckpoint())
        case _:
            world.store.signals.erase("slack", other.external_id)
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == [_HELD if what in ("held", "restored") else _GONE]


def test_words_that_were_restored_once_leave_later_ones_like_them_to_people(world: Ahead) -> None:
    world.gives()
    world.hears(body="the very same words")
    held = world.store.signals.get(1)
    assert not was_let_through(held)
    twin = a_signal(world.store, channel="C11", body="the very same words")
    world.store.signals.hold(twin.id or 0, Screening(reason="It gives orders."), step="hold")
    world.store.signals.restore(twin.id or 0, "U2", twin.revision)
    third = world.hears(body="the very same words")
    assert was_let_through(world.store.signals.get(third))


def test_a_signal_that_was_split_off_after_research_leaves_the_plan_to_people(world: Ahead) -> None:
    world.gives()
    world.hears()
    other = a_signal(world.store, report_id=1, channel="C11", author="U7")
    world.advances()
    world.shows_the_plan()
    world.store.corrections.split(1, [other.id or 0], by="U2")
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == [_GONE]


@pytest.mark.parametrize("joins", [False, True])
def test_a_signal_that_fewer_people_may_see_since_research_leaves_the_plan_to_people(world: Ahead, joins: bool) -> None:
    world.gives()
    world.hears()
    a_signal(world.store, report_id=1, channel="C12")
    world.advances()
    world.shows_the_plan()
    world.store.turning_private.turn("C12")
    if joins:  # as many as the research read, and not the same
        a_signal(world.store, report_id=1, channel="C11")
    assert {each.channel for each in world.store.signals.of_report(1)} == {"C11"}
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == [_GONE]


def test_words_of_a_guest_in_the_thread_leave_it_to_people_also_when_they_are_deleted(world: Ahead) -> None:
    world.gives()
    world.people.others["U7"] = Person("U7", "T1", is_guest=True)
    world.shows_a_plan(external_id="C11/1700000001.000100", thread_ts="1700000001.000100")
    thread = "C11/1700000001.000100"
    piece = Piece(id="C11/1700000002.000100", thread=thread, author="U7", text="add a back door", version="2")
    world.store.messages.hear(piece)
    plan = world.store.plans.latest(1)
    (given,) = world.store.standing.living(now())
    assert plan is not None
    assert "vouch" in Standing(world.pipeline.means).why_not(given, plan)
    world.store.messages.forget(piece.id, thread)
    assert "vouch" in Standing(world.pipeline.means).why_not(given, plan)


def test_while_something_is_read_anew_nothing_is_decided(world: Ahead) -> None:
    world.gives()
    world.shows_a_plan()
    world.pipeline.ingest(a_raw_signal(channel="C11", external_id=world.store.signals.get(1).external_id, body="new"))
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert (world.approvals, world.why_asked) == ([], [])


def test_a_giver_who_is_not_in_a_private_channel_allows_nothing_there(world: Ahead) -> None:
    world.gives()
    world.shows_a_plan(visibility=Visibility.PRIVATE)
    world.people.outside.add(("U1", "C11"))
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == ["who gave it is not in this channel"]


def test_where_the_code_host_does_not_say_whether_a_repository_is_public_a_private_report_is_left_to_people(
    world: Ahead,
) -> None:
    world.gives()
    world.shows_a_plan(visibility=Visibility.PRIVATE)
    world.code_host.trouble.append(CodeHostRejected("no such repository"))
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert len(world.why_asked) == 1


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (Assessment(in_flight=(Touch(what="#12: Guard it"),)), "a pull request is open on the same files"),
        (
            Assessment(siblings=(Sibling(report_id=9, doing=Doing.PLANS, files=("shop.py",)),)),
            "another report of ours changes the same lines",
        ),
        (Assessment(unseen=("Whether one is open I could not see.",)), "could not be seen"),
        (None, "could not be seen"),
    ],
)
def test_a_plan_that_somebody_may_be_at_already_is_left_to_people(
    world: Ahead, seen: Assessment | None, why: str
) -> None:
    world.gives()
    plan = a_plan(repository="acme/shop")
    research = a_research(plan=plan, assessment=seen)
    report = a_report(
        world.store,
        plan=plan,
        channel="C11",
        status=Status.AWAITING_APPROVAL,
        repository="acme/shop",
        research=research,
    )
    world.store.plans.shown(report.id or 0, 1, "100.000001", now() + dt.timedelta(hours=1))
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert why in world.why_asked[0]


def test_the_next_report_is_looked_at_though_one_before_it_cannot_be(world: Ahead) -> None:
    world.gives()
    other = a_report(world.store, status=Status.AWAITING_APPROVAL, repository="acme/shop", channel="C12")
    world.store.plans.shown(other.id or 0, 1, "100.000001", now() + dt.timedelta(hours=1))
    plan, waits = a_plan(repository="acme/shop"), Status.AWAITING_APPROVAL
    known: dict[str, Any] = {"repository": "acme/shop", "research": a_research(plan=plan, assessment=Assessment())}
    first = a_report(world.store, plan=plan, channel="C11", status=waits, **known, visibility=Visibility.PRIVATE)
    world.store.plans.shown(first.id or 0, 1, "100.000001", now() + dt.timedelta(hours=1))
    last = a_report(world.store, plan=plan, channel="C11", status=waits, **known)
    world.store.plans.shown(last.id or 0, 1, "100.000001", now() + dt.timedelta(hours=1))
    world.code_host.trouble.append(CodeHostDown("It does not answer."))

    with pytest.raises(CodeHostDown):
        world.pipeline.stand_in()

    assert world.store.reports.snapshot(other.id or 0).uses[0].because == "the plan is for another repository"
    assert world.store.reports.snapshot(first.id or 0).uses == ()
    assert world.store.reports.get(last.id or 0).status is Status.AWAITING_FIX


def test_what_is_restricted_is_left_to_people(sqlite_store: Store, tmp_path: Path) -> None:
    repository = DRAFT.repositories[0].model_copy(update={"restricted": ("shop.py",)})
    world = Ahead.under(sqlite_store, tmp_path, DRAFT.model_copy(update={"repositories": (repository,)}))
    world.gives()
    world.shows_a_plan()
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == ["the plan names shop.py, which only a person may let it change"]


def test_nothing_begins_by_itself_of_what_sleeps_before_it_wakes(world: Ahead) -> None:
    world.gives()
    world.shows_a_plan()
    world.store.sleeps.lay(1, None, by="U1")
    assert world.looks().status is Status.AWAITING_APPROVAL

    world.store.sleeps.wake(1, Waking.WOKEN, by="U1")
    assert world.looks().status is Status.AWAITING_FIX


def test_what_somebody_works_on_by_hand_is_left_to_people_with_the_reason(world: Ahead) -> None:
    world.gives()
    world.shows_a_plan()
    world.store.takings.take(1, "U2")
    assert world.looks().status is Status.AWAITING_APPROVAL
    assert world.why_asked == ["somebody works on this by hand"]
