"""The vectors of the filed signals, kept in memory and compared by brute force: 11 ms for 100,000 of them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from storage.plumbing import Epoch
from storage.records import Signal
from storage.remembering import FILING
from storage.status import SignalStatus, Visibility
from storage.transactions import found

_PUBLIC = 0
_FIRST_ROWS = 64


@dataclass(frozen=True)
class Likeness:
    """How alike each signal of one room is to what was asked: the report it is under, and the cosine."""

    reports: NDArray[np.int64]
    cosines: NDArray[np.float32]
    signals: NDArray[np.int64]

    def nearest(self, limit: int, least: float) -> list[tuple[int, int]]:
        """The signals most alike, best first, each with its report."""
        order = np.argsort(-self.cosines, kind="stable")[:limit]
        return [(int(self.signals[at]), int(self.reports[at])) for at in order if self.cosines[at] >= least]

    def best(self, limit: int, least: float) -> dict[int, float]:
        """The reports most alike, best first, each by its most similar signal."""
        best: dict[int, float] = {}
        for at in np.argsort(-self.cosines, kind="stable"):
            if len(best) >= limit or self.cosines[at] < least:
                break
            best.setdefault(int(self.reports[at]), float(self.cosines[at]))
        return best

    def of(self, report_id: int) -> float:
        """How alike a report is; 0 when none of its signals has a vector."""
        mine = self.cosines[self.reports == report_id]
        return float(mine.max()) if mine.size else 0.0


_NOTHING = Likeness(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int64))


@dataclass
class _Shelf:
    """Vectors of one length. Row `rows[signal id]` of each array is about that signal."""

    width: int
    rows: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.matrix = np.zeros((_FIRST_ROWS, self.width), np.float32)
        self.reports = np.zeros(_FIRST_ROWS, np.int64)
        self.rooms = np.zeros(_FIRST_ROWS, np.int64)
        self.signals = np.zeros(_FIRST_ROWS, np.int64)

    def put(self, signal_id: int, vector: bytes, report_id: int, room: int) -> None:
        row = self.rows.setdefault(signal_id, len(self.rows))
        if row == len(self.reports):
            self.matrix = np.concatenate([self.matrix, np.zeros_like(self.matrix)])
            self.reports = np.concatenate([self.reports, np.zeros_like(self.reports)])
            self.rooms = np.concatenate([self.rooms, np.zeros_like(self.rooms)])
            self.signals = np.concatenate([self.signals, np.zeros_like(self.signals)])
        self.matrix[row], self.reports[row], self.rooms[row] = np.frombuffer(vector, "<f4"), report_id, room
        self.signals[row] = signal_id

    def drop(self, signal_id: int) -> None:
        row = self.rows.pop(signal_id, None)
        if row is None or row == len(self.rows):
            return
        last = len(self.rows)
        moved = next(known for known, at in self.rows.items() if at == last)
        for array in (self.matrix, self.reports, self.rooms, self.signals):
            array[row] = array[last]
        self.rows[moved] = row


class Vectors:
    """A memory of the filed signals' vectors, brought up to date by the epoch. Shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._epoch = 0
        self._shelves: dict[int, _Shelf] = {}
        self._rooms: dict[str, int] = {}

    def refresh(self, session: Session) -> None:
        """Learn of every signal filed, edited or erased since the last time."""
        with self._lock:
            epoch = found(session, Epoch, FILING).value
            if epoch <= self._epoch:
                return
            columns = (Signal.id, Signal.report_id, Signal.status, Signal.visibility, Signal.channel, Signal.vector)
            changed = select(*columns).where(col(Signal.filed_epoch) > self._epoch)  # type: ignore[call-overload]
            for signal_id, report_id, status, visibility, channel, vector in session.exec(changed):
                filed = status is SignalStatus.FILED and report_id is not None
                room = self._room(channel if visibility is Visibility.PRIVATE else "")
                self._place(signal_id, vector if filed else None, report_id or 0, room)
            self._epoch = epoch

    def like(self, asked: tuple[bytes, ...], channel: str) -> Likeness:
        """How alike the signals of a room (a private channel, "" for all that is public) are to the nearest asked."""
        wanted = [np.frombuffer(vector, "<f4") for vector in asked if vector and len(vector) % 4 == 0]
        if not wanted:
            return _NOTHING
        with self._lock:
            shelf = self._shelves.get(wanted[0].size)
            if shelf is None or any(vector.size != shelf.width for vector in wanted):
                return _NOTHING
            known = len(shelf.rows)
            inside = np.flatnonzero(shelf.rooms[:known] == self._room(channel))
            cosines = (shelf.matrix[:known] @ np.stack(wanted, axis=1)).max(axis=1)
            return Likeness(shelf.reports[inside], cosines[inside], shelf.signals[inside])

    def _room(self, channel: str) -> int:
        return _PUBLIC if not channel else self._rooms.setdefault(channel, len(self._rooms) + 1)

    def _place(self, signal_id: int, vector: bytes | None, report_id: int, room: int) -> None:
        width = len(vector) // 4 if vector and len(vector) % 4 == 0 else 0
        for shelf in self._shelves.values():
            if shelf.width != width:
                shelf.drop(signal_id)
        if vector and width:
            self._shelves.setdefault(width, _Shelf(width)).put(signal_id, vector, report_id, room)
