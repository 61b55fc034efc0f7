"""Numbers of the whole installation, counted in the rows: right after a restart, and whichever process is asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from storage.inbox import FAILURES_LIMIT
from storage.plumbing import InboxRow
from storage.records import Report, Signal
from storage.run_rows import ModelCall, Run
from storage.status import SignalStatus, Status
from storage.transactions import Transactions


@dataclass(frozen=True)
class Number:
    """One number, and what it is of."""

    of: tuple[str, ...]
    value: float


@dataclass(frozen=True)
class Numbers:
    """All of them, read in one transaction."""

    signals: tuple[Number, ...]  # of (source, status)
    troubled: tuple[Number, ...]  # of (source,): signals whose digest failed, and is tried again
    reports: tuple[Number, ...]  # of (status,)
    runs: tuple[Number, ...]  # of (stage, outcome); empty outcomes go on
    calls: tuple[Number, ...]  # of (stage, model): calls of models that are settled
    usd: tuple[Number, ...]  # of the same: what they cost
    waits: tuple[Number, ...]  # of (what,): seconds that the longest wait for the machine has taken so far


class Counting:
    """Counts."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def now(self, at: dt.datetime) -> Numbers:
        """All of it at this moment."""
        with self._on.read() as session:
            many = func.count()
            troubled = (col(Signal.status) == SignalStatus.AWAITING_DIGEST, col(Signal.trouble) != "")
            calls = select(ModelCall.stage, ModelCall.model, many, func.sum(ModelCall.cost_usd)).where(
                col(ModelCall.settled).is_(True)
            )
            spent = session.exec(calls.group_by(col(ModelCall.stage), col(ModelCall.model))).all()
            statuses = dict(session.exec(select(Report.status, many).group_by(col(Report.status))).all())
            runs = select(Run.stage, Run.outcome, many).where(~col(Run.key).contains("/"))  # strands are parts of one
            return Numbers(
                signals=tuple(
                    Number((source, str(status)), count)
                    for source, status, count in session.exec(
                        select(Signal.source, Signal.status, many).group_by(col(Signal.source), col(Signal.status))
                    )
                ),
                troubled=tuple(
                    Number((source,), count)
                    for source, count in session.exec(
                        select(Signal.source, many).where(*troubled).group_by(col(Signal.source))
                    )
                ),
                reports=tuple(Number((status.value,), statuses.get(status, 0)) for status in Status),
                runs=tuple(
                    Number((str(stage), str(outcome or "")), count)
                    for stage, outcome, count in session.exec(runs.group_by(col(Run.stage), col(Run.outcome)))
                ),
                calls=tuple(Number((stage, model), count) for stage, model, count, _ in spent),
                usd=tuple(Number((stage, model), usd or 0.0) for stage, model, _, usd in spent),
                waits=tuple(_waits(session, at)),
            )


def _waits(session: Session, at: dt.datetime) -> list[Number]:
    """What is put off waits for something else than us, and does not count."""
    digest = select(func.min(Signal.received_at)).where(Signal.status == SignalStatus.AWAITING_DIGEST)
    oldest = {"digest": session.exec(digest.where(_not_put_off(Signal.not_before, at))).one()}
    for what, status in (("research", Status.AWAITING_RESEARCH), ("fix", Status.AWAITING_FIX)):
        since = select(func.min(Report.since)).where(Report.status == status)
        oldest[what] = session.exec(since.where(_not_put_off(Report.not_before, at))).one()
    living = (col(InboxRow.done_at).is_(None), col(InboxRow.failures) < FAILURES_LIMIT)  # the dead wait for a person
    kept = select(func.min(InboxRow.received_at)).where(*living)
    oldest["slack_event"] = session.exec(kept).one()
    return [Number((what,), max(0.0, (at - since).total_seconds()) if since else 0.0) for what, since in oldest.items()]


def _not_put_off(column: dt.datetime | None, at: dt.datetime) -> ColumnElement[bool]:
    return or_(col(column).is_(None), col(column) <= at)
