"""Full text search: one question, two dialects. Only words of our own cutting reach either of them."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

TERMS_SEARCHED = 20
COMMON_FROM = 500  # signals; a term in so many of them says little, and is searched only for want of rarer ones

_COUNT_SQLITE = "SELECT count(*) FROM (SELECT 1 FROM signal_fts WHERE signal_fts MATCH :t{n} LIMIT {most})"
_COUNT_POSTGRES = (
    "SELECT count(*) FROM (SELECT 1 FROM signal WHERE words_tsv @@ plainto_tsquery('english', :t{n}) LIMIT {most}) t{n}"
)
_ROOM = (
    "signal.status = 'filed' AND signal.report_id IS NOT NULL AND signal.visibility = :visibility "
    "AND (:channel = '' OR signal.channel = :channel)"
)
_FIND_SQLITE = f"""
    SELECT signal.id, signal.report_id FROM signal_fts JOIN signal ON signal.id = signal_fts.rowid
    WHERE signal_fts MATCH :terms AND {_ROOM}
    ORDER BY bm25(signal_fts), signal.id DESC LIMIT :rows
"""  # noqa: S608 constants of this module
_FIND_POSTGRES = """
    SELECT signal.id, signal.report_id FROM signal WHERE words_tsv @@ ({any}) AND {room}
    ORDER BY {score} DESC, signal.id DESC LIMIT :rows
"""


def signals_by_text(session: Session, terms: tuple[str, ...], channel: str, rows: int) -> list[tuple[int, int]]:
    """The signals that hold the rarest of the terms, best first, each with its report; of one room ("" is public)."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    counted = _rarest(_counts(session, terms, sqlite=sqlite))
    if not counted:
        return []
    parameters: dict[str, Any] = {
        "visibility": "private" if channel else "public",
        "channel": channel,
        "rows": rows,
    }
    if sqlite:
        parameters["terms"] = " OR ".join(_quoted(term) for term, _ in counted)
        statement = _FIND_SQLITE
    else:
        parameters |= {f"t{n}": term for n, (term, _) in enumerate(counted)}
        statement = _postgres(counted)
    return [(row.id, row.report_id) for row in session.execute(text(statement), parameters)]


def _counts(session: Session, terms: tuple[str, ...], *, sqlite: bool) -> list[tuple[str, int]]:
    """In how many signals each term is, counted no further than COMMON_FROM."""
    if not terms:
        return []
    count = _COUNT_SQLITE if sqlite else _COUNT_POSTGRES
    statement = " UNION ALL ".join(
        f"SELECT {n} AS n, ({count.format(n=n, most=COMMON_FROM)}) AS c" for n in range(len(terms))
    )
    parameters = {f"t{n}": _quoted(term) if sqlite else term for n, term in enumerate(terms)}
    counted: dict[int, int] = {row.n: row.c for row in session.execute(text(statement), parameters)}
    return [(term, counted[n]) for n, term in enumerate(terms)]


def _rarest(counted: list[tuple[str, int]]) -> list[tuple[str, int]]:
    known = sorted((pair for pair in counted if pair[1]), key=lambda pair: pair[1])
    rare = [pair for pair in known if pair[1] < COMMON_FROM]
    return (rare or known[:2])[:TERMS_SEARCHED]


def _quoted(term: str) -> str:
    """A term that FTS5 reads as a word and not as syntax."""
    return '"' + term.replace('"', '""') + '"'


def _postgres(counted: list[tuple[str, int]]) -> str:
    """PostgreSQL ranks without regard to how rare a word is, so we add up the rareness of the words that are there."""
    queries = [f"plainto_tsquery('english', :t{n})" for n in range(len(counted))]
    score = " + ".join(
        f"CASE WHEN words_tsv @@ {query} THEN {math.log(1 + COMMON_FROM / count):.4f} ELSE 0 END"
        for query, (_, count) in zip(queries, counted, strict=True)
    )
    return _FIND_POSTGRES.format(any=" || ".join(queries), room=_ROOM, score=f"({score})")
