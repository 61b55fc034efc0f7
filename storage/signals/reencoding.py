"""Signals whose vectors somebody else made: another encoder's say nothing beside ours, so they are made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from storage.plumbing import FILING, Epoch
from storage.records import Signal
from storage.searching.vector_index import VectorIndex
from storage.status import SignalStatus
from storage.transactions import Transactions, locked


@dataclass(frozen=True)
class Encoded:
    """A filed signal's vectors, made anew from the words it had in this revision."""

    signal_id: int
    revision: int
    vector: bytes
    query_vectors: bytes


class Reencodings:
    """Finds vectors that another encoder made, by their length, and keeps what ours makes instead."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions
        self._index = VectorIndex()

    def due(self, width: int, below: int, most: int) -> list[Signal]:
        """The newest filed signals before the id `below` whose vectors do not have `width` numbers."""
        with self._on.read() as session:
            asked = (
                select(Signal)
                .where(col(Signal.id) < below, Signal.status == SignalStatus.FILED, col(Signal.summary).is_not(None))
                .where(func.length(Signal.vector) != 4 * width)
                .order_by(col(Signal.id).desc())
                .limit(most)
            )
            return list(session.exec(asked))

    def keep(self, made: Sequence[Encoded]) -> int:
        """Keep these, and have search find by them; how many. One that changed or left meanwhile is let alone."""
        kept = 0
        with self._on.write() as session:
            epoch = locked(session, Epoch, FILING)
            epoch.value += 1
            for each in made:
                signal = locked(session, Signal, each.signal_id)
                if signal.status is not SignalStatus.FILED or signal.revision != each.revision or not signal.vector:
                    continue
                signal.vector, signal.query_vectors = each.vector, each.query_vectors
                signal.filed_epoch = epoch.value
                session.flush()  # so that what the former encoder made has left the index by its trigger
                self._index.keep(session, signal, each.vector)
                kept += 1
        return kept
