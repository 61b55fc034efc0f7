"""The engine in this process with its jobs, and patience with it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.durable.engine import Engine
from bot.jobs import Jobs
from storage.columns import now
from storage.status import Status
from storage.store import Store
from tests.bot.worker_process import Lines, ThreeTurns

PATIENCE = 180.0  # seconds; on a busy machine two workers take a minute to start


def has_tried(works: Works, report_id: int, tries: int) -> bool:
    return works.store.reports.get(report_id).tries == tries


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what}: it did not happen within {PATIENCE:.0f} s"
        time.sleep(0.03)


@dataclass
class Works:
    """The engine in this process, with its jobs."""

    store: Store
    engine: Engine
    lines: Lines
    pipeline: ThreeTurns
    jobs: Jobs

    def status(self, report_id: int) -> Status:
        return self.store.reports.get(report_id).status

    def turns(self) -> list[str]:
        return [turn for _, turn, _ in self.lines.all("turn")]

    def later(self, **by: float) -> None:
        """Let it be so much later for the jobs."""
        self.jobs.clock = lambda: now() + dt.timedelta(**by)
