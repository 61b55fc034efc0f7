"""Full text search: one question, two dialects. Only words of our own cutting reach either of them.

What makes full text slow is common words: an OR of them touches every signal. So the rarest terms of a question are
looked for, as far as we know how rare they are before we ask, and a term that is common after all is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from storage.rarity import Rarity

TERMS_SEARCHED = 20
ROWS = 256  # signals that one question brings
COMMON_FROM = 500  # signals; a term in so many of them says little, and is searched only for want of rarer ones
SURELY_COMMON = 4 * COMMON_FROM  # signals, by estimate; such a term is not even counted
TOUCHED = 1_000  # signals that the terms of a question hold together; with more of them it takes the rarest terms
_FEW = 20_000  # filings up to which every term is counted

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
    ORDER BY {{order}} LIMIT :rows
"""  # noqa: S608 constants of this module
_HOLD_POSTGRES = f"""
    (SELECT id, report_id, CAST(:w{{n}} AS float8) AS weight FROM signal
     WHERE words_tsv @@ plainto_tsquery('english', :t{{n}}) AND {_ROOM} LIMIT {COMMON_FROM})
"""  # noqa: S608 constants of this module
_FIND_POSTGRES = """
    SELECT id, report_id FROM ({each}) AS held
    GROUP BY id, report_id ORDER BY sum(weight) DESC, id DESC LIMIT :rows
"""
_ALL_POSTGRES = f"""
    SELECT id, report_id FROM signal WHERE words_tsv @@ ({{every}}) AND {_ROOM} LIMIT :rows
"""  # noqa: S608 constants of this module

Counted = list[tuple[str, int]]  # terms, and in how many signals each is; COMMON_FROM stands for as many or more


@dataclass(frozen=True)
class TextSearch:
    """Searches the signals of one room: a private channel's, or all that is public when `channel` is empty.

    `filings` is about how many signals there are.
    """

    session: Session
    rarity: Rarity
    filings: int
    channel: str

    def signals(self, terms: tuple[str, ...]) -> list[tuple[int, int]]:
        """The signals that hold the rarest of the terms, best first, each with its report."""
        counted = self._counts(self._worth_counting(terms))
        rare = _rarest(counted)
        if rare:
            return self._any(rare)
        common = [term for term, count in counted if count] or list(self._by_share(terms)[:2])
        return self._all(common[:2]) if common else []

    def _worth_counting(self, terms: tuple[str, ...]) -> tuple[str, ...]:
        """The terms that may be rare. How many signals hold a term is estimated by those that were read."""
        if self.filings <= _FEW:
            return terms
        maybe = [term for term in self._by_share(terms) if self.rarity.share(term) * self.filings < SURELY_COMMON]
        return tuple(maybe[:TERMS_SEARCHED])

    def _by_share(self, terms: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(terms, key=self.rarity.share))

    def _counts(self, terms: tuple[str, ...]) -> Counted:
        """In how many signals each term is, counted no further than COMMON_FROM."""
        if not terms:
            return []
        count = _COUNT_SQLITE if self._sqlite else _COUNT_POSTGRES
        statement = " UNION ALL ".join(
            f"SELECT {n} AS n, ({count.format(n=n, most=COMMON_FROM)}) AS c" for n in range(len(terms))
        )
        parameters = {f"t{n}": _quoted(term) if self._sqlite else term for n, term in enumerate(terms)}
        counted: dict[int, int] = {row.n: row.c for row in self.session.execute(text(statement), parameters)}
        return [(term, counted[n]) for n, term in enumerate(terms)]

    def _any(self, counted: Counted) -> list[tuple[int, int]]:
        """Signals that hold any of the terms, those with the rarest and the most first."""
        if self._sqlite:
            terms = " OR ".join(_quoted(term) for term, _ in counted)
            return self._found(_FIND_SQLITE.format(order="bm25(signal_fts), signal.id DESC"), {"terms": terms})
        # PostgreSQL ranks without regard to how rare a word is, and reads the whole text of each signal to do so
        each = " UNION ALL ".join(_HOLD_POSTGRES.format(n=n) for n in range(len(counted)))
        parameters = {f"t{n}": term for n, (term, _) in enumerate(counted)}
        weights = {f"w{n}": math.log(1 + COMMON_FROM / count) for n, (_, count) in enumerate(counted)}
        return self._found(_FIND_POSTGRES.format(each=each), {**parameters, **weights})

    def _all(self, terms: list[str]) -> list[tuple[int, int]]:
        """Signals that hold all of some common terms, the newest first."""
        if self._sqlite:
            both = " AND ".join(_quoted(term) for term in terms)
            return self._found(_FIND_SQLITE.format(order="signal_fts.rowid DESC"), {"terms": both})
        every = " && ".join(f"plainto_tsquery('english', :t{n})" for n in range(len(terms)))
        hits = self._found(_ALL_POSTGRES.format(every=every), {f"t{n}": term for n, term in enumerate(terms)})
        return sorted(hits, reverse=True)

    def _found(self, statement: str, parameters: dict[str, Any]) -> list[tuple[int, int]]:
        room = {"visibility": "private" if self.channel else "public", "channel": self.channel, "rows": ROWS}
        return [(row.id, row.report_id) for row in self.session.execute(text(statement), {**parameters, **room})]

    @property
    def _sqlite(self) -> bool:
        return self.session.get_bind().dialect.name == "sqlite"


def _rarest(counted: Counted) -> Counted:
    """The rarest terms, as many as hold not too many signals together."""
    rare: Counted = []
    touched = 0
    for term, count in sorted(counted, key=lambda pair: pair[1]):
        touched += count
        if not count:
            continue
        if count >= COMMON_FROM or len(rare) >= TERMS_SEARCHED or (rare and touched > TOUCHED):
            break
        rare.append((term, count))
    return rare


def _quoted(term: str) -> str:
    """A term that FTS5 reads as a word and not as syntax."""
    return '"' + term.replace('"', '""') + '"'
