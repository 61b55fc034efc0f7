"""Fixes: our attempts, one a plan revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Unpack

from sqlalchemy import func
from sqlmodel import col, select

from storage import journal
from storage.changes import FixChanges
from storage.columns import now
from storage.records import Fix, Report
from storage.reports.siblings import Claimant, siblings_of
from storage.transactions import Transactions, found, locked


class Fixes:
    """The fixes."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def start(self, report_id: int, plan_revision: int, repository: str, branch: str, base_sha: str) -> Fix:
        """The fix of this plan revision; begun with these values unless there is one."""
        with self._on.write() as session:
            locked(session, Report, report_id)
            fix = session.exec(
                select(Fix).where(Fix.report_id == report_id, Fix.plan_revision == plan_revision)
            ).first()
            if fix is None:
                fix = Fix(
                    report_id=report_id,
                    plan_revision=plan_revision,
                    repository=repository,
                    branch=branch,
                    base_sha=base_sha,
                )
                session.add(fix)
                journal.touch(session, report_id)
                session.flush()
            return fix

    def get(self, fix_id: int) -> Fix:
        """The fix. Raises NotFound."""
        with self._on.read() as session:
            return found(session, Fix, fix_id)

    def latest(self, report_id: int) -> Fix | None:
        """The fix of the newest plan that was carried out."""
        with self._on.read() as session:
            fixes = select(Fix).where(Fix.report_id == report_id).order_by(col(Fix.plan_revision).desc())
            return session.exec(fixes.limit(1)).first()

    def by_hand(self, report_ids: Collection[int]) -> set[int]:
        """Of these reports those whose newest fix is a person's own."""
        newest = select(func.max(Fix.id)).where(col(Fix.report_id).in_(report_ids)).group_by(col(Fix.report_id))
        with self._on.read() as session:
            return set(session.exec(select(Fix.report_id).where(col(Fix.id).in_(newest), Fix.by_hand != "")))

    def change(self, fix_id: int, **changes: Unpack[FixChanges]) -> Fix:
        """Set columns, and have Slack show the report anew. Raises NotFound."""
        with self._on.write() as session:
            locked(session, Report, found(session, Fix, fix_id).report_id)  # first, as whoever decides does
            fix = locked(session, Fix, fix_id)
            for name, value in changes.items():
                setattr(fix, name, value)
            if fix.number is not None and fix.opened_at is None and not fix.by_hand:
                fix.opened_at = now()
            journal.touch(session, fix.report_id)
            return fix

    def ours(self, urls: Collection[str]) -> set[str]:
        """Of addresses of pull requests those that we opened, for whichever report."""
        with self._on.read() as session:
            return (
                set(session.exec(select(Fix.url).where(col(Fix.url).in_(urls), Fix.by_hand == ""))) if urls else set()
            )

    def siblings(self, report_id: int, repository: str, urls: Collection[str] = ()) -> list[Claimant]:
        """Other reports on a repository that have a plan or a pull request, or opened one of these that are open."""
        with self._on.read() as session:
            return siblings_of(session, report_id, repository, urls)

    def opened_since(self, repository: str, since: dt.datetime) -> int:
        """How many pull requests we have opened in a repository since a moment."""
        with self._on.read() as session:
            opened = select(func.count()).where(Fix.repository == repository, col(Fix.opened_at) >= since)
            return session.exec(opened).one()
