"""What became of the jobs that this process did since it began: the engine could only list them all."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum


class Ended(StrEnum):
    """How a job ended here. One that was interrupted goes on later, maybe elsewhere."""

    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass
class Turn:
    """One job at work."""

    began: float
    clock: Callable[[], float]
    ended: Ended = Ended.INTERRUPTED  # unless it comes to an end

    @property
    def seconds(self) -> float:
        """For how long it has been at work."""
        return self.clock() - self.began


@dataclass
class Tally:
    """Counts jobs, and the seconds they took, by their kind and how they ended."""

    clock: Callable[[], float] = time.monotonic
    _many: Counter[tuple[str, Ended]] = field(default_factory=Counter)
    _seconds: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def of(self, kind: str) -> Iterator[Turn]:
        """Count a job when the block ends."""
        turn = Turn(self.clock(), self.clock)
        try:
            yield turn
        finally:
            with self._lock:
                self._many[kind, turn.ended] += 1
                self._seconds[kind] = self._seconds.get(kind, 0.0) + turn.seconds

    def many(self) -> dict[tuple[str, Ended], int]:
        """How many ended, by kind and how."""
        with self._lock:
            return dict(self._many)

    def seconds(self) -> dict[str, float]:
        """How long they took together, by kind."""
        with self._lock:
            return dict(self._seconds)
