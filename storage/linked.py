"""Issues that people linked with reports: what is brought of one later joins its report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, or_, select

from storage import journal
from storage.columns import UtcTime, now
from storage.errors import IllegalMove
from storage.heirs import heir_of
from storage.records import EntryKind, Report, Signal, SignalKey
from storage.status import CLOSED, Visibility
from storage.transactions import Transactions, locked

_MOST = 20  # of one report
_KEY = "url:"


class LinkedIssue(SQLModel, table=True):
    """An issue of a code host or a tracker that is about the same problem as a report, as a person says."""

    __tablename__ = "linked_issue"
    __table_args__ = (UniqueConstraint("report_id", "url", name="uq_linked_issue"),)

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    url: str = Field(sa_column=Column(Text, nullable=False, index=True))  # up to its number, as keys have it
    identifier: str = Field(default="", index=True)  # such as acme/shop#12 or SHOP-12
    by: str
    at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    removed_by: str = ""
    removed_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))

    @property
    def called(self) -> str:
        """How people read it beside a link to it: where that leads, too, since another host may have the same name."""
        return f"{self.identifier} on {self.url.split('/')[2]}"


class Linked:
    """The issues that people linked."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def link(self, report_id: int, url: str, identifier: str, by: str) -> bool:
        """Link one; False if it is linked already. Raises NotFound, and IllegalMove for a report that is closed."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if report.status in CLOSED:
                raise IllegalMove(f"{report.ref} is {report.status.value}, so nothing is linked with it any more.")
            known = session.exec(select(LinkedIssue).where(LinkedIssue.report_id == report_id)).all()
            row = next((each for each in known if each.url == url), None)
            if row is not None and row.removed_at is None:
                return False
            if sum(each.removed_at is None for each in known) >= _MOST:
                raise IllegalMove(f"{report.ref} has {_MOST} linked issues already; unlink one first.")
            row = row or LinkedIssue(report_id=report_id, url=url, by=by)
            row.identifier, row.by, row.at, row.removed_by, row.removed_at = identifier, by, now(), "", None
            session.add(row)
            journal.tell(session, report_id, EntryKind.WORD, by, f"linked {identifier}: {url}")
            journal.touch(session, report_id)
            return True

    def unlink(self, report_id: int, url: str, by: str) -> bool:
        """Take it back; False if it is not linked. Raises NotFound."""
        with self._on.write() as session:
            locked(session, Report, report_id)
            rows = select(LinkedIssue).where(LinkedIssue.report_id == report_id, LinkedIssue.url == url)
            row = session.exec(rows.where(col(LinkedIssue.removed_at).is_(None))).first()
            if row is None:
                return False
            row.removed_by, row.removed_at = by, now()
            journal.tell(session, report_id, EntryKind.WORD, by, f"unlinked {row.identifier}")
            journal.touch(session, report_id)
            return True

    def of_report(self, report_id: int) -> list[LinkedIssue]:
        """Those that it has, the first one first."""
        with self._on.read() as session:
            return list(linked_with(session, report_id))

    def elsewhere(self, report_id: int, url: str) -> list[Report]:
        """Other reports that have this issue: among their signals, or linked."""
        holds = select(Signal.report_id).join(SignalKey, col(SignalKey.signal_id) == Signal.id)
        holds = holds.where(SignalKey.key == f"{_KEY}{url}")
        has = select(LinkedIssue.report_id).where(LinkedIssue.url == url, col(LinkedIssue.removed_at).is_(None))
        with self._on.read() as session:
            either = or_(col(Report.id).in_(holds), col(Report.id).in_(has))
            rows = select(Report).where(either, Report.id != report_id, col(Report.merged_into).is_(None))
            return list(session.exec(rows.order_by(col(Report.id))))


def linked_with(session: Session, report_id: int) -> Sequence[LinkedIssue]:
    """The issues of a report."""
    rows = select(LinkedIssue).where(LinkedIssue.report_id == report_id, col(LinkedIssue.removed_at).is_(None))
    return session.exec(rows.order_by(col(LinkedIssue.id))).all()


def holders(session: Session, keys: Sequence[str], channel: str) -> list[tuple[int, str]]:
    """The reports of one room that people linked with what these keys name, each with the key.

    What was merged away speaks for its heir.
    """
    urls = [key.removeprefix(_KEY) for key in keys if key.startswith(_KEY)]
    if not urls:
        return []
    rows = select(LinkedIssue.report_id, LinkedIssue.url).join(Report, col(Report.id) == LinkedIssue.report_id)
    rows = rows.where(col(LinkedIssue.url).in_(urls), col(LinkedIssue.removed_at).is_(None))
    rows = rows.where(Report.visibility == (Visibility.PRIVATE if channel else Visibility.PUBLIC))
    rows = rows.where(Report.channel == channel) if channel else rows
    return [(heir_of(session, report_id), f"{_KEY}{url}") for report_id, url in session.exec(rows)]
