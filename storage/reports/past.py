"""The past as later research may know it: what became of earlier reports, and what people said about them.

Whoever asks stands in a room: the public one (""), or a private channel. From the public room only public reports are
seen; from a private channel those and the channel's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from storage.records import Approval, Decision, Entry, Fix, Report
from storage.status import Dismissal, Mover, Status, Visibility
from storage.transactions import Transactions

REVERTED = "the merge was reverted"  # how the journal's line begins that says so
_TELLING = frozenset({Decision.GUIDE, Decision.ANSWER, Decision.DISMISS, Decision.NOT_NOW})


@dataclass(frozen=True)
class PastReport:
    """An earlier report, what was found, and what became of it."""

    ref: str
    title: str
    status: Status
    since: dt.datetime  # in this status
    repository: str
    headline: str  # of its research; empty without one
    cause: str
    dismissal: Dismissal | None
    dismissed_because: str
    pull_request: str  # its address; empty without one
    merged_at: dt.datetime | None
    files: tuple[str, ...]  # that its plan named
    corrected: bool  # whether a person said which repository it is about
    came_back: str = ""  # why its merged fix did not hold, as the journal says; empty if it did, or there was none
    followed_by: str = ""  # the report that was opened because it may have returned


@dataclass(frozen=True)
class PastWord:
    """Something that somebody who may decide said about an earlier report."""

    ref: str
    title: str
    decision: Decision
    words: str
    by: str
    at: dt.datetime


class Past:
    """Looks back."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def reports(self, ids: Sequence[int], room: str) -> list[PastReport]:
        """Those of these reports that may be seen from the room, in the order given."""
        with self._on.read() as session:
            rows = session.exec(select(Report).where(col(Report.id).in_(ids), _seen_from(room)))
            known = {row.id or 0: row for row in rows}
            return [_told(session, known[each]) for each in dict.fromkeys(ids) if each in known]

    def words(self, repository: str, room: str, *, other_than: int, limit: int) -> list[PastWord]:
        """What people said about other reports of a repository, newest first."""
        with self._on.read() as session:
            rows = session.exec(
                select(Approval, Report)
                .join(Report, col(Report.id) == col(Approval.report_id))
                .where(Report.repository == repository, Report.id != other_than, _seen_from(room))
                .where(col(Approval.decision).in_(_TELLING), Approval.words != "")
                .order_by(col(Approval.id).desc())
                .limit(limit)
            )
            return [PastWord(report.ref, report.title, said.decision, said.words, said.by, said.at)
                    for said, report in rows]  # fmt: skip

    def outcomes(self, repository: str, room: str, *, other_than: int, limit: int) -> list[PastReport]:
        """The reports of a repository that people dismissed or that were resolved, newest first."""
        closed = (Status.DISMISSED, Status.RESOLVED)
        with self._on.read() as session:
            rows = session.exec(
                select(Report)
                .where(Report.repository == repository, Report.id != other_than, _seen_from(room))
                .where(col(Report.status).in_(closed), col(Report.merged_into).is_(None))
                .order_by(col(Report.since).desc())
                .limit(limit)
            )
            return [_told(session, row) for row in rows]


def _seen_from(room: str) -> ColumnElement[bool]:
    public = col(Report.visibility) == Visibility.PUBLIC
    own = and_(col(Report.visibility) == Visibility.PRIVATE, col(Report.channel) == room)
    return or_(public, own) if room else public


def _told(session: Session, report: Report) -> PastReport:
    fix = session.exec(select(Fix).where(Fix.report_id == report.id).order_by(col(Fix.id).desc()).limit(1)).first()
    found = report.research
    return PastReport(
        ref=report.ref,
        title=report.title,
        status=report.status,
        since=report.since,
        repository=report.repository,
        headline=found.headline if found else "",
        cause=found.cause if found else "",
        dismissal=report.dismissal if report.status is Status.DISMISSED else None,
        dismissed_because=report.dismissed_because if report.status is Status.DISMISSED else "",
        pull_request=fix.url if fix else "",
        merged_at=fix.merged_at if fix else None,
        corrected=bool(report.repository_by),
        files=found.plan.files if found and found.plan else (),
        came_back=session.exec(_came_back(report.id or 0)).first() or "",
        followed_by=_followed_by(session, report),
    )


def _came_back(report_id: int) -> SelectOfScalar[str]:
    """The latest words on a fix that did not hold."""
    back = (Entry.before == Status.AWAITING_PROOF, Entry.after == Status.GATHERING, Entry.who == Mover.WORLD)
    return select(Entry.text).where(Entry.report_id == report_id, *back).order_by(col(Entry.id).desc()).limit(1)


def _followed_by(session: Session, report: Report) -> str:
    """The newest return, if whoever may see this report may see that one."""
    same = (col(Report.visibility) == report.visibility, col(Report.channel) == report.channel)
    seen = same[: 1 if report.visibility is Visibility.PUBLIC else 2]
    asked = select(Report).where(Report.regression_of == report.id, *seen).order_by(col(Report.id).desc()).limit(1)
    later = session.exec(asked).first()
    return later.ref if later else ""
