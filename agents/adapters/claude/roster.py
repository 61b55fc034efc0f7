"""Which of several models is asked: the first that is not resting. One that fails twice in a row rests a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from agents.circuit import Circuit

TRIPS_AT = 2  # failures in a row
_LONGEST_REST = 300.0  # seconds


@dataclass
class Roster:
    """How the models of one process are. May be used by many threads. `clock` counts seconds.

    `made` makes the circuit of a model by its name.
    """

    clock: Callable[[], float] = time.monotonic
    made: Callable[[str], Circuit] = lambda _: Circuit()
    _models: dict[str, Circuit] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def awake(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those that are not resting, in their order."""
        return tuple(name for name in names if not self._of(name).resting())

    def is_free(self, name: str) -> bool:
        """Whether it may be asked now, by who asks this: after a rest one tries, and the others ask the next one."""
        return not self._of(name).take()

    def soonest(self, names: Sequence[str]) -> float:
        """Seconds until the first of them is tried again."""
        return min(self._of(name).resting() for name in names)

    def failed(self, name: str, why: str, asked: float | None) -> None:
        """It did not answer. `asked` is how many seconds it wants to be left alone: that is granted at once."""
        self._of(name).failed(why, asked)

    def answered(self, name: str) -> None:
        """It answered."""
        self._of(name).answered()

    def _of(self, name: str) -> Circuit:
        with self._lock:
            if name not in self._models:
                circuit = replace(self.made(name), trips_at=TRIPS_AT, longest=_LONGEST_REST, clock=self.clock)
                self._models[name] = circuit
            return self._models[name]
