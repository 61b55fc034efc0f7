"""What a source is: something that can be read on from a cursor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.errors import SourceRejected
from storage.columns import now
from storage.raw import RawSignal


@dataclass(frozen=True)
class Pulled:
    """What one pull brought: the signals, oldest first, and how far the source has now been read."""

    signals: tuple[RawSignal, ...]
    cursor: str


class Position(BaseModel):
    """How far a source has been read: up to this moment, at which these were seen already."""

    model_config = ConfigDict(frozen=True)

    since: dt.datetime
    seen: tuple[str, ...] = ()

    @classmethod
    def at(cls, cursor: str, lookback: float) -> Self:
        """The position a cursor stands for; at the first pull, so many seconds ago."""
        try:
            return cls.model_validate_json(cursor)
        except ValidationError:
            return cls(since=now() - dt.timedelta(seconds=lookback))

    def after(self, read: Sequence[tuple[dt.datetime, str]]) -> Position:
        """The position once these were read, each given as its moment and its mark."""
        newest = max((moment for moment, _ in read), default=self.since)
        kept = self.seen if newest == self.since else ()
        return Position(since=newest, seen=(*kept, *(mark for moment, mark in read if moment == newest)))


class Source(Protocol):
    """A place that is pulled. Knows nothing of the store."""

    def pull(self, cursor: str) -> Pulled:
        """Everything new since `cursor` (empty at the first pull), bounded; what is left over comes with the next pull.

        Raises SourceDown when trying later may help, SourceRejected when it will not.
        """
        ...


def option(name: str, options: dict[str, str], key: str) -> str:
    """A source's own key from the policy. Raises SourceRejected when it is missing."""
    value = options.get(key, "")
    if not value:
        raise SourceRejected(
            f"sources.{name}.options.{key} is missing in the policy file; this source cannot do without it"
        )
    return value
