"""The soak: which releases were known when it began, how far what could tell was read, and how it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from storage.judgments import Judgment
from storage.plumbing import Cursor
from storage.records import Entry, Signal
from storage.status import SignalStatus, Status
from storage.transactions import Transactions

_MOST = 200  # signals of a source, the newest, that are read for the releases they name


class Ending(StrEnum):
    """How a soak ended, in the journal's words: all of them are resolved, and only one is proven."""

    PROVEN = "nothing came back after the merge"  # what tells by itself was read to the end
    UNREPORTED = "merged, and nobody has reported it since"  # people alone had told of it
    UNHEARD = "merged; nothing more was heard of it"  # what could tell was not read, or named old releases to the end


class NamedReleases(BaseModel):
    """Releases that signals of a source named which it files under the same labels."""

    model_config = ConfigDict(frozen=True)

    source: str
    labels: tuple[str, ...] = ()
    releases: tuple[str, ...]


class KnownReleases(Judgment):
    """Those that were named before a fix was merged. Kept with the move by which the soak begins."""

    named: tuple[NamedReleases, ...] = ()


class ReadUntil(BaseModel):
    """How far a source was read."""

    model_config = ConfigDict(frozen=True)

    source: str
    until: dt.datetime | None  # None: never
    in_trouble: bool = False


class Soaks:
    """Reads what a soak is judged by."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def known(self, report_id: int) -> KnownReleases:
        """The releases that were known when the report's latest soak began; none of one that an older version began."""
        began = select(Entry).where(Entry.report_id == report_id, Entry.after == Status.AWAITING_PROOF)
        with self._on.read() as session:
            for entry in session.exec(began.order_by(col(Entry.id).desc())):
                if entry.before is not Status.STUCK or entry.judgment:  # a retry goes on with the soak there was
                    return KnownReleases.model_validate(entry.judgment or {})
        return KnownReleases()

    def lately(self, source: str) -> list[Signal]:
        """The newest signals of a source that are filed, newest first."""
        newest = select(Signal).where(Signal.source == source, Signal.status == SignalStatus.FILED)
        with self._on.read() as session:
            return list(session.exec(newest.order_by(col(Signal.id).desc()).limit(_MOST)))

    def readings(self, sources: Collection[str]) -> tuple[ReadUntil, ...]:
        """How far each of these sources was read, by name."""
        with self._on.read() as session:
            rows = {row.source: row for row in session.exec(select(Cursor).where(col(Cursor.source).in_(sources)))}
        return tuple(_read_until(source, rows.get(source)) for source in sorted(sources))


def ending_of(moves: Sequence[Entry]) -> Ending:
    """How the latest soak ended by which a report was resolved."""
    said = next((move.text for move in reversed(moves) if move.after is Status.RESOLVED), "")
    return next((each for each in Ending if each == said), Ending.PROVEN)


def _read_until(source: str, cursor: Cursor | None) -> ReadUntil:
    """A source has no cursor before its first pull was read to its end."""
    if cursor is None:
        return ReadUntil(source=source, until=None)
    return ReadUntil(source=source, until=cursor.moved_at if cursor.value else None, in_trouble=bool(cursor.trouble))
