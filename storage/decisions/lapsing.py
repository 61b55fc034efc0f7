"""Approvals that were given ahead, and count no more since what gave them ended. Inside a transaction."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Session, col, select

from storage import journal
from storage.records import Approval, EntryKind, Report
from storage.standing_rows import StandingApproval
from storage.status import Mover
from storage.transactions import found

GIVEN_ANEW = "it was given anew"
RAN_OUT = "it has run out"


def heir(session: Session, standing_id: int) -> StandingApproval:
    """The standing approval, or the newest that its giver gave in its place. Raises NotFound."""
    row = found(session, StandingApproval, standing_id)
    if row.ended_because != GIVEN_ANEW:
        return row
    own = (StandingApproval.repository == row.repository, StandingApproval.by == row.by)
    return session.exec(select(StandingApproval).where(*own).order_by(col(StandingApproval.id).desc()).limit(1)).one()


def lapse(session: Session, report: Report, said: Approval, because: str) -> None:
    """Have an approval count no more for a plan of this locked report that waits for others, and say so."""
    said.lapsed_because = because
    report.version += 1
    told = f"the standing approval of {said.by} does not count any more: {because}"
    journal.tell(session, said.report_id, EntryKind.STAGE, Mover.MACHINE.value, told)


def lapse_ended(session: Session, report: Report, at: dt.datetime) -> None:
    """The same for all that ended since the last look: whoever joins them now would be told that the fix begins."""
    given = (
        select(Approval)
        .where(Approval.report_id == report.id, Approval.plan_revision == report.plan_revision)
        .where(col(Approval.standing_id).is_not(None), Approval.lapsed_because == "")
    )
    for said in session.exec(given):
        standing = heir(session, said.standing_id or 0)
        if standing.ended_at is not None or standing.until <= at:
            lapse(session, report, said, standing.ended_because or RAN_OUT)
