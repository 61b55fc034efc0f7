"""Time in the workspace: a clock that tests can move on, message stamps, and the one-post-a-second rule."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from playground.workspace.problems import RateLimited

MICROS = 1_000_000


class Clock:
    """Seconds since the epoch, from `source`, plus what it was advanced by."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._ahead = 0.0

    def now(self) -> float:
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


class Stamps:
    """Message ids: a time with six decimals, each one greater than every one before it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        self._last = max(self._last + 1, int(self._clock.now() * MICROS))
        return f"{self._last // MICROS}.{self._last % MICROS:06d}"

    def take(self, ts: str) -> None:
        """Note a stamp that was chosen by somebody else, so that later ones are greater. Raises ValueError."""
        seconds, dot, micros = ts.partition(".")
        if not (dot and seconds.isdigit() and micros.isdigit() and len(micros) == len(str(MICROS)) - 1):
            raise ValueError(f"{ts!r} is no message ts: it must look like 1795157642.118209")
        self._last = max(self._last, int(seconds) * MICROS + int(micros))


@dataclass
class _Level:
    tokens: float
    at: float


class PostBuckets:
    """Lets a burst of posts into each channel, then so many a second."""

    def __init__(self, clock: Clock, per_second: float, burst: int) -> None:
        self._clock = clock
        self._per_second = per_second
        self._burst = burst
        self._levels: dict[str, _Level] = {}

    def take(self, channel: str) -> None:
        """Count one post. Raises RateLimited when the channel has had its share."""
        now = self._clock.now()
        level = self._levels.setdefault(channel, _Level(self._burst, now))
        level.tokens = min(self._burst, level.tokens + (now - level.at) * self._per_second)
        level.at = now
        if level.tokens < 1:
            raise RateLimited(max(1, math.ceil((1 - level.tokens) / self._per_second)))
        level.tokens -= 1
