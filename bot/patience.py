"""How we spare what we ask: at its pace, not again for what was answered lately, and for a while at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

V = TypeVar("V")


def for_a_while(seconds: float, things: Iterable[V], clock: Callable[[], float] = time.monotonic) -> Iterator[V]:
    """The things one by one, as long as there is time left to begin with the next one."""
    until = clock() + seconds
    for thing in things:
        if clock() >= until:
            return
        yield thing


@dataclass
class Bucket:
    """A token bucket: so many at once, then `rate` a second."""

    rate: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _left: float = field(init=False)
    _at: float = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._left, self._at = self.burst, self.clock()

    def take(self) -> float:
        """Take a token; returns for how long to sleep before it counts, in seconds."""
        with self._lock:
            at = self.clock()
            self._left = min(self.burst, self._left + (at - self._at) * self.rate) - 1.0
            self._at = at
            return max(0.0, -self._left / self.rate)


@dataclass
class Lately(Generic[V]):
    """Values that were looked up lately, by name: at most `most` of them, each for `seconds`."""

    seconds: float
    most: int = 2_000
    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, V]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, name: str) -> V | None:
        """The value, unless it is too old."""
        with self._lock:
            at, value = self._kept.get(name, (float("-inf"), None))
            return value if self.clock() - at < self.seconds else None

    def put(self, name: str, value: V) -> V:
        """Keep the value; returns it."""
        with self._lock:
            if len(self._kept) >= self.most:
                self._kept.clear()
            self._kept[name] = (self.clock(), value)
        return value


class Latest(Generic[V]):
    """What is slow to make, and asked for often: made in a thread of its own, one at a time, for `serves` seconds.

    Who asks waits no longer than `patience`, and then gets the one before, unless that is `old`.
    """

    def __init__(
        self,
        make: Callable[[], V],
        *,
        serves: float,
        patience: float,
        old: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make, self._serves, self._patience, self._old, self._clock = make, serves, patience, old, clock
        self._lock = threading.Lock()
        self._last: tuple[float, V] | None = None
        self._making: Future[V] | None = None

    def get(self) -> V | None:
        """The newest there is; None where there is none in time. Raises what making it raised."""
        with self._lock:
            if (kept := self._kept(self._serves)) is not None:
                return kept
            making = self._making = self._making or self._begun()
        try:
            return making.result(self._patience)
        except TimeoutError:
            if making.done():  # in the last moment, or by an error of this kind
                return making.result()
            with self._lock:
                return self._kept(self._old)

    def _kept(self, seconds: float) -> V | None:
        return self._last[1] if self._last is not None and self._clock() - self._last[0] < seconds else None

    def _begun(self) -> Future[V]:
        future: Future[V] = Future()
        threading.Thread(target=self._work, args=(future,), name="latest", daemon=True).start()
        return future

    def _work(self, future: Future[V]) -> None:
        began = self._clock()
        try:
            value = self._make()
        except BaseException as error:  # noqa: BLE001 it is raised where somebody asked
            self._put_down(None)
            future.set_exception(error)
        else:
            self._put_down((began, value))
            future.set_result(value)

    def _put_down(self, made: tuple[float, V] | None) -> None:
        with self._lock:
            self._making = None
            self._last = made or self._last
