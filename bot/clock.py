"""The clock. Only this module knows APScheduler, and APScheduler knows nothing that must survive.

It runs in every replica: a tick enqueues a job whose id is made of the tick's name and its time slot, so that a tick is
made at most once however many clocks there are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from apscheduler.schedulers.background import BackgroundScheduler


@dataclass(frozen=True)
class Tick:
    """Something to enqueue every so many seconds; `enqueue` is given the slot."""

    name: str
    every: float
    enqueue: Callable[[str], None]
    jitter: float = 0.0


@dataclass
class Clock:
    """Calls every tick's `enqueue` once a slot."""

    ticks: Sequence[Tick]
    now: Callable[[], float] = time.time
    _scheduler: BackgroundScheduler = field(
        default_factory=lambda: BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 30}
        )
    )

    def start(self) -> None:
        """Begin to tick."""
        for tick in self.ticks:
            self._scheduler.add_job(
                self._tick, "interval", args=[tick], seconds=tick.every, jitter=tick.jitter or None, id=tick.name
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        self._scheduler.shutdown(wait=False)

    def _tick(self, tick: Tick) -> None:
        tick.enqueue(slot(self.now(), tick.every))


def slot(at: float, every: float) -> str:
    """The name of the time slot that `at` (Unix time) lies in: its number since the epoch."""
    return str(int(at // every))
