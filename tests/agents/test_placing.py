"""Placing: signals in flight see each other, corrections are obeyed, and what was closed is received rightly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.gathering.placing import Judged, keys_of, still_holds
from agents.rules import Person
from storage.database import open_store
from storage.groups import PairKind
from storage.judgments import Grouping
from storage.records import Signal
from storage.searching.search import Candidate
from storage.status import Status, Visibility
from storage.store import Store
from tests.agents.placed import ADA, FAULTS, POLICY, Judge, World
from tests.storage.together import together


@pytest.fixture
def two_workers(database_url: str, tmp_path: Path) -> Iterator[tuple[World, World]]:
    """Two processes' worth of stores over one database, and one judge that takes its time."""
    judge = Judge(seconds=0.02)
    stores = open_store(database_url), open_store(database_url)
    yield World(stores[0], judge, tmp_path), World(stores[1], judge, tmp_path)
    for store in stores:
        store.close()


def test_reports_of_one_fault_in_the_same_second_end_in_one_report(two_workers: tuple[World, World]) -> None:
    one, other = two_workers
    signals = [(fault, one.take(fault)) for fault in FAULTS for _ in range(4)]
    places = [(one, other)[number % 2].place for number in range(len(signals))]
    results = together(*[lambda at=at: places[at](signals[at][1]) for at in range(len(signals))])

    assert [each for each in results if isinstance(each, Exception)] == []
    homes = {fault: {one.of(signal).id for each, signal in signals if each == fault} for fault in FAULTS}
    assert {len(reports) for reports in homes.values()} == {1}
    assert len(one.store.reports.all()) == len(FAULTS)
    assert sum(report.weight for report in one.store.reports.all()) == pytest.approx(len(signals), abs=0.01)


def test_what_is_filed_meanwhile_about_something_else_costs_no_second_judgment(world: World) -> None:
    world.comes(FAULTS[0])
    signal = world.take(FAULTS[1])
    asked = len(world.judge.asked)
    meanwhile = iter(FAULTS[2:5])
    inner = world.store.filing.file

    def overtaken(*args: Any, **named: Any) -> Any:
        """Other filings come between the judgment and ours, three times."""
        if args[0] == signal.id and (fault := next(meanwhile, None)) is not None:
            other = world.take(fault)
            inner(
                other.id or 0, **{**named, "step": f"other:{other.id}", "keys": (), "epoch": world.store.filing.epoch()}
            )
        return inner(*args, **named)

    world.store.filing.file = overtaken  # type: ignore[method-assign]  # it comes in between
    world.place(signal)

    assert len(world.judge.asked) - asked == 1
    assert len(world.store.reports.all()) == 5


def test_a_report_of_the_same_fault_that_was_opened_meanwhile_is_judged(world: World) -> None:
    world.comes(FAULTS[0])
    signal, twin = world.take(FAULTS[1]), world.take(FAULTS[1])
    first = iter([twin])
    inner = world.store.filing.file

    def overtaken(*args: Any, **named: Any) -> Any:
        if args[0] == signal.id and (other := next(first, None)) is not None:
            world.place(other)
        return inner(*args, **named)

    world.store.filing.file = overtaken  # type: ignore[method-assign]  # it comes in between
    assert world.place(signal).id == world.of(twin).id


@pytest.mark.parametrize(
    ("rejected", "fresh", "holds"),
    [(0.4, 0.06, False), (0.4, 0.03, True), (0.99, 0.005, False), (0.99, 0.0001, True)],
)
def test_what_is_left_beside_a_likely_report_that_was_rejected_is_judged(
    rejected: float, fresh: float, holds: bool
) -> None:
    def candidate(report_id: int, likelihood: float) -> Candidate:
        return Candidate(report_id=report_id, subject=str(report_id), title="", gist="", status=Status.GATHERING,
                         signal_titles=("one",), shared_keys=(), ranks={}, score=0.0, similarity=0.0,
                         likelihood=likelihood)  # fmt: skip

    judged = Judged(grouping=Grouping(reason="None fits."), report_id=None, seen={1: 1}, asked=True)
    assert still_holds(judged, (candidate(1, rejected), candidate(2, fresh))) is holds


