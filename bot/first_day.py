"""What a source's first pull takes: a bounded number of signals, so that switching it on floods no channel."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from agents.terms import SourceTerms, seconds
from bot.sources.source import Pulled, Source, pulled_from
from storage.raw import RawSignal

ROUNDS = 200  # pulls that a first day may take; what lies beyond comes with the pulls after it
_LOOKBACK = "1d"

Weigh = Callable[[RawSignal], float]


@dataclass
class FirstDay:
    """The heaviest signals there is room for, of equals the newest; the rest is counted."""

    room: int
    weigh: Weigh
    _kept: list[tuple[float, float, int, RawSignal]] = field(default_factory=list)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def add(self, raw: RawSignal) -> None:
        """Consider a signal, once."""
        identity = (raw.external_id, raw.occurrence)
        if identity in self._seen:
            return
        self._seen.add(identity)
        heapq.heappush(self._kept, (self.weigh(raw), raw.happened_at.timestamp(), len(self._seen), raw))
        if len(self._kept) > self.room:
            heapq.heappop(self._kept)

    @property
    def taken(self) -> tuple[RawSignal, ...]:
        """What is taken, oldest first."""
        return tuple(sorted((raw for *_, raw in self._kept), key=lambda raw: raw.happened_at))

    @property
    def left_out(self) -> int:
        """How many are not."""
        return len(self._seen) - len(self._kept)


def drained(source: Source, name: str, cursor: str, rounds: int = ROUNDS) -> Iterator[Pulled]:
    """One pull after the other from a cursor, until the source has no more to give, at most so many."""
    for _ in range(rounds):
        pulled = pulled_from(source, name, cursor)
        yield pulled
        if not pulled.goes_on or pulled.cursor == cursor:
            return
        cursor = pulled.cursor


def looks_back_to(terms: SourceTerms, at: dt.datetime) -> dt.datetime:
    """The moment at which a source that is switched on at `at` begins to read."""
    return at - dt.timedelta(seconds=float(str(seconds(terms.options.get("lookback", _LOOKBACK)))))
