"""Plans that are about to expire: whose approvers hear of it, once."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Session, col, select

from storage import journal
from storage.records import Approval, Decision, Entry, EntryKind, Report, ShownPlan
from storage.status import Mover, Status
from storage.transactions import Transactions, locked

_STEPS = "remind:"


class Reminders:
    """Which plans wait, and of which their approvers were reminded."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def waiting(self, at: dt.datetime) -> list[tuple[Report, ShownPlan]]:
        """Plans that may still be approved, of which nobody was reminded; what expires first before the others.

        None of a report that sleeps, or that somebody works on: they have said that they know.
        """
        with self._on.read() as session:
            rows = session.exec(
                select(Report, ShownPlan)
                .join(ShownPlan, col(ShownPlan.report_id) == Report.id)
                .where(ShownPlan.revision == Report.plan_revision, Report.status == Status.AWAITING_APPROVAL)
                .where(col(ShownPlan.expires_at) > at, col(Report.asleep_since).is_(None), Report.taken_by == "")
                .order_by(col(ShownPlan.expires_at), col(Report.id))
            ).all()
            steps = [_step(plan.report_id, plan.revision) for _, plan in rows]
            told = set(session.exec(select(Entry.step).where(col(Entry.step).in_(steps)))) if steps else set()
            return [row for row, step in zip(rows, steps, strict=True) if step not in told]

    def remind(self, plan: ShownPlan, at: dt.datetime) -> bool:
        """Note that its approvers are to be reminded. False when they were, or it waits for them no more."""
        with self._on.write() as session:
            report, step = locked(session, Report, plan.report_id), _step(plan.report_id, plan.revision)
            waits = report.status is Status.AWAITING_APPROVAL and report.plan_revision == plan.revision
            if not waits or report.asleep_since or report.taken_by or journal.told(session, step) is not None:
                return False
            words = f"reminded the approvers of plan {plan.revision}"
            journal.tell(session, plan.report_id, EntryKind.EFFECT, Mover.MACHINE.value, words, step).at = at
            report.version += 1
            return True


def reminded_at(session: Session, report: Report) -> dt.datetime | None:
    """When the approvers of its latest plan were reminded."""
    step = _step(report.id or 0, report.plan_revision)
    return session.exec(select(Entry.at).where(Entry.step == step)).first()


def last_approver(session: Session, repository: str) -> str:
    """Who approved a plan for this repository last; empty where nobody has."""
    said = select(Approval.by).join(Report, col(Report.id) == Approval.report_id)
    said = said.where(Report.repository == repository, Approval.decision == Decision.APPROVE)
    return session.exec(said.order_by(col(Approval.id).desc()).limit(1)).first() or ""


def _step(report_id: int, revision: int) -> str:
    return f"{_STEPS}{report_id}:{revision}"
