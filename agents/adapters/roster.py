"""Which of several models is asked: the first that is not resting. One that fails twice in a row rests a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

TRIPS_AT = 2  # failures in a row
_FIRST_REST, _LONGEST_REST = 15.0, 300.0  # seconds; doubled by each trial that fails


@dataclass
class _Health:
    failures: int = 0
    rests_until: float = 0.0


@dataclass
class Roster:
    """How the models of one process are. May be used by many threads. `clock` counts seconds."""

    clock: Callable[[], float] = time.monotonic
    _models: dict[str, _Health] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def awake(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those that are not resting, in their order."""
        with self._lock:
            return tuple(name for name in names if self._of(name).rests_until <= self.clock())

    def soonest(self, names: Sequence[str]) -> float:
        """Seconds until the first of them is tried again."""
        with self._lock:
            return max(0.0, min(self._of(name).rests_until for name in names) - self.clock())

    def failed(self, name: str, asked: float | None) -> None:
        """It did not answer. `asked` is how many seconds it wants to be left alone: that is granted at once."""
        with self._lock:
            health = self._of(name)
            health.failures += 1
            doublings = min(health.failures - TRIPS_AT, 10)
            rest = min(_LONGEST_REST, _FIRST_REST * 2.0**doublings) if doublings >= 0 else 0.0
            health.rests_until = self.clock() + max(rest, asked or 0.0)

    def answered(self, name: str) -> None:
        """It answered."""
        with self._lock:
            self._models.pop(name, None)

    def _of(self, name: str) -> _Health:
        return self._models.setdefault(name, _Health())
