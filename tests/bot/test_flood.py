"""A small flood, through the real pipeline into a workspace: all of it is kept, and little of it is posted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from agents.adapters.offline import OfflineModel
from agents.pipeline import Pipeline
from playground.workspace.records import Call
from storage.columns import now
from storage.reports.filing import COOL_DOWN, JOINS_SHOWN
from storage.status import SignalStatus
from tests.bot.workplace import SOLAR, Workplace
from tests.factories import a_raw_signal

T = TypeVar("T")
FLOOD = 60


def at_once(name: str, work: Callable[[], T], returns: type[T]) -> T:
    return work()


def posts(place: Workplace) -> list[Call]:
    return place.workspace.calls("chat.postMessage")


@pytest.mark.slow
def test_sixty_signals_of_one_problem_are_kept_whole_and_posted_in_a_few_messages(place: Workplace) -> None:
    pipeline = Pipeline(replace(place.deps.pipeline.means, model=OfflineModel()))
    for number in range(FLOOD):
        raw = a_raw_signal(
            source="importer",
            external_id=f"import-{number}",
            title="Importer stopped",
            body=f"Importer stopped in batch {number}.",
            channel=SOLAR,
            thread_ts="",
            keys=("importer",),
        )
        pipeline.digest(pipeline.ingest(raw).signal_id, at_once)
        for report_id in {*place.told.published, *place.told.reports}:
            report = place.store.reports.get(report_id)
            if report.drawn_version < report.version:
                place.draw(report_id)

    place.store.filing.tell_of_the_many(now() + COOL_DOWN)
    reports = place.store.reports.all()
    kept = [signal for report in reports for signal in place.store.signals.of_report(report.id or 0)]
    drawn = {report.id: place.draw(report.id or 0) for report in reports}

    assert len(reports) == 1
    assert len(kept) == FLOOD
    assert {signal.status for signal in kept} == {SignalStatus.FILED}
    assert len(posts(place)) <= JOINS_SHOWN + 2
    assert len(place.workspace.calls("chat.update")) <= 2 * (JOINS_SHOWN + 2)
    assert all(str(FLOOD) in str(messages[0].blocks) for messages in drawn.values())
