"""A circuit breaker: what does not answer is left alone for a while, so that no job waits for it in vain.

It belongs to one process: each finds out for itself. What it finds out is told, so that people can read it.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

TRIPS_AT = 3  # failures in a row
_LOOK = 5.0  # seconds after which they look what became of it


@dataclass(frozen=True)
class Rest:
    """That something is left alone, for how many seconds, and why."""

    seconds: float
    why: str


Tell = Callable[[Rest | None], None]
"""Is called when something begins to rest, rests on, or answers again (None)."""


def _nobody(_: Rest | None) -> None:
    """Where nobody keeps it, it is told to nobody."""


@dataclass
class Circuit:
    """One dependency of this process. May be used by many threads. `clock` counts seconds.

    After `trips_at` failures in a row it rests, at once if it asks for that; then one call tries, and the others wait
    for what becomes of it.
    """

    tell: Tell = _nobody
    trips_at: int = TRIPS_AT
    first: float = 15.0  # seconds of its first rest; doubled by each trial that fails
    longest: float = 120.0  # seconds of a rest that nobody asked for
    trial: float = 60.0  # seconds that one call may try whether it answers again, while all others wait for that
    clock: Callable[[], float] = time.monotonic
    why: str = ""  # the latest failure; empty while it answers
    told: bool = False  # whether somebody was told that it rests, perhaps by a process that is gone
    _failures: int = field(default=0, init=False)
    _rests_until: float = field(default=-math.inf, init=False)
    _is_tried: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def resting(self) -> float:
        """For how many seconds it is left alone; 0 when it may be asked."""
        with self._lock:
            return self._left()

    def take(self) -> float:
        """The same, for whoever asks it at once if it may be: after a rest only the first gets 0."""
        with self._lock:
            left = self._left()
            if not left and self._rests_until > -math.inf:
                self._is_tried, self._rests_until = True, self.clock() + self.trial
            return left

    def failed(self, why: str, asked: float | None = None) -> None:
        """It did not answer. `asked` is how many seconds it wants to be left alone: that is granted at once.

        Calls that had begun before it rested, and fail now, say nothing new.
        """
        with self._lock:
            if self._left() and not self._is_tried and not asked:
                return
            self._is_tried = False
            self._failures += 1
            self.why = why
            doublings = min(self._failures - self.trips_at, 10)
            rest = min(self.longest, self.first * 2.0**doublings) if doublings >= 0 else 0.0
            rest = max(rest, asked or 0.0)
            if rest:
                self._rests_until = self.clock() + rest
        if rest:
            self.told = True
            self.tell(Rest(rest, why))

    def answered(self) -> None:
        """It answered, if only with a no."""
        with self._lock:
            told, self.told = self.told, False
            self._failures, self._rests_until, self._is_tried, self.why = 0, -math.inf, False, ""
        if told:
            self.tell(None)

    def _left(self) -> float:
        left = max(0.0, self._rests_until - self.clock())
        return min(left, _LOOK) if self._is_tried else left
