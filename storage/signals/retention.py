"""Retention: what is older than people decided is forgotten, in batches; doing it again finds nothing more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, and_, delete
from sqlmodel import Session, col, select

from storage.columns import now
from storage.inquiries import Inquiry, forget
from storage.plumbing import FILING, Epoch, InboxRow
from storage.records import Entry, Report, Signal
from storage.run_rows import Run, ToolUse
from storage.signals.erasing import erase_quotes, erase_words, note_erasure, scrub_search
from storage.status import CLOSED, SignalStatus
from storage.transactions import Transactions, locked

BATCH = 200  # rows that one transaction forgets
_UNFILED = (SignalStatus.HELD, SignalStatus.DROPPED, SignalStatus.AWAITING_DIGEST)


class Forgotten(BaseModel):
    """How much was forgotten: the words of signals by what had become of them, judgments, events."""

    model_config = ConfigDict(frozen=True)

    filed: int = 0  # under reports that are closed
    held: int = 0
    dropped: int = 0
    waiting: int = 0  # never digested
    judgments: int = 0  # lines of the journal whose judgment went; the lines stay
    inquiries: int = 0  # questions of people, and what they were answered
    lines: int = 0  # what tools of runs were asked; that they were used stays
    events: int = 0  # deliveries of Slack: rows of those dealt with, bodies of the others

    def __bool__(self) -> bool:
        """Whether there was anything to forget."""
        return any(self.model_dump().values())

    def plus(self, more: Forgotten) -> Forgotten:
        """Both together."""
        mine, theirs = self.model_dump(), more.model_dump()
        return Forgotten(**{name: mine[name] + theirs[name] for name in mine})


class Retention:
    """Forgets what is old.

    Of a closed report goes what its signals said, wherever it is quoted, what people asked about it, and the judgments
    in its journal. It keeps its title and gist, its latest research and plans, which are models' words, its moves, who
    decided what, and its links. What is open keeps its words however old it is.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def forget(self, before: dt.datetime) -> Forgotten:
        """Forget all that is older than `before`. May be stopped and begun again at any point."""
        gone = Forgotten()
        for batch in (self._signals, self._judgments, self._inquiries, self._lines, self._events):
            while more := self._one(batch, before):
                gone = gone.plus(more)
        return gone

    def scrub(self) -> bool:
        """Take what was erased off the disk, where SQLite keeps it a while; False when there is nothing to do.

        On PostgreSQL that is what its own vacuum does.
        """
        with self._on.write() as session:
            if not scrub_search(session):
                return False
        if self._on.is_sqlite:
            self._on.empty_write_ahead_log()
        return True

    def _one(self, batch: Callable[[Session, dt.datetime], Forgotten], before: dt.datetime) -> Forgotten:
        with self._on.write() as session:
            gone = batch(session, before)
            if gone:
                note_erasure(session)
            return gone

    @staticmethod
    def _signals(session: Session, before: dt.datetime) -> Forgotten:
        epoch = locked(session, Epoch, FILING)
        due = (
            select(Signal.id)
            .join(Report, col(Report.id) == Signal.report_id, isouter=True)
            .where(Signal.status != SignalStatus.ERASED, Signal.received_at < before, Signal.happened_at < before)
            .where(_is_closed(before) | (col(Signal.report_id).is_(None) & col(Signal.status).in_(_UNFILED)))
            .order_by(col(Signal.id))
            .limit(BATCH)
        )
        counts: dict[SignalStatus, int] = {}
        quoted: dict[int, set[str]] = {}
        for signal_id in session.exec(due).all():
            signal = locked(session, Signal, signal_id or 0)
            counts[signal.status] = counts.get(signal.status, 0) + 1
            erase_words(session, signal, epoch)
            if signal.report_id is not None:
                quoted.setdefault(signal.report_id, set()).add(signal.external_id)
        session.flush()
        for report_id, external_ids in sorted(quoted.items()):
            erase_quotes(session, report_id, external_ids)
        return Forgotten(
            filed=counts.get(SignalStatus.FILED, 0),
            held=counts.get(SignalStatus.HELD, 0),
            dropped=counts.get(SignalStatus.DROPPED, 0),
            waiting=counts.get(SignalStatus.AWAITING_DIGEST, 0),
        )

    @staticmethod
    def _judgments(session: Session, before: dt.datetime) -> Forgotten:
        due = (
            select(Entry)
            .join(Report, col(Report.id) == Entry.report_id)
            .where(col(Entry.judgment).is_not(None), Entry.at < before, _is_closed(before))
            .order_by(col(Entry.id))
            .limit(BATCH)
        )
        rows = session.exec(due).all()
        for row in rows:
            row.judgment = None
        return Forgotten(judgments=len(rows))

    @staticmethod
    def _inquiries(session: Session, before: dt.datetime) -> Forgotten:
        due = (
            select(Inquiry)
            .join(Report, col(Report.id) == Inquiry.report_id)
            .where(Inquiry.words != "", Inquiry.asked_at < before, _is_closed(before))
            .order_by(col(Inquiry.id))
            .limit(BATCH)
        )
        rows = session.exec(due).all()
        for row in rows:
            forget(session, row)
        return Forgotten(inquiries=len(rows))

    @staticmethod
    def _lines(session: Session, before: dt.datetime) -> Forgotten:
        due = (
            select(ToolUse)
            .join(Run, col(Run.key) == ToolUse.run)
            .join(Report, col(Report.id) == Run.report_id)
            .where(ToolUse.line != "", Run.began_at < before, _is_closed(before))
            .order_by(col(ToolUse.id))
            .limit(BATCH)
        )
        rows = session.exec(due).all()
        for row in rows:
            row.line = ""
        return Forgotten(lines=len(rows))

    @staticmethod
    def _events(session: Session, before: dt.datetime) -> Forgotten:
        due = select(InboxRow).where(InboxRow.received_at < before).order_by(col(InboxRow.received_at)).limit(BATCH)
        undone = due.where(col(InboxRow.done_at).is_(None))
        rows = session.exec(undone).all()
        for row in rows:
            row.body, row.done_at = {}, now()
            row.trouble = "Nobody dealt with it for so long that it was forgotten."
        done = [row.event_id for row in session.exec(due.where(col(InboxRow.done_at) < before)).all()]
        session.execute(delete(InboxRow).where(col(InboxRow.event_id).in_(done)))
        return Forgotten(events=len(rows) + len(done))


def _is_closed(before: dt.datetime) -> ColumnElement[bool]:
    """Whether a report was closed before that."""
    return and_(col(Report.status).in_(CLOSED), col(Report.since) < before)
