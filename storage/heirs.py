"""Which report has the signals of one that was merged away."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage.groups import Correction, CorrectionKind
from storage.records import Report
from storage.status import CLOSED
from storage.transactions import found

_LONGEST = 100  # merges in a row; more would be a circle


def heir_of(session: Session, report_id: int) -> int:
    """The report itself, or the one at the end of its merges. Raises NotFound."""
    for _ in range(_LONGEST):
        heir = found(session, Report, report_id).merged_into
        if heir is None:
            break
        report_id = heir
    return report_id


def merges_of(session: Session, report_id: int) -> list[Correction]:
    """The merges by which its signals went on, from it to its heir; none while it is its own."""
    merges: list[Correction] = []
    for _ in range(_LONGEST):
        heir = found(session, Report, report_id).merged_into
        if heir is None:
            break
        stands = (Correction.kind == CorrectionKind.MERGE, Correction.undone_by == "", Correction.other_id == heir)
        rows = select(Correction).where(*stands, Correction.report_id == report_id).order_by(col(Correction.id).desc())
        merges += session.exec(rows.limit(1))
        report_id = heir
    return merges


def present_of(session: Session, report_id: int) -> Report:
    """The report that stands for this problem today: its heir if it was merged away, its successor if it is closed.

    Of several successors an open one, else the newest. Raises NotFound.
    """
    report = found(session, Report, heir_of(session, report_id))
    for _ in range(_LONGEST):
        if report.status not in CLOSED:
            break
        linked = select(Report).where(Report.regression_of == report.id).order_by(col(Report.id).desc())
        after = [found(session, Report, heir_of(session, each.id or 0)) for each in session.exec(linked)]
        if not after:
            break
        report = next((each for each in after if each.status not in CLOSED), after[0])
    return report