def test_a_placement_keeps_queries_candidates_reason_and_who_judged(world: World) -> None:
    world.comes(FAULTS[0], number=1)
    signal = world.take(FAULTS[0], number=2)
    report = world.place(signal)
    placement = world.store.placements.of([signal.id or 0])[signal.id or 0]
    (weighed,) = placement.considered.candidates

    assert (placement.report_id, placement.opened, placement.reason) == (report.id, False, "One cause.")
    assert placement.considered.queries == (FAULTS[0],)
    assert placement.considered.judge == "the offline engine"  # nothing was paid for
    assert (weighed.report_id, weighed.similarity > 0.5, bool(weighed.ranks)) == (report.id, True, True)


def test_an_exact_key_needs_no_judge_and_the_first_one_neither(world: World) -> None:
    one = world.take(FAULTS[0], keys=("k:1",))
    two = world.take(FAULTS[1], keys=("k:1",))
    assert world.place(one).id == world.place(two).id
    placements = world.store.placements.of([one.id or 0, two.id or 0])
    assert [each.considered.judge for each in placements.values()] == ["", ""]
    assert world.judge.asked == []


def test_the_title_of_the_newest_judgment_is_kept_if_it_says_so_and_fed_back(world: World) -> None:
    world.judge.answers = {"pull_request_title": "Stream the export"}
    world.comes(FAULTS[0], number=1)
    assert world.comes(FAULTS[0], number=2).title == f"{FAULTS[0]} 1"
    world.judge.answers["better_title"] = True
    assert world.comes(FAULTS[0], number=3).title == "Stream the export"
    world.judge.answers["better_title"] = False
    world.comes(FAULTS[0], number=4)
    assert world.judge.asked[-1].choices[0].title == "Stream the export"


def test_a_likely_candidate_that_was_rejected_is_kept_and_can_be_merged_by_people(world: World) -> None:
    first = world.comes(FAULTS[0], number=1)
    world.judge.refuses = True
    second = world.comes(FAULTS[0], number=2)
    assert second.id != first.id
    (near,) = world.store.reports.snapshot(second.id or 0).near
    assert (near.pair.kind, near.report.id, near.pair.likelihood >= 0.2) == (PairKind.NEAR_MISS, first.id, True)

    answer = world.correcting.same(second.id or 0, first.id or 0, ADA, lambda _: True)
    assert answer.ok
    assert world.store.reports.get(second.id or 0).merged_into == first.id
    assert world.store.reports.snapshot(first.id or 0).near == ()


def test_an_unlikely_candidate_is_no_near_miss(world: World) -> None:
    world.comes(FAULTS[0])
    report = world.comes(FAULTS[1])
    assert world.store.reports.snapshot(report.id or 0).near == ()


def test_after_a_merge_keys_and_judgments_follow_the_heir(world: World) -> None:
    heir, away = world.comes(FAULTS[0]), world.comes(FAULTS[1], keys=("k:1",))
    assert world.correcting.merge(away.id or 0, heir.id or 0, ADA, lambda _: True).ok
    assert world.comes(FAULTS[5], keys=("k:1",)).id == heir.id
    assert away.id not in {each.report_id for each in world.store.search.candidates((), (FAULTS[1],), (), b"")}


def test_after_a_split_a_key_of_both_decides_no_more_and_each_side_takes_its_own(world: World) -> None:
    one = world.take(FAULTS[0], keys=("k:both",))
    two = world.take(FAULTS[1], keys=("k:both", "k:mine"))
    report = world.place(one)
    assert world.place(two).id == report.id
    assert world.correcting.split(report.id or 0, [two.id or 0], ADA, lambda _: True).ok
    new = world.of(two)
    world.store.reports.change(report.id or 0, gist=FAULTS[0])
    world.store.reports.change(new.id or 0, gist=FAULTS[1])

    assert world.comes(FAULTS[1], keys=("k:both",)).id == new.id
    assert world.comes(FAULTS[0], keys=("k:both",)).id == report.id
    assert len(world.judge.asked) == 2
    assert world.comes(FAULTS[5], keys=("k:mine",)).id == new.id
    assert len(world.judge.asked) == 2
    assert world.store.reports.snapshot(new.id or 0).near[0].pair.kind is PairKind.APART


@pytest.mark.parametrize(
    ("person", "is_in", "why"),
    [
        (Person("U1", "T1", is_guest=True), True, "Guests"),
        (Person("U1", "T2"), True, "another one"),
        (Person("U1", "T1", is_bot=True), True, "Only people"),
        (Person("U1", "T1"), False, "you are not in there"),
    ],
)
def test_only_members_who_are_in_the_channel_correct(world: World, person: Person, is_in: bool, why: str) -> None:
    one, other = world.comes(FAULTS[0]), world.comes(FAULTS[1])
    answer = world.correcting.merge(one.id or 0, other.id or 0, person, lambda _: is_in)
    assert (answer.ok, why in answer.sentence) == (False, True)
    assert world.store.corrections.of_report(one.id or 0) == []


