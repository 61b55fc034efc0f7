"""Reports that gather although they were moved, or given more, to be looked into: who did that died in between."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, func, or_, select

from storage.groups import Correction
from storage.records import Entry, EntryKind, Report
from storage.reports.past import REVERTED
from storage.status import Mover, Status
from storage.transactions import Transactions

_MOST = 100  # at once; the next look takes the rest


class LeftOver:
    """What may be left over."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def came_back(self) -> list[int]:
        """Reports that gather since they came back after their merge, and never moved after that; not the reverted."""
        latest = select(func.max(Entry.id)).where(Entry.report_id == Report.id, Entry.kind == EntryKind.MOVE)
        rows = (
            select(Report.id)
            .join(Entry, col(Entry.id) == latest.correlate(Report).scalar_subquery())
            .where(Report.status == Status.GATHERING)
            .where(
                Entry.before == Status.AWAITING_PROOF, Entry.who == Mover.WORLD, ~col(Entry.text).startswith(REVERTED)
            )
        )
        with self._on.read() as session:
            return [report_id or 0 for report_id in session.exec(rows.order_by(col(Report.since)).limit(_MOST))]

    def corrected(self, since: dt.datetime) -> list[Correction]:
        """Merges and splits that were made, or undone, since then, oldest first."""
        lately = or_(col(Correction.at) >= since, col(Correction.undone_at) >= since)
        rows = select(Correction).where(lately).order_by(col(Correction.id).desc()).limit(_MOST)
        with self._on.read() as session:
            return list(reversed(session.exec(rows).all()))
