"""Cursors: how far each source has been read, and whether it may be asked now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import delete
from sqlmodel import Session, col

from storage.columns import now
from storage.plumbing import FILING, Cursor, Epoch
from storage.raw import RawSignal, Unread
from storage.signals.remembering import Remembered, remember
from storage.transactions import Transactions, insert_once, locked

MOST_UNREAD = 50  # of a source that are remembered, the latest
_UNREAD_KEPT, _AGAIN = dt.timedelta(days=14), dt.timedelta(hours=1)


class Cursors:
    """How far the sources have been read."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def get(self, source: str) -> Cursor:
        """The source's cursor; an empty one when it was never read."""
        with self._on.read() as session:
            return session.get(Cursor, source) or Cursor(source=source)

    def advance(
        self,
        source: str,
        value: str,
        raws: Sequence[RawSignal],
        *,
        expect: str | None = None,
        left_out: int = 0,
        left_out_since: dt.datetime | None = None,
    ) -> list[Remembered]:
        """Keep what was read and move the cursor behind it: both or, after a crash, neither.

        With `expect` the cursor moves only from there: of two who read on from the same place the later one keeps its
        signals, which are the same, and leaves the cursor where the other has moved it. `left_out` counts what the
        source's first pull did not take.
        """
        with self._on.write() as session:
            if raws:
                locked(session, Epoch, FILING)  # first, as everywhere: several signals are locked below
            known = [remember(session, raw) for raw in raws]
            cursor = _cursor(session, source)
            if expect is None or cursor.value == expect:
                cursor.value, cursor.moved_at = value, now()
                cursor.left_out += left_out
                cursor.left_out_since = left_out_since or cursor.left_out_since
            _forgive(cursor)
            return known

    def note(
        self, source: str, *, unread: Sequence[Unread], read: Collection[str], lacking: str
    ) -> tuple[tuple[Unread, ...], bool]:
        """Note what of a source could not be read, and which parts; what is `read` now is noted no more.

        What of that is news: the items, and whether what is lacking is. What was not met again for a while is dropped.
        """
        with self._on.read() as session:
            known = session.get(Cursor, source) or Cursor(source=source)
            if (_noted(known.unread, unread, read), lacking) == (known.unread, known.lacking):
                return (), False
        with self._on.write() as session:
            cursor = _cursor(session, source)
            before, is_news = {each.name for each in cursor.unread}, bool(lacking) and cursor.lacking != lacking
            cursor.unread, cursor.lacking = _noted(cursor.unread, unread, read), lacking
            return tuple(each for each in unread if each.name not in before), is_news

    def failed(
        self, source: str, trouble: str, not_before: dt.datetime | None, *, rests_since: dt.datetime | None = None
    ) -> None:
        """Note that it could not be read, and when to try again. With `rests_since` its breaker is open until then.

        A breaker that is open already keeps the moment at which it opened.
        """
        with self._on.write() as session:
            cursor = _cursor(session, source)
            cursor.failures += 1
            cursor.trouble, cursor.not_before = trouble, not_before
            cursor.rests_since = cursor.rests_since or rests_since

    def caught_up(self, source: str) -> None:
        """What its first pull left out has been read meanwhile."""
        with self._on.write() as session:
            cursor = _cursor(session, source)
            cursor.left_out, cursor.left_out_since = 0, None

    def abandon(self, prefix: str, before: dt.datetime) -> int:
        """Drop the cursors of this sort that were not moved since a moment; how many those were."""
        with self._on.write() as session:
            old = delete(Cursor).where(col(Cursor.source).startswith(prefix, autoescape=True))
            gone = session.execute(old.where(col(Cursor.moved_at) < before))
            return int(getattr(gone, "rowcount", 0))


def _noted(before: Sequence[Unread], unread: Sequence[Unread], read: Collection[str]) -> tuple[Unread, ...]:
    """The latest last. One that is met all the time is brought up to date once an hour."""
    known, met = {each.name: each for each in before}, {each.name: each for each in unread}
    same = [
        each
        for each in before
        if each.name not in read
        and each.at > now() - _UNREAD_KEPT
        and (each.name not in met or (each.why == met[each.name].why and each.at > met[each.name].at - _AGAIN))
    ]
    new = [each for each in met.values() if known.get(each.name) not in same]
    return (*same, *new)[-MOST_UNREAD:]


def _forgive(cursor: Cursor) -> None:
    cursor.failures, cursor.trouble, cursor.not_before, cursor.rests_since = 0, "", None, None


def _cursor(session: Session, source: str) -> Cursor:
    insert_once(session, Cursor(source=source))
    return locked(session, Cursor, source)