def test_signals_that_people_bring_together_make_a_report_ripe(store: Store, tmp_path: Path) -> None:
    world = World(store, Judge(), tmp_path)
    object.__setattr__(world.means, "policy", POLICY.model_copy(update={"ripe_weight": 2.0}))
    one, other = world.comes(FAULTS[0]), world.comes(FAULTS[1])
    assert one.status is Status.GATHERING
    answer = world.correcting.merge(other.id or 0, one.id or 0, ADA, lambda _: True)
    assert answer.ok
    assert store.reports.get(one.id or 0).status is Status.AWAITING_RESEARCH


@pytest.mark.parametrize("researches", [True, False])
def test_without_a_model_only_what_somebody_asks_about_goes_to_research(
    store: Store, tmp_path: Path, *, researches: bool
) -> None:
    world = World(store, Judge(), tmp_path)
    object.__setattr__(world.means, "policy", POLICY.model_copy(update={"ripe_weight": 1.0}))
    object.__setattr__(world.means, "researches", researches)

    heavy, asked = world.comes(FAULTS[0]), world.comes(FAULTS[1], asked_by="U02BOB")

    assert heavy.status is (Status.AWAITING_RESEARCH if researches else Status.GATHERING)
    assert asked.status is Status.AWAITING_RESEARCH  # and hears that there is no model


def test_who_merges_into_what_was_merged_away_has_to_be_where_its_heir_is(world: World) -> None:
    one, heir = world.comes(FAULTS[0]), world.comes(FAULTS[1], channel="C2")
    assert world.correcting.merge(one.id or 0, heir.id or 0, ADA, lambda _: True).ok
    third = world.comes(FAULTS[2])

    refused = world.correcting.merge(third.id or 0, one.id or 0, ADA, lambda channel: channel != "C2")
    assert (refused.ok, refused.sentence) == (False, "SB-2 lives in <#C2>, and you are not in there.")
    told = world.correcting.merge(third.id or 0, one.id or 0, ADA, lambda _: True).sentence
    assert told.startswith("SB-3 was merged into SB-2, of which SB-1 is a part.")
    refused = world.correcting.undo(1, ADA, lambda channel: channel != "C2")
    assert "SB-2 lives in" in refused.sentence


def test_research_that_a_merge_had_ended_begins_again_when_the_merge_is_undone(world: World) -> None:
    heir, away = world.comes(FAULTS[0]), world.comes(FAULTS[1], asked_by="U02BOB")
    assert away.status is Status.AWAITING_RESEARCH  # because somebody asked: it is not heavy enough by itself
    world.correcting.merge(away.id or 0, heir.id or 0, ADA, lambda _: True)
    world.correcting.undo(1, ADA, lambda _: True)

    assert world.store.reports.get(away.id or 0).status is Status.AWAITING_RESEARCH
    assert world.store.reports.get(heir.id or 0).status is Status.GATHERING


def test_a_private_report_is_not_merged_with_a_public_one(world: World) -> None:
    one = world.comes(FAULTS[0])
    other = world.comes(FAULTS[1], channel="C9", visibility=Visibility.PRIVATE)
    answer = world.correcting.merge(other.id or 0, one.id or 0, ADA, lambda _: True)
    assert (answer.ok, "stays there" in answer.sentence) == (False, True)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("https://acme.sentry.io/issues/123/", "see https://acme.sentry.io/issues/123/?project=4"),
        ("https://acme.sentry.io/issues/123/", "it is https://acme.sentry.io/issues/123."),
        ("https://linear.app/acme/issue/ENG-12/the-export-fails", "<https://linear.app/acme/issue/ENG-12|ENG-12>"),
        ("https://code.example/acme/app/issues/7", "https://code.example/acme/app/issues/7#issuecomment-9"),
    ],
)
def test_the_address_of_an_issue_is_one_key_however_it_is_written(known: str, said: str) -> None:
    at = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    issue = Signal(source="tracker", external_id="1", body="the export fails", keys=(f"url:{known}",), happened_at=at)
    told = Signal(source="slack", external_id="2", body=said, happened_at=at)
    assert set(keys_of(issue)) & set(keys_of(told))
