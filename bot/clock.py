"""The clock. Only this module knows APScheduler, and APScheduler knows nothing that must survive.

It runs in every replica: a tick enqueues a job whose id is made of the tick's name and its time slot, so that a tick is
made at most once however many clocks there are. When in its slot a tick comes follows from its name and the slot alone,
so that all clocks agree on that too.

The machine's clock may leap. What was due meanwhile comes once, at once, when a machine wakes that slept; where its
clock was set back, all ticks are scheduled anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from storage.errors import SignalboxError

log = structlog.get_logger()

_TOLD_AGAIN = 60.0  # seconds
_LOOK = 5.0  # seconds between two looks whether the clock was set back
_BACK = 1.0  # seconds; by less it makes no difference


@dataclass(frozen=True)
class Tick:
    """Something to enqueue once in every slot of so many seconds; `enqueue` is given the slot.

    `spread` is how many seconds into its slot it may come, so that ticks of one length do not all come at once.
    """

    name: str
    every: float
    enqueue: Callable[[str], None]
    spread: float = 0.0

    def moment(self, number: int) -> float:
        """When it comes in the slot of this number, in Unix time; always the same.

        In whole milliseconds: a date holds no more than microseconds, and a moment that a date rounds down would come
        after itself, for ever.
        """
        digest = hashlib.sha256(f"{self.name}:{number}".encode()).digest()
        part = int.from_bytes(digest[:8], "big") / 2**64
        return math.ceil((number * self.every + part * min(self.spread, self.every / 2)) * 1_000) / 1_000

    def after(self, at: float) -> float:
        """When it comes next after `at`."""
        number = int(at // self.every)
        return next(moment for moment in map(self.moment, (number, number + 1, number + 2)) if moment > at)


class InItsSlot(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Tells APScheduler when a tick comes."""

    def __init__(self, tick: Tick) -> None:
        self._tick = tick

    def get_next_fire_time(self, previous_fire_time: dt.datetime | None, now: dt.datetime) -> dt.datetime:
        """The moment after the last one, or after now."""
        last = now if previous_fire_time is None else max(previous_fire_time, now)
        return dt.datetime.fromtimestamp(self._tick.after(last.timestamp()), dt.UTC)


def _nothing() -> None:
    """Where slots have no jobs, none has to be forgotten."""


@dataclass
class Clock:
    """Calls every tick's `enqueue` once a slot.

    `set_back` is called at the start, and whenever the machine's clock was set back: slots may come a second time.
    """

    ticks: Sequence[Tick]
    set_back: Callable[[], None] = _nothing
    now: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic  # nobody sets it
    _lead: float | None = None  # of the one before the other, when it was last looked at
    _stopping: threading.Event = field(default_factory=threading.Event)
    _told_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _scheduler: BackgroundScheduler = field(
        default_factory=lambda: BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
    )
    _watcher: threading.Thread | None = None

    def start(self) -> None:
        """Begin to tick."""
        for tick in self.ticks:
            self._scheduler.add_job(self._tick, InItsSlot(tick), args=[tick], id=tick.name)
        self._scheduler.start()
        self._watcher = threading.Thread(target=self._watch, name="clock", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Tick no more."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join(timeout=5)
        if self._scheduler.running:  # not where the start failed before it: that fault is the one to tell of
            self._scheduler.shutdown(wait=False)

    def look(self) -> None:
        """Begin anew if the clock was set back: no tick would come before it is as late again as it was."""
        lead = self.now() - self.steady()
        if self._lead is None or lead < self._lead - _BACK:
            try:
                self._begin_anew(lead)
            except Exception as error:  # noqa: BLE001 the next look tries it again
                log.warning("ticks may be late, since the clock was set back", error=str(error))
                return
        self._lead = lead

    def _begin_anew(self, lead: float) -> None:
        if self._lead is not None:
            log.warning("the machine's clock was set back", seconds=round(self._lead - lead))
            for tick in self.ticks:
                self._scheduler.reschedule_job(tick.name, trigger=InItsSlot(tick))
        self.set_back()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self.look()
            self._stopping.wait(_LOOK)

    def _tick(self, tick: Tick) -> None:
        try:
            tick.enqueue(slot(self.now(), tick.every))
        except Exception as error:  # noqa: BLE001 the next slot's comes in any case
            self._tell(tick, error)

    def _tell(self, tick: Tick, error: Exception) -> None:
        """Log it, once a minute for all ticks: there are several a second, and what fails one mostly fails all."""
        at = time.monotonic()
        with self._lock:
            if self._told_at is not None and at - self._told_at < _TOLD_AGAIN:
                return
            self._told_at = at
        unforeseen = None if isinstance(error, SignalboxError) else error
        log.warning(
            "a tick was lost; the next one makes up for it", tick=tick.name, error=str(error), exc_info=unforeseen
        )


def slot(at: float, every: float) -> str:
    """The name of the time slot that `at` (Unix time) lies in: its number since the epoch."""
    return str(int(at // every))
