"""What waits for the machine: the sweep enqueues it, in case the enqueue that belongs to a row was lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, or_
from sqlmodel import Session, col, select

from storage.inbox import FAILURES_LIMIT
from storage.plumbing import InboxRow
from storage.raw import Severity
from storage.records import Report, Signal
from storage.status import UNFINISHED, SignalStatus, Status
from storage.transactions import Transactions

SWEPT_AT_ONCE = 500  # rows of a kind; the next sweep takes the rest
LINE = 1_000  # places in a source's line that are told apart
PATIENCE = dt.timedelta(seconds=10)  # an event younger than this is being dealt with by who received it
MACHINE = (Status.AWAITING_RESEARCH, Status.AWAITING_FIX)


class DueSignal(NamedTuple):
    """A signal to be digested, or to be weighed anew, with what the id of its job is made of."""

    id: int
    revision: int
    attempt: int


@dataclass(frozen=True)
class Due:
    """What waits for the machine at a moment, the longest wait first."""

    signals: list[DueSignal]
    reports: list[Report]  # to be researched or fixed
    undrawn: list[tuple[int, int]]  # report and the version that Slack does not show yet
    inbox: list[str]  # event ids
    unanswered: list[int] = field(default_factory=list)  # held signals whose asker was not told so

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self.signals or self.reports or self.undrawn or self.inbox or self.unanswered)


class DueWork:
    """Looks for what waits."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def now(self, at: dt.datetime) -> Due:
        """What waits at a moment and is not put off beyond it."""
        with self._on.read() as session:
            return Due(
                signals=list(
                    dict.fromkeys([*_signals(session, at), *_unfinished(session, at), *_unweighed(session, at)])
                ),
                reports=_reports(session, at),
                undrawn=_undrawn(session),
                inbox=_inbox(session, at),
                unanswered=_unanswered(session),
            )

    def ahead_of(self, signal: Signal) -> int:
        """How many older signals of its source wait for their digest, at most LINE. The fatal have their own line."""
        fatal = col(Signal.severity) == Severity.FATAL
        older = (
            select(Signal.id)
            .where(Signal.source == signal.source, Signal.status == SignalStatus.AWAITING_DIGEST)
            .where(col(Signal.id) < signal.id, fatal if signal.severity is Severity.FATAL else ~fatal)
            .limit(LINE)
            .subquery()
        )
        with self._on.read() as session:
            return session.exec(select(func.count()).select_from(older)).one()


def _signals(session: Session, at: dt.datetime) -> list[DueSignal]:
    """The oldest of every source first, so that a flood of one does not keep the others out; the fatal before them."""
    line = func.row_number().over(partition_by=col(Signal.source), order_by=col(Signal.id))
    waiting = select(Signal.id, Signal.revision, Signal.attempt).where(Signal.status == SignalStatus.AWAITING_DIGEST)
    fatal_first = case((col(Signal.severity) == Severity.FATAL, 0), else_=1)
    rows = session.exec(
        waiting.where(_not_put_off(Signal.not_before, at))
        .order_by(fatal_first, line, col(Signal.id))
        .limit(SWEPT_AT_ONCE)
    )
    return [DueSignal(signal_id or 0, revision, attempt) for signal_id, revision, attempt in rows]


def _unfinished(session: Session, at: dt.datetime) -> list[DueSignal]:
    """Those that were filed by a digest that failed then. They are looked for below the few reports that wait so."""
    rows = session.exec(
        select(Signal.id, Signal.revision, Signal.attempt)
        .join(Report, col(Report.id) == col(Signal.report_id))
        .where(col(Report.status).in_(UNFINISHED), col(Report.not_before) <= at)
        .where(Signal.status == SignalStatus.FILED, Signal.trouble != "")
        .order_by(col(Signal.id))
        .limit(SWEPT_AT_ONCE)
    )
    return [DueSignal(signal_id or 0, revision, attempt) for signal_id, revision, attempt in rows]


def _unweighed(session: Session, at: dt.datetime) -> list[DueSignal]:
    """Those that count more, or less, since who brought that died, or failed, before their report was told."""
    rows = session.exec(
        select(Signal.id, Signal.revision, Signal.attempt)
        .where(col(Signal.unweighed).is_not(None), Signal.status == SignalStatus.FILED)
        .where(_not_put_off(Signal.not_before, at))
        .order_by(col(Signal.id))
        .limit(SWEPT_AT_ONCE)
    )
    return [DueSignal(signal_id or 0, revision, attempt) for signal_id, revision, attempt in rows]


def _reports(session: Session, at: dt.datetime) -> list[Report]:
    waiting = select(Report).where(col(Report.status).in_(MACHINE), _not_put_off(Report.not_before, at))
    return list(session.exec(waiting.order_by(col(Report.since), col(Report.id)).limit(SWEPT_AT_ONCE)))


def _undrawn(session: Session) -> list[tuple[int, int]]:
    rows = select(Report.id, Report.version).where(Report.drawn_version < Report.version).order_by(col(Report.id))
    return [(report_id or 0, version) for report_id, version in session.exec(rows.limit(SWEPT_AT_ONCE))]


def _inbox(session: Session, at: dt.datetime) -> list[str]:
    rows = select(InboxRow.event_id).where(col(InboxRow.done_at).is_(None), InboxRow.failures < FAILURES_LIMIT)
    rows = rows.where(col(InboxRow.received_at) <= at - PATIENCE).order_by(col(InboxRow.received_at))
    return list(session.exec(rows.limit(SWEPT_AT_ONCE)))


def _unanswered(session: Session) -> list[int]:
    held = select(Signal.id).where(Signal.status == SignalStatus.HELD, Signal.asked_by != "", ~col(Signal.told_held))
    return [signal_id or 0 for signal_id in session.exec(held.order_by(col(Signal.id)).limit(SWEPT_AT_ONCE))]


def _not_put_off(column: dt.datetime | None, at: dt.datetime) -> ColumnElement[bool]:
    return or_(col(column).is_(None), col(column) <= at)
