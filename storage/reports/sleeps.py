"""Sleeps: reports that people want left alone, until a moment or until something happens."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, select

from storage.records import Report
from storage.sleep import Sleep, Waking, lay, wake, wake_by_news
from storage.status import CLOSED, Status
from storage.transactions import Transactions, locked


class Sleeps:
    """Puts reports to sleep, and wakes them."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def lay(self, report_id: int, until: dt.datetime | None, *, by: str) -> Sleep | None:
        """Leave it alone until a moment, or until something happens; None if it is closed. Raises NotFound."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            return None if report.status in CLOSED else lay(session, report, until, by)

    def wake(self, report_id: int, because: Waking, *, by: str = "") -> Sleep | None:
        """Wake it; None if it is awake. Raises NotFound."""
        with self._on.write() as session:
            return wake(session, locked(session, Report, report_id), because, by)

    def wake_by_news(self, report_id: int) -> Sleep | None:
        """Wake it if what came is reason enough; None if it sleeps on, or is awake. Raises NotFound."""
        with self._on.write() as session:
            return wake_by_news(session, locked(session, Report, report_id))

    def wake_in_time(self, report_id: int, at: dt.datetime) -> Sleep | None:
        """Wake it if the moment that was named last has come. Raises NotFound."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if report.asleep_until is None or report.asleep_until > at:
                return None
            return wake(session, report, Waking.TIME, at=at)

    def over(self, at: dt.datetime) -> list[int]:
        """The reports whose moment has come, the earliest first."""
        with self._on.read() as session:
            rows = select(Report.id).where(col(Report.asleep_until) <= at).order_by(col(Report.asleep_until))
            return [report_id or 0 for report_id in session.exec(rows)]

    def woken(self, since: dt.datetime) -> list[Sleep]:
        """Those that ended since then while their report gathers: what joined meanwhile may be enough to look into."""
        with self._on.read() as session:
            rows = select(Sleep).join(Report, col(Report.id) == Sleep.report_id)
            gathering = (col(Sleep.woke_at) >= since, Report.status == Status.GATHERING)
            return list(session.exec(rows.where(*gathering).order_by(col(Sleep.id))))

    def of_report(self, report_id: int) -> list[Sleep]:
        """Its sleeps, oldest first."""
        with self._on.read() as session:
            return list(session.exec(select(Sleep).where(Sleep.report_id == report_id).order_by(col(Sleep.id))))
