"""The quarantine as people see it: newest first, page by page, what is private only where it was said."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_
from sqlmodel import col, select

from storage.records import Signal
from storage.status import SignalStatus, Visibility
from storage.transactions import Transactions


@dataclass(frozen=True)
class HeldPage:
    """Some of what is held, newest first; how many there are in all, and before which id the next page begins, or 0."""

    signals: tuple[Signal, ...]
    total: int
    next_before: int


class Quarantine:
    """What no agent reads until somebody restores it."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

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
