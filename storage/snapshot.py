"""A report with all that belongs to it, at one moment: what views draw from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from storage.records import Approval, AskedQuestion, Entry, Fix, Report, ShownPlan, Signal
from storage.spending import Spent, spent_by_stage
from storage.transactions import Row, found, table_of


@dataclass(frozen=True)
class Snapshot:
    """A report and its rows, each kind oldest first."""

    report: Report
    signals: tuple[Signal, ...]
    plans: tuple[ShownPlan, ...]
    questions: tuple[AskedQuestion, ...]
    question: AskedQuestion | None  # the open one
    approvals: tuple[Approval, ...]
    fixes: tuple[Fix, ...]
    entries: tuple[Entry, ...]
    spending: Spent
    by_stage: dict[str, Spent]
    regression_of: Report | None


def snapshot_of(session: Session, report_id: int) -> Snapshot:
    """Read it all in one transaction. Raises NotFound."""
    report = found(session, Report, report_id)
    by_stage = spent_by_stage(session, report_id)
    return Snapshot(
        report=report,
        signals=_of(session, Signal, report_id),
        plans=_of(session, ShownPlan, report_id),
        questions=_of(session, AskedQuestion, report_id),
        question=open_question(session, report_id),
        approvals=_of(session, Approval, report_id),
        fixes=_of(session, Fix, report_id),
        entries=_of(session, Entry, report_id),
        spending=Spent.sum_of(by_stage.values()),
        by_stage=by_stage,
        regression_of=found(session, Report, report.regression_of) if report.regression_of else None,
    )


def open_question(session: Session, report_id: int) -> AskedQuestion | None:
    """The latest question, unless it was answered."""
    latest = session.exec(
        select(AskedQuestion)
        .where(AskedQuestion.report_id == report_id)
        .order_by(col(AskedQuestion.id).desc())
        .limit(1)
    ).first()
    return latest if latest is not None and latest.answered_at is None else None


def _of(session: Session, kind: type[Row], report_id: int) -> tuple[Row, ...]:
    columns = table_of(kind).c
    return tuple(session.exec(select(kind).where(columns.report_id == report_id).order_by(columns.id)))
