"""Issues in a tracker that reports have: wanted by somebody, made once, linked with the report's pull request."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Column, Text, func
from sqlmodel import Field, SQLModel, col, or_, select

from storage import journal
from storage.columns import UtcTime, now
from storage.records import EntryKind, Fix, Report
from storage.transactions import Transactions, insert_once, locked

_MOST = 100  # that one sweep enqueues; the next takes the rest


class TrackedIssue(SQLModel, table=True):
    """A report's issue in a tracker; without an identifier it is not made yet."""

    __tablename__ = "tracked_issue"

    report_id: int = Field(primary_key=True, foreign_key="report.id")
    wanted_by: str
    wanted_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    identifier: str = Field(default="", index=True)  # such as SHOP-12
    url: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    linked: str = Field(
        default="", sa_column=Column(Text, nullable=False, default="")
    )  # the pull request that it names
    attempt: int = 1  # grows with every job: part of its id
    not_before: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    trouble: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # why the last job failed
    tries: int = 0  # jobs that failed in a row


class Tracked:
    """The issues of reports."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def get(self, report_id: int) -> TrackedIssue | None:
        """The report's issue; None when nobody wants one."""
        with self._on.read() as session:
            return session.get(TrackedIssue, report_id)

    def want(self, report_id: int, by: str) -> TrackedIssue:
        """Note that somebody wants one. Wanted again, what failed is tried anew at once; one that is made stays."""
        with self._on.write() as session:
            locked(session, Report, report_id)
            insert_once(session, TrackedIssue(report_id=report_id, wanted_by=by))
            row = locked(session, TrackedIssue, report_id)
            if row.trouble:
                row.not_before, row.trouble, row.tries = None, "", 0
                row.attempt += 1
            journal.touch(session, report_id)
            return row

    def made(self, report_id: int, identifier: str, url: str) -> None:
        """Note which one was made. Saying so again changes nothing."""
        with self._on.write() as session:
            row = locked(session, TrackedIssue, report_id)
            if row.identifier:
                return
            row.identifier, row.url = identifier, url
            _went_well(row)
            journal.tell(session, report_id, EntryKind.EFFECT, "machine", f"made the issue {identifier}: {url}")
            journal.touch(session, report_id)

    def linked(self, report_id: int, pull_request: str) -> None:
        """Note that the issue names the pull request at this address."""
        with self._on.write() as session:
            row = locked(session, TrackedIssue, report_id)
            row.linked = pull_request
            _went_well(row)

    def failed(self, report_id: int, trouble: str, not_before: dt.datetime) -> None:
        """Note why it could not be made or linked, and when that is tried again."""
        with self._on.write() as session:
            row = locked(session, TrackedIssue, report_id)
            row.trouble, row.not_before = trouble, not_before
            row.tries += 1
            row.attempt += 1
            journal.touch(session, report_id)

    def due(self, at: dt.datetime) -> list[TrackedIssue]:
        """Those that are to be made, or to be linked with the newest pull request of their report."""
        newest = (
            select(Fix.url)
            .where(Fix.report_id == TrackedIssue.report_id)
            .order_by(col(Fix.plan_revision).desc())
            .limit(1)
            .scalar_subquery()
        )
        opened = func.coalesce(newest, "")
        to_do = or_(TrackedIssue.identifier == "", (opened != "") & (opened != TrackedIssue.linked))
        put_off = col(TrackedIssue.not_before) > at
        rows = select(TrackedIssue).where(to_do, or_(col(TrackedIssue.not_before).is_(None), ~put_off))
        with self._on.read() as session:
            return list(session.exec(rows.order_by(col(TrackedIssue.wanted_at)).limit(_MOST)))


def _went_well(row: TrackedIssue) -> None:
    row.trouble, row.not_before, row.tries = "", None, 0
    row.attempt += 1
