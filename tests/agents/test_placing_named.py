"""Placing: what a signal names is judged first, decides nothing by itself, and tells nothing of another room."""

from __future__ import annotations

from agents.gathering.placing import Judged, still_holds
from storage.groups import PairKind, Route
from storage.judgments import Grouping
from storage.searching.search import Candidate
from storage.status import Status, Visibility
from tests.agents.placed import FAULTS, World


def test_what_a_signal_names_is_judged_first_and_does_not_decide(world: World) -> None:
    named = world.comes(FAULTS[0], number=1)
    world.comes(FAULTS[1], number=2)
    alike = world.comes(FAULTS[2], number=3)
    signal = world.take(FAULTS[2], number=4, body=f"{FAULTS[2]}; see {named.ref}")
    assert world.place(signal).id == alike.id
    choices = world.judge.asked[-1].choices[:2]
    assert [(each.subject, each.called) for each in choices] == [(named.subject, (named.ref,)), (alike.subject, ())]
    assert [f"named by the signal as {named.ref}" in each.shown() for each in choices] == [True, False]
    placement = world.store.placements.of([signal.id or 0])[signal.id or 0]
    assert placement.considered.candidates[0].ranks[Route.NAME] == 1
    assert placement.considered.near_miss is None


def test_people_are_asked_where_a_signal_says_that_it_is_the_same_and_the_judge_did_not(world: World) -> None:
    named, other = world.comes(FAULTS[0], number=1), world.comes(FAULTS[1], number=2)
    asking = world.comes(FAULTS[5], body=f"words apart: {named.ref} is back, see {other.ref}")
    (near,) = world.store.reports.snapshot(asking.id or 0).near
    assert (near.report.id, near.pair.kind) == (named.id, PairKind.NEAR_MISS)


def test_a_name_tells_a_public_signal_nothing_of_a_private_report(world: World) -> None:
    hidden = world.comes(FAULTS[0], visibility=Visibility.PRIVATE, channel="C9")
    signal = world.take(FAULTS[1], body=f"{FAULTS[1]}: {hidden.ref} is back, {hidden.subject}")
    report = world.place(signal)
    assert world.judge.asked == []
    assert world.store.placements.of([signal.id or 0])[signal.id or 0].considered.candidates == ()
    assert world.store.reports.snapshot(report.id or 0).near == ()


def test_a_report_that_is_named_and_came_up_meanwhile_is_judged() -> None:
    def candidate(report_id: int, titles: int) -> Candidate:
        return Candidate(report_id=report_id, subject=str(report_id), title="", gist="", status=Status.GATHERING,
                         signal_titles=("one",) * titles, shared_keys=(), ranks={Route.NAME: 1}, score=0.0,
                         similarity=0.0)  # fmt: skip

    judged = Judged(grouping=Grouping(reason="None fits."), report_id=None, seen={1: 1}, asked=True)
    assert still_holds(judged, (candidate(1, 2),))
    assert not still_holds(judged, (candidate(1, 1), candidate(2, 1)))
