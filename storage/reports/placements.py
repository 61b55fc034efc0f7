"""Placements: why a signal is where it is."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col, select

from storage.groups import Placement
from storage.transactions import Transactions


class Placements:
    """The decisions; `Filing.file` writes them."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def of(self, signal_ids: Collection[int]) -> dict[int, Placement]:
        """The latest decision about each of these signals; none where its words are gone."""
        with self._on.read() as session:
            rows = select(Placement).where(col(Placement.signal_id).in_(signal_ids)).order_by(col(Placement.id))
            return {row.signal_id: row for row in session.exec(rows) if not row.considered.stays}
