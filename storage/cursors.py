"""Cursors: how far each source has been read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session

from storage.columns import now
from storage.plumbing import Cursor, Epoch
from storage.raw import RawSignal
from storage.remembering import FILING, Remembered, remember
from storage.transactions import Transactions, insert_once, locked


class Cursors:
    """How far the sources have been read."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def get(self, source: str) -> Cursor:
        """The source's cursor; an empty one when it was never read."""
        with self._on.read() as session:
            return session.get(Cursor, source) or Cursor(source=source)

    def advance(self, source: str, value: str, raws: Sequence[RawSignal]) -> list[Remembered]:
        """Keep what was read and move the cursor behind it: both or, after a crash, neither."""
        with self._on.write() as session:
            if raws:
                locked(session, Epoch, FILING)  # first, as everywhere: several signals are locked below
            known = [remember(session, raw) for raw in raws]
            cursor = _cursor(session, source)
            cursor.value, cursor.moved_at = value, now()
            cursor.failures, cursor.trouble, cursor.not_before = 0, "", None
            return known

    def failed(self, source: str, trouble: str, not_before: dt.datetime | None) -> None:
        """Note that it could not be read, and when to try again."""
        with self._on.write() as session:
            cursor = _cursor(session, source)
            cursor.failures += 1
            cursor.trouble, cursor.not_before = trouble, not_before


def _cursor(session: Session, source: str) -> Cursor:
    insert_once(session, Cursor(source=source))
    return locked(session, Cursor, source)
