"""The vectors in PostgreSQL's own index, if the server has the extension pgvector: for more than memory should hold.

One table for each length of vector holds those of all described signals in half precision, with the room they belong
to; what is public has an HNSW index, a private room is searched through. Where a signal is, and whether it may be
found, is asked of the signal itself, so a row here that is out of date finds nothing wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlmodel import Session

from storage.records import Signal
from storage.searching.nearest import NOTHING, SIGNALS, Nearest
from storage.status import Visibility

VECTOR_TABLES = {256: "signal_vector", 384: "signal_vector_384"}  # by the numbers of a vector
_AHEAD = 64  # signals that the index brings for one vector
_KEEP = (
    "INSERT INTO {table} (signal_id, room, embedding) VALUES (:signal_id, :room, CAST(:numbers AS halfvec)) "
    "ON CONFLICT (signal_id) DO UPDATE SET room = excluded.room, embedding = excluded.embedding"
)
_NEAREST = """
    SELECT near.question, signal.id, signal.report_id, near.cosine FROM (
        SELECT asked.question, each.signal_id, 1 - min(each.distance) AS cosine
        FROM unnest(CAST(:asked AS halfvec[]), CAST(:questions AS int[])) AS asked (vector, question)
        CROSS JOIN LATERAL (
            SELECT signal_id, embedding <=> asked.vector AS distance FROM {table} WHERE room = {room}
            ORDER BY embedding <=> asked.vector LIMIT :most
        ) AS each GROUP BY asked.question, each.signal_id
    ) AS near JOIN signal ON signal.id = near.signal_id
    WHERE signal.status = 'filed' AND signal.report_id IS NOT NULL AND octet_length(signal.vector) = :wide
      AND signal.visibility = :visibility AND (:channel = '' OR signal.channel = :channel)
"""


class VectorIndex:
    """Keeps and finds vectors, where the database has the index."""

    def __init__(self) -> None:
        self._is_there = False

    def is_there(self, session: Session) -> bool:
        """Whether this database has the index. It may get one while we run, and does not lose it."""
        if not self._is_there and session.get_bind().dialect.name == "postgresql":
            asked = text("SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(CAST(:tables AS text[])) AS name")
            self._is_there = bool(session.execute(asked, {"tables": list(VECTOR_TABLES.values())}).scalar())
        return self._is_there

    def keep(self, session: Session, signal: Signal, vector: bytes) -> None:
        """Have the index, if there is one, know a signal's vector. What is forgotten leaves it by a trigger."""
        table = VECTOR_TABLES.get(len(vector) // 4)
        if table is not None and self.is_there(session):
            room = signal.channel if signal.visibility is Visibility.PRIVATE else ""
            numbers = _written(np.frombuffer(vector, "<f4"))
            keep = text(_KEEP.format(table=table))
            session.execute(keep, {"signal_id": signal.id, "room": room, "numbers": numbers})

    @staticmethod
    def nearest(session: Session, questions: Sequence[NDArray[np.float32]], channel: str) -> list[Nearest]:
        """For each question the signals of a room that are most like any of its vectors, one a row.

        All are asked in one statement: planning takes as long as looking. Vectors without a direction, and those of
        another length than the first question's that has any, find nothing.
        """
        width = next((rows.shape[1] for rows in questions if rows.size), 0)
        told = [(_written(vector), n) for n, rows in enumerate(questions) if rows.shape[1] == width
                for vector in rows if vector.any()]  # fmt: skip
        table = VECTOR_TABLES.get(width)
        if table is None or not told:
            return [NOTHING for _ in questions]
        session.execute(text(f"SET LOCAL hnsw.ef_search = {_AHEAD}"))
        statement = text(_NEAREST.format(table=table, room=":channel" if channel else "''"))
        found = session.execute(
            statement,
            {
                "asked": [vector for vector, _ in told],
                "questions": [n for _, n in told],
                "most": SIGNALS if channel else _AHEAD,
                "wide": 4 * width,
                "channel": channel,
                "visibility": (Visibility.PRIVATE if channel else Visibility.PUBLIC).value,
            },
        ).all()
        return [_ordered([tuple(row[1:]) for row in found if row[0] == n]) for n in range(len(questions))]


def _ordered(found: list[tuple[int, int, float]]) -> Nearest:
    if not found:
        return NOTHING
    signals, reports, cosines = zip(*found, strict=True)
    return Nearest.of(np.array(signals, np.int64), np.array(reports, np.int64), np.array(cosines, np.float32))


def _written(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(f"{number:.6g}" for number in vector.tolist()) + "]"
