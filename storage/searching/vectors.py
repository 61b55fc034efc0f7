"""The vectors of the filed signals: in memory while they are few, in PostgreSQL's index once they are many."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from storage.records import Signal
from storage.searching.nearest import NOTHING, Nearest
from storage.searching.shelf import Shelf
from storage.searching.vector_index import VectorIndex
from storage.status import SignalStatus, Visibility

IN_MEMORY = 50_000  # filings from which the database's own index is asked, where there is one
_PUBLIC = 0


class Vectors:
    """Finds by vectors. What it keeps in memory is brought up to date by the epoch. Shared by threads."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._lock = threading.Lock()
        self._in_memory = in_memory
        self.index = VectorIndex()
        self._epoch = 0
        self._shelves: dict[int, Shelf] = {}
        self._rooms: dict[str, int] = {}

    def is_in_database(self, session: Session, epoch: int) -> bool:
        """Whether the database's own index is asked. `epoch` is the filing's, as this session sees it."""
        if epoch <= self._in_memory or not self.index.is_there(session):
            return False
        with self._lock:
            self._shelves.clear()
        return True

    def nearest(
        self, session: Session, epoch: int, questions: Sequence[tuple[bytes, ...]], channel: str
    ) -> list[Nearest]:
        """For each question the signals of a room that are most like any of its vectors.

        A room is a private channel, or "" for all that is public.
        """
        asked = [_rows(question) for question in questions]
        if self.is_in_database(session, epoch):
            return self.index.nearest(session, asked, channel)
        with self._lock:
            self._refresh(session, epoch)
            return [self._on_shelf(rows, channel) for rows in asked]

    def _on_shelf(self, rows: NDArray[np.float32], channel: str) -> Nearest:
        shelf = self._shelves.get(rows.shape[1])
        return shelf.nearest(rows, self._room(channel)) if rows.size and shelf is not None else NOTHING

    def _refresh(self, session: Session, epoch: int) -> None:
        """Learn of every signal filed, edited or erased since the last time."""
        if epoch <= self._epoch:
            return
        columns = (Signal.id, Signal.report_id, Signal.status, Signal.visibility, Signal.channel, Signal.vector)
        changed = select(*columns).where(col(Signal.filed_epoch) > self._epoch)  # type: ignore[call-overload]
        for signal_id, report_id, status, visibility, channel, vector in session.connection().execute(changed):
            filed = status is SignalStatus.FILED and report_id is not None
            room = self._room(channel if visibility is Visibility.PRIVATE else "")
            self._place(signal_id, vector if filed else None, report_id or 0, room)
        self._epoch = epoch

    def _room(self, channel: str) -> int:
        return _PUBLIC if not channel else self._rooms.setdefault(channel, len(self._rooms) + 1)

    def _place(self, signal_id: int, vector: bytes | None, report_id: int, room: int) -> None:
        width = len(vector) // 4 if vector and len(vector) % 4 == 0 else 0
        for shelf in self._shelves.values():
            if shelf.width != width:
                shelf.drop(signal_id)
        if vector and width:
            self._shelves.setdefault(width, Shelf(width)).put(signal_id, vector, report_id, room)


def _rows(question: tuple[bytes, ...]) -> NDArray[np.float32]:
    """The vectors of a question, one a row; none when they are of several lengths."""
    vectors = [np.frombuffer(vector, "<f4") for vector in question if vector and len(vector) % 4 == 0]
    if not vectors or any(vector.size != vectors[0].size for vector in vectors):
        return np.zeros((0, 0), "<f4")
    return np.stack(vectors)
