"""The vectors in PostgreSQL's own index, if the server has the extension pgvector: for more than memory should hold.

One table holds the vectors of all described signals in half precision, with the room they belong to; what is public has
an HNSW index, a private room is searched through. Where a signal is, and whether it may be found, is asked of the
signal itself, so a row here that is out of date finds nothing wrong.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import TextClause, text
from sqlmodel import Session

from storage.nearest import NOTHING, SIGNALS, Nearest
from storage.records import Signal
from storage.status import Visibility

WIDTH = 256  # numbers of a vector; those of another length are not kept here
TABLE = "signal_vector"
_WIDE = 4 * WIDTH  # bytes
_AHEAD = 80  # signals that the index brings for one vector
_KEEP = text(
    "INSERT INTO signal_vector (signal_id, room, embedding) VALUES (:signal_id, :room, CAST(:numbers AS halfvec)) "
    "ON CONFLICT (signal_id) DO UPDATE SET room = excluded.room, embedding = excluded.embedding"
)
_NEAREST = """
    SELECT signal.id, signal.report_id, 1 - near.distance AS cosine FROM (
        SELECT signal_id, embedding <=> CAST(:asked AS halfvec) AS distance FROM signal_vector WHERE room = {room}
        ORDER BY embedding <=> CAST(:asked AS halfvec) LIMIT :most
    ) AS near JOIN signal ON signal.id = near.signal_id
    WHERE signal.status = 'filed' AND signal.report_id IS NOT NULL AND signal.vector IS NOT NULL
      AND signal.visibility = :visibility AND (:channel = '' OR signal.channel = :channel)
"""
_PUBLIC, _PRIVATE = text(_NEAREST.format(room="''")), text(_NEAREST.format(room=":channel"))


class VectorIndex:
    """Keeps and finds vectors, where the database has the index."""

    def __init__(self) -> None:
        self._is_there = False

    def is_there(self, session: Session) -> bool:
        """Whether this database has the index. It may get one while we run, and does not lose it."""
        if not self._is_there and session.get_bind().dialect.name == "postgresql":
            self._is_there = bool(session.execute(text("SELECT to_regclass('signal_vector') IS NOT NULL")).scalar())
        return self._is_there

    def keep(self, session: Session, signal: Signal, vector: bytes) -> None:
        """Have the index, if there is one, know a signal's vector. What is forgotten leaves it by a trigger."""
        if len(vector) == _WIDE and self.is_there(session):
            room = signal.channel if signal.visibility is Visibility.PRIVATE else ""
            numbers = _written(np.frombuffer(vector, "<f4"))
            session.execute(_KEEP, {"signal_id": signal.id, "room": room, "numbers": numbers})

    @staticmethod
    def nearest(session: Session, asked: NDArray[np.float32], channel: str) -> Nearest:
        """The signals of a room that are most like any of the vectors that are asked, one a row."""
        if asked.shape[1] != WIDTH:
            return NOTHING
        session.execute(text(f"SET LOCAL hnsw.ef_search = {_AHEAD}"))
        best: dict[tuple[int, int], float] = {}
        for vector in asked:
            if not vector.any():
                continue  # it has no direction, so nothing is near it
            for signal_id, report_id, cosine in session.execute(*_question(vector, channel)):
                best[signal_id, report_id] = max(cosine, best.get((signal_id, report_id), -1.0))
        if not best:
            return NOTHING
        places = np.array(list(best), np.int64)
        return Nearest.of(places[:, 0], places[:, 1], np.array(list(best.values()), np.float32))


def _question(vector: NDArray[np.float32], channel: str) -> tuple[TextClause, dict[str, object]]:
    return (_PRIVATE if channel else _PUBLIC), {
        "asked": _written(vector),
        "most": SIGNALS if channel else _AHEAD,
        "channel": channel,
        "visibility": (Visibility.PRIVATE if channel else Visibility.PUBLIC).value,
    }


def _written(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(f"{number:.6g}" for number in vector.tolist()) + "]"
