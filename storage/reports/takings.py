"""Takings: who works on which report."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col, select

from storage.records import Report
from storage.status import CLOSED
from storage.taking import LetGo, Taking, give, let_go, open_taking
from storage.transactions import Transactions, locked


class Takings:
    """Gives reports to people, and takes them back."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def take(self, report_id: int, by: str) -> Taking | None:
        """Let a person have it, unless somebody else has: then theirs. None if it is closed. Raises NotFound."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if report.status in CLOSED:
                return None
            known = open_taking(session, report)
            return known if known is not None and known.by != by else give(session, report, by, by)

    def give(self, report_id: int, to: str, by: str) -> Taking | None:
        """Let a person have it, whoever had it; None if it is closed. Raises NotFound."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            return None if report.status in CLOSED else give(session, report, to, by)

    def release(self, report_id: int, by: str) -> Taking | None:
        """Let nobody have it; None if nobody has. Raises NotFound."""
        with self._on.write() as session:
            return let_go(session, locked(session, Report, report_id), LetGo.RELEASED, by)

    def present(self, report_ids: Collection[int]) -> dict[int, Taking]:
        """Of these reports those that people have."""
        with self._on.read() as session:
            rows = select(Taking).where(col(Taking.report_id).in_(report_ids), col(Taking.ended_at).is_(None))
            return {taking.report_id: taking for taking in session.exec(rows)}

    def of_report(self, report_id: int) -> list[Taking]:
        """Its takings, oldest first."""
        with self._on.read() as session:
            return list(session.exec(select(Taking).where(Taking.report_id == report_id).order_by(col(Taking.id))))
