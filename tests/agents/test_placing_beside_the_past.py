"""Where a signal goes when its problem was dismissed, put off, resolved, or storms."""

from __future__ import annotations

import datetime as dt

import pytest

from storage.columns import now
from storage.records import EntryKind
from storage.reports.filing import COOL_DOWN, JOINS_SHOWN
from storage.status import Dismissal, Mover, Status
from tests.agents.placed import FAULTS, World
from tests.storage.together import together


@pytest.mark.parametrize("why", [None, Dismissal.WONT_FIX, Dismissal.NOT_A_PROBLEM])
def test_what_nobody_wants_fixed_absorbs_its_signals(world: World, why: Dismissal | None) -> None:
    report = world.comes(FAULTS[0], keys=("k:1",))
    world.dismiss(report, why)
    for _ in range(4):
        assert world.comes(FAULTS[0], keys=("k:1",)).id == report.id
    after = world.store.reports.get(report.id or 0)
    assert after.status is Status.DISMISSED
    assert after.weight == pytest.approx(5.0, abs=0.01)


@pytest.mark.parametrize("why", [Dismissal.FIXED_ELSEWHERE, Dismissal.QUIET, Dismissal.ANALYSIS_WRONG])
def test_what_was_fixed_elsewhere_or_fell_silent_and_happens_again_opens_a_linked_report_once(
    world: World, why: Dismissal
) -> None:
    report = world.comes(FAULTS[0], keys=("k:1",))
    world.dismiss(report, why)
    assert world.comes(FAULTS[0], keys=("k:1",), happened_at=now() - dt.timedelta(days=1)).id == report.id
    again = world.comes(FAULTS[0], keys=("k:1",))
    assert (again.id != report.id, again.regression_of) == (True, report.id)
    assert world.comes(FAULTS[0], keys=("k:1",)).id == again.id
    assert world.comes(FAULTS[0], happened_at=now() - dt.timedelta(days=1)).id == again.id


@pytest.mark.parametrize("why", [Dismissal.NOT_NOW, Dismissal.UNCLEAR])
def test_what_was_put_off_or_unclear_is_opened_again_when_it_weighs_twice_as_much(world: World, why: Dismissal) -> None:
    report = world.comes(FAULTS[0], keys=("k:1",))
    world.comes(FAULTS[0], keys=("k:1",))
    world.dismiss(report, why)
    assert [world.comes(FAULTS[0], keys=("k:1",)).id for _ in range(2)] == [report.id] * 2
    assert world.comes(FAULTS[0], keys=("k:1",)).regression_of == report.id


def test_who_asks_about_a_dismissed_problem_gets_a_report(world: World) -> None:
    report = world.comes(FAULTS[0], keys=("k:1",))
    world.dismiss(report, Dismissal.WONT_FIX)
    again = world.comes(FAULTS[0], keys=("k:1",), asked_by="U02BOB")
    assert (again.regression_of, again.status) == (report.id, Status.AWAITING_RESEARCH)


def test_what_comes_back_after_it_was_resolved_opens_one_linked_report(world: World) -> None:
    report = world.comes(FAULTS[0], keys=("k:1",))
    for to, mover in (
        (Status.AWAITING_RESEARCH, Mover.WORLD), (Status.AWAITING_APPROVAL, Mover.MACHINE),
        (Status.AWAITING_FIX, Mover.HUMAN), (Status.AWAITING_CHECKS, Mover.MACHINE),
        (Status.AWAITING_PROOF, Mover.HUMAN), (Status.RESOLVED, Mover.WORLD),
    ):  # fmt: skip
        world.store.reports.move(report.id or 0, to, mover=mover, who=mover, because="so")
    signals = [world.take(FAULTS[0], keys=("k:1",)) for _ in range(4)]
    together(*[lambda each=each: world.place(each) for each in signals])

    assert {world.of(each).regression_of for each in signals} == {report.id}
    assert len({world.of(each).id for each in signals}) == 1


def test_in_a_storm_every_signal_counts_and_few_are_told(world: World) -> None:
    report = world.comes(FAULTS[0], keys=("k:1",))
    version = report.version
    for _ in range(30):
        world.comes(FAULTS[0], keys=("k:1",))
    during = world.store.reports.get(report.id or 0)

    assert during.version - version == JOINS_SHOWN
    assert during.weight == pytest.approx(31.0, abs=0.01)
    assert during.untold == 30 - JOINS_SHOWN
    assert len(world.store.signals.of_report(report.id or 0)) == 31
    assert world.store.filing.tell_of_the_many(now()) == []
    assert world.store.filing.tell_of_the_many(now() + COOL_DOWN) == [report.id]
    assert world.store.filing.tell_of_the_many(now() + COOL_DOWN) == []
    after = world.store.reports.get(report.id or 0)
    lines = [each.text for each in world.store.reports.journal(report.id or 0) if each.kind is EntryKind.SIGNAL]
    assert (after.untold, after.version - during.version) == (0, 1)
    assert len(lines) == 1 + JOINS_SHOWN + 1
    assert lines[-1] == "25 more signals joined, too many at once to name each"


def test_a_signal_of_a_storm_that_is_filed_twice_counts_once(world: World) -> None:
    world.comes(FAULTS[0], keys=("k:1",))
    signals = [world.take(FAULTS[0], keys=("k:1",)) for _ in range(JOINS_SHOWN + 2)]
    for signal in [*signals, *signals]:
        report = world.place(signal)
    assert report.weight == pytest.approx(len(signals) + 1, abs=0.01)
    assert report.untold == 2
