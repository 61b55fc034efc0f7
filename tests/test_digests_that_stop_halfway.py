"""A digest that fails after it has filed its signal: the sweep has it finished, so that the report ripens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.ports import T
from storage.columns import now
from storage.judgments import Grouping, Stage
from storage.status import SignalStatus, Status
from storage.store import Store
from tests.factories import a_raw_signal
from tests.fakes import PlainCheckpoint
from tests.world import World


@dataclass
class FailsToRipen(PlainCheckpoint):
    """Does everything up to that checkpoint."""

    def __call__(self, name: str, work: Callable[[], T], returns: type[T]) -> T:
        if name == "ripen":
            raise KeyError(name)
        return super().__call__(name, work, returns)


def stops_halfway(world: World, **fields: object) -> int:
    signal_id = world.pipeline.ingest(a_raw_signal(channel="C11", **fields)).signal_id
    with pytest.raises(KeyError):
        world.pipeline.digest(signal_id, FailsToRipen())
    world.store.signals.postpone(signal_id, "a surprise", now() + dt.timedelta(minutes=5))  # as jobs do
    return signal_id


def swept(world: World, minutes: float) -> list[int]:
    return [due.id for due in world.store.due.now(now() + dt.timedelta(minutes=minutes)).signals]


def test_a_report_whose_signal_was_filed_by_a_digest_that_failed_ripens_with_the_sweep(
    store: Store, tmp_path: Path
) -> None:
    world = World(store, tmp_path)
    signal_id = stops_halfway(world)
    assert store.signals.get(signal_id).status is SignalStatus.FILED
    assert store.reports.get(1).status is Status.GATHERING
    assert swept(world, 1) == []
    assert swept(world, 6) == [signal_id]

    world.pipeline.digest(signal_id, PlainCheckpoint())

    assert store.reports.get(1).status is Status.AWAITING_RESEARCH
    assert swept(world, 6) == []


def test_a_report_whose_return_was_filed_by_a_digest_that_failed_is_taken_back(
    sqlite_store: Store, tmp_path: Path
) -> None:
    world = World(sqlite_store, tmp_path)
    world.reaches(Status.AWAITING_PROOF)
    same = Grouping(candidate=sqlite_store.reports.get(1).subject, pull_request_title="Share", reason="the same")
    world.model.judgments[Stage.GROUP] = [same]
    again = stops_halfway(world, body="sharing fails again", happened_at=now() + dt.timedelta(minutes=1))
    assert sqlite_store.signals.get(again).report_id == 1
    assert swept(world, 6) == [again]

    world.pipeline.digest(again, PlainCheckpoint())

    assert sqlite_store.reports.get(1).status is not Status.AWAITING_PROOF
    assert swept(world, 6) == []
