"""Other reports of ours on one repository that have a plan or a pull request: two may be after one fault."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from storage.groups import PairKind
from storage.records import Fix, Report
from storage.reports.pairs import pairs_of
from storage.status import WITH_A_FIX, Status, Visibility

_PLANNED = frozenset({Status.AWAITING_APPROVAL, *WITH_A_FIX})


@dataclass(frozen=True)
class Claimant:
    """Another report, with our fix of its present plan, or the one whose open pull request was asked about."""

    report: Report
    fix: Fix | None


def siblings_of(session: Session, report_id: int, repository: str, urls: Collection[str]) -> list[Claimant]:
    """Those whose plan waits for a yes or is carried out, and those that opened one of these pull requests.

    Left out are those that people said are another problem, and what people mend by hand.
    """
    planned = or_(
        col(Report.status).in_(_PLANNED),
        (col(Report.status) == Status.STUCK) & col(Report.stuck_from).in_(WITH_A_FIX),
    )
    opened = select(Fix.report_id).where(col(Fix.url).in_(urls), Fix.url != "")
    asked = select(Report).where(Report.repository == repository, Report.id != report_id)
    rows = session.exec(asked.where(or_(planned, col(Report.id).in_(opened))).order_by(col(Report.id)))
    apart = {pair.other(report_id) for pair in pairs_of(session, report_id) if pair.kind is PairKind.APART}
    found = [_claimant(session, row, urls) for row in rows if row.id not in apart]
    return [one for one in found if one.fix is None or not one.fix.by_hand]


def may_know(report: Report, other: Report) -> bool:
    """Whether who sees a report may be told of another one."""
    own = report.visibility is Visibility.PRIVATE and report.channel == other.channel
    return other.visibility is Visibility.PUBLIC or own


def _claimant(session: Session, report: Report, urls: Collection[str]) -> Claimant:
    fixes: Sequence[Fix] = session.exec(select(Fix).where(Fix.report_id == report.id).order_by(col(Fix.id))).all()
    own = [fix for fix in fixes if fix.by_hand or fix.plan_revision == report.plan_revision or fix.url in urls]
    return Claimant(report, own[-1] if own else None)
