"""The quarantine as people see it: newest first, page by page, what is private only where it was said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, update
from sqlalchemy.orm import load_only
from sqlmodel import col, select

from storage.judgments import Threat
from storage.records import Signal
from storage.status import SignalStatus, Visibility
from storage.transactions import Transactions

_AT_ONCE = 500  # rows of one statement


@dataclass(frozen=True)
class HeldPage:
    """Some of what is held, newest first; how many there are in all, and before which id the next page begins, or 0."""

    signals: tuple[Signal, ...]
    total: int
    next_before: int


@dataclass(frozen=True)
class Held:
    """A held signal that no note has told of yet, without a word of it."""

    id: int
    source: str
    channel: str
    visibility: Visibility
    received_at: dt.datetime
    threat: Threat | None  # None: it could not be judged


class Quarantine:
    """What no agent reads until somebody restores it."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def untold(self, limit: int) -> list[Held]:
        """What is held and was in no note yet, oldest first."""
        columns = ("id", "source", "channel", "visibility", "received_at", "screening")  # none of its words
        held = select(Signal).options(load_only(*(getattr(Signal, name) for name in columns)))
        held = held.where(Signal.status == SignalStatus.HELD, ~col(Signal.noted_held))
        with self._on.read() as session:
            return [_held(each) for each in session.exec(held.order_by(col(Signal.id)).limit(limit))]

    def noted(self, signal_ids: Sequence[int], *, told: bool = True) -> None:
        """Note, before it is posted, that a note tells of them; or take that back, because it was not posted."""
        with self._on.write() as session:
            for start in range(0, len(signal_ids), _AT_ONCE):
                some = col(Signal.id).in_(signal_ids[start : start + _AT_ONCE])
                session.execute(update(Signal).where(some).values(noted_held=told))

    def page(self, channel: str, *, before: int = 0, limit: int = 5) -> HeldPage:
        """What may be seen in this channel, older than the signal of this id; from the newest on, without one."""
        seen = or_(col(Signal.visibility) == Visibility.PUBLIC, col(Signal.channel) == channel)
        held = col(Signal.status) == SignalStatus.HELD
        with self._on.read() as session:
            total = session.exec(select(func.count()).select_from(Signal).where(held, seen)).one()
            asked = select(Signal).where(held, seen).order_by(col(Signal.id).desc()).limit(limit + 1)
            rows = session.exec(asked.where(col(Signal.id) < before) if before else asked).all()
            shown = tuple(rows[:limit])
            return HeldPage(shown, total, (shown[-1].id or 0) if len(rows) > limit else 0)


def _held(signal: Signal) -> Held:
    return Held(
        id=signal.id or 0,
        source=signal.source,
        channel=signal.channel,
        visibility=signal.visibility,
        received_at=signal.received_at,
        threat=signal.screening.threat if signal.screening is not None else None,
    )
