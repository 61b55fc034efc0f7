"""Whose digest comes first, on the real engine: a flood of one source must not starve the others."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.durable.engine import Engine
from bot.durable.enqueuing import Enqueuer
from storage.database import open_store
from storage.raw import Severity
from storage.store import Store
from tests.bot.worker_process import Lines, ThreeTurns, jobs_of
from tests.factories import a_raw_signal

FLOOD = 150


def kept(store: Store, source: str, number: int, severity: Severity = Severity.ERROR) -> int:
    raw = a_raw_signal(source=source, external_id=f"{source}-{number}", severity=severity, body=f"{source} {number}")
    return store.signals.remember(raw).signal_id


@pytest.mark.slow
def test_others_and_the_fatal_are_digested_before_a_flood_that_came_first(sqlite_url: str, tmp_path: Path) -> None:
    store, lines = open_store(sqlite_url), Lines(tmp_path)
    pipeline = ThreeTurns(store, lines, "here", [])
    flood = [kept(store, "flood", number) for number in range(FLOOD)]
    quiet = [kept(store, "quiet", number) for number in range(3)]
    fatal = kept(store, "flood", FLOOD, Severity.FATAL)

    queued = Engine(sqlite_url, works=False)
    queued.start(jobs_of(store, queued, pipeline))
    for signal_id in [*flood, *quiet, fatal]:
        Enqueuer(store, queued).signal(signal_id)
    queued.stop(seconds=0)
    assert lines.all("digest") == []

    engine = Engine(sqlite_url)
    engine.start(jobs_of(store, engine, pipeline))
    deadline = time.monotonic() + 60
    while len(lines.all("digest")) < FLOOD + 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    engine.stop(seconds=0)
    store.close()

    order = [int(signal_id) for signal_id, _ in lines.all("digest")]
    assert sorted(order) == sorted([*flood, *quiet, fatal])  # nothing is lost
    assert order.index(fatal) < 8  # four are taken at a time, so the order is loose by a few places
    assert max(order.index(signal_id) for signal_id in quiet) < 16
