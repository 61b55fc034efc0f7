"""The inbox: what Slack delivered, kept before it is acknowledged, once per event id."""

from __future__ import annotations

import datetime as dt
import hashlib

from sqlalchemy import func, update
from sqlmodel import col, select

from storage.columns import now
from storage.plumbing import InboxRow
from storage.transactions import Transactions, insert_once, locked

ID_LIMIT = 100  # characters, as wide as the column
FAILURES_LIMIT = 5  # then it is a dead letter: kept, shown, not tried again by itself


class Inbox:
    """The events that Slack delivered."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def receive(self, event_id: str, kind: str, body: dict[str, object]) -> bool:
        """Keep an event; False when it was delivered before. Quick: it stands between Slack and its ack."""
        key = _fit(event_id)
        with self._on.write() as session:
            if insert_once(session, InboxRow(event_id=key, kind=kind, body=body)) is not None:
                return True
            again = update(InboxRow).where(col(InboxRow.event_id) == key).values(deliveries=InboxRow.deliveries + 1)
            session.execute(again)
            return False

    def done(self, event_id: str) -> None:
        """Note that it was dealt with. Its body is not needed any more and goes; its id stays, to know it again."""
        with self._on.write() as session:
            row = locked(session, InboxRow, _fit(event_id))
            row.done_at = row.done_at or now()
            row.body = {}
            row.trouble = ""

    def failed(self, event_id: str, trouble: str) -> None:
        """Note that it could not be dealt with; it waits again, until it has failed five times."""
        with self._on.write() as session:
            row = locked(session, InboxRow, _fit(event_id))
            row.trouble = trouble
            row.failures += 1

    def waiting(self, older_than: float) -> list[InboxRow]:
        """Events that came more than so many seconds ago and were not dealt with, oldest first."""
        with self._on.read() as session:
            return list(
                session.exec(
                    select(InboxRow)
                    .where(col(InboxRow.done_at).is_(None), InboxRow.failures < FAILURES_LIMIT)
                    .where(col(InboxRow.received_at) <= now() - dt.timedelta(seconds=older_than))
                    .order_by(col(InboxRow.received_at), col(InboxRow.event_id))
                )
            )

    def revive(self, event_id: str) -> bool:
        """Have a dead letter wait again; False when it is none, because somebody did so before or it is gone."""
        dead = col(InboxRow.done_at).is_(None) & (col(InboxRow.failures) >= FAILURES_LIMIT)
        with self._on.write() as session:
            again = update(InboxRow).where(col(InboxRow.event_id) == _fit(event_id), dead).values(failures=0)
            return bool(getattr(session.execute(again), "rowcount", 0))

    def dead(self, limit: int = 200) -> list[InboxRow]:
        """Dead letters, newest first."""
        with self._on.read() as session:
            rows = select(InboxRow).where(col(InboxRow.done_at).is_(None), InboxRow.failures >= FAILURES_LIMIT)
            return list(session.exec(rows.order_by(col(InboxRow.received_at).desc()).limit(limit)))

    def duplicates(self) -> int:
        """How many deliveries came on top of the first ones."""
        with self._on.read() as session:
            return int(session.exec(select(func.coalesce(func.sum(InboxRow.deliveries - 1), 0))).one())

    def get(self, event_id: str) -> InboxRow | None:
        """The event, if it was delivered."""
        with self._on.read() as session:
            return session.get(InboxRow, _fit(event_id))


def _fit(event_id: str) -> str:
    if len(event_id) <= ID_LIMIT:
        return event_id
    hashed = hashlib.sha256(event_id.encode(errors="replace")).hexdigest()
    return f"{event_id[: ID_LIMIT - len(hashed) - 1]}~{hashed}"
