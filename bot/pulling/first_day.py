"""What a source's first pull takes: a bounded number of signals, so that switching it on floods no channel."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pydantic import BaseModel

from agents.terms import SourceTerms, seconds
from bot.sources.source import Pulled, Source, pulled_from
from storage.raw import RawSignal

ROUNDS = 200  # pulls that a first day may take; what lies beyond comes with the pulls after it
_LOOKBACK = "1d"

Weigh = Callable[[RawSignal], float]


class Begun(BaseModel):
    """How far a first pull came before its source went away. Its signals are redacted."""

    cursor: str = ""
    began: dt.datetime
    taken: tuple[RawSignal, ...] = ()
    seen: frozenset[tuple[str, str]] = frozenset()  # all that was considered, by external id and occurrence


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

    def begun(self, cursor: str, began: dt.datetime) -> Begun:
        """What is needed to go on with it behind this cursor."""
        return Begun(cursor=cursor, began=began, taken=self.taken, seen=frozenset(self._seen))

    def go_on(self, begun: Begun) -> None:
        """Take over what was considered before."""
        for raw in begun.taken:
            self.add(raw)
        self._seen |= begun.seen


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
