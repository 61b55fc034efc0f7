"""Reports of which nothing is heard any more: found, and dismissed if that is still so."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import col, select

from storage import journal
from storage.records import Entry, Report, Signal
from storage.status import Dismissal, Mover, Status
from storage.transactions import Transactions, locked

AT_ONCE = 100  # reports of one look; the next look finds the rest


class Fading:
    """Dismisses what gathers and has fallen silent, so that its words do not stay for ever."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def silent(self, since: dt.datetime) -> list[int]:
        """Reports that gather, and of which nothing happened, was reported or was said since then; the oldest first."""
        with self._on.read() as session:
            rows = select(Report.id).where(*_silent(since)).order_by(col(Report.since), col(Report.id)).limit(AT_ONCE)
            return [report_id or 0 for report_id in session.exec(rows)]

    def dismiss(self, report_id: int, since: dt.datetime, because: str) -> bool:
        """Dismiss the report, unless something has come since it was found. Raises NotFound."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if session.exec(select(Report.id).where(Report.id == report_id, *_silent(since))).first() is None:
                return False
            journal.move(
                session,
                report,
                Status.DISMISSED,
                mover=Mover.WORLD,
                who=Mover.WORLD,
                because=because,
                step=None,
                judgment=None,
                changes={"dismissal": Dismissal.QUIET, "dismissed_because": because},
            )
            return True


def _silent(since: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    heard = or_(col(Signal.received_at) >= since, col(Signal.happened_at) >= since)
    return (
        col(Report.status) == Status.GATHERING,
        col(Report.since) < since,
        col(Report.taken_by) == "",  # who has it is asked about it
        col(Report.asleep_until).is_(None),  # who named a moment wants to hear of it then
        ~exists().where(col(Signal.report_id) == col(Report.id), heard),
        ~exists().where(col(Entry.report_id) == col(Report.id), col(Entry.at) >= since),
    )
