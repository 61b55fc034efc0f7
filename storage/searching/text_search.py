"""Full text search: one question, two dialects. Only words of our own cutting reach either of them.

What makes full text slow is common words: an OR of them touches every signal. So the rarest terms of a question are
looked for, as far as we know how rare they are before we ask, and a term that is common after all is left out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from storage.searching.rarity import Rarity

TERMS_SEARCHED = 20
ROWS = 256  # signals that one question brings
COMMON_FROM = 500  # signals; a term in so many of them says little, and is searched only for want of rarer ones
SURELY_COMMON = 4 * COMMON_FROM  # signals, by estimate; such a term is not even counted
TOUCHED = 1_000  # signals that the terms of a question hold together; with more of them it takes the rarest terms
FEW = 20_000  # filings up to which every term is counted in SQLite
READ = 2 * TOUCHED  # signals that PostgreSQL is expected to tell of, of which the rarest terms' are taken
AMONG_MANY, HOLDERS = 8, 128  # terms that are looked for among more than that in PostgreSQL, and signals of each

_COUNT = "SELECT count(*) FROM (SELECT 1 FROM signal_fts WHERE signal_fts MATCH :t{n} LIMIT {most})"
_ROOM = (
    "signal.status = 'filed' AND signal.report_id IS NOT NULL AND signal.visibility = :visibility "
    "AND (:channel = '' OR signal.channel = :channel)"
)
_FIND = f"""
    SELECT signal.id, signal.report_id FROM signal_fts JOIN signal ON signal.id = signal_fts.rowid
    WHERE signal_fts MATCH :terms AND {_ROOM}
    ORDER BY {{order}} LIMIT :rows
"""  # noqa: S608 constants of this module
_HOLD = f"""
    (SELECT {{n}} AS n, id, report_id FROM signal
     WHERE words_tsv @@ plainto_tsquery('english', :t{{n}}) AND {_ROOM} LIMIT {{most}})
"""  # noqa: S608 constants of this module
_HOLD_ALL = f"""
    SELECT id, report_id FROM signal WHERE words_tsv @@ ({{every}}) AND {_ROOM} LIMIT :rows
"""  # noqa: S608 constants of this module

Hit = tuple[int, int]  # a signal, and its report


@dataclass(frozen=True)
class TextSearch:
    """Searches the signals of one room: a private channel's, or all that is public when `channel` is empty.

    `filings` is about how many signals there are.
    """

    session: Session
    rarity: Rarity
    filings: int
    channel: str
    _held: dict[str, list[Hit]] = field(default_factory=dict)  # on PostgreSQL: per term the signals, as far as read

    def signals(self, questions: Sequence[tuple[str, ...]]) -> list[list[Hit]]:
        """For each question the signals that hold the rarest of its terms, best first, each with its report."""
        if self.session.get_bind().dialect.name == "sqlite":
            return [self._by_bm25(terms) for terms in questions]
        most = COMMON_FROM if self._few else HOLDERS
        chosen = [self._worth_reading(terms) for terms in questions]
        self._read(list(dict.fromkeys(itertools.chain(*chosen))), most)
        return [self._by_rareness(*each, most) for each in zip(questions, chosen, strict=True)]

    @property
    def _few(self) -> bool:
        return self.filings <= FEW

    def _by_share(self, terms: Iterable[str]) -> list[str]:
        """The terms, those first that may be expected in the fewest signals."""
        return sorted(terms, key=self.rarity.share)

    def _rows(self, statement: str, parameters: dict[str, Any]) -> list[Any]:
        room = {"visibility": "private" if self.channel else "public", "channel": self.channel, "rows": ROWS}
        return list(self.session.connection().execute(text(statement), {**parameters, **room}).all())

    # ── SQLite: it weighs words by itself, and stops counting when it is told to ────────────────────────────────

    def _by_bm25(self, terms: tuple[str, ...]) -> list[Hit]:
        counted = self._counted(self._worth_counting(terms))
        if rare := _rarest(counted):
            every, order = " OR ".join(map(_quoted, rare)), "bm25(signal_fts), signal.id DESC"
        elif common := [term for term, count in counted if count] or self._by_share(terms)[:2]:
            every, order = " AND ".join(map(_quoted, common[:2])), "signal_fts.rowid DESC"
        else:
            return []
        return [(row.id, row.report_id) for row in self._rows(_FIND.format(order=order), {"terms": every})]

    def _worth_counting(self, terms: tuple[str, ...]) -> tuple[str, ...]:
        """The terms that may be rare. How many signals hold a term is estimated by those that were read."""
        if self._few:
            return terms
        maybe = [term for term in self._by_share(terms) if self.rarity.share(term) * self.filings < SURELY_COMMON]
        return tuple(maybe[:TERMS_SEARCHED])

    def _counted(self, terms: tuple[str, ...]) -> list[tuple[str, int]]:
        """In how many signals each term is, counted no further than COMMON_FROM."""
        if not terms:
            return []
        statement = " UNION ALL ".join(
            f"SELECT {n} AS n, ({_COUNT.format(n=n, most=COMMON_FROM)}) AS c" for n in range(len(terms))
        )
        counted = dict(self._rows(statement, {f"t{n}": _quoted(term) for n, term in enumerate(terms)}))
        return [(term, counted[n]) for n, term in enumerate(terms)]

    # ── PostgreSQL: it ranks without regard to how rare a word is, and reads the whole text to do so. So we ask who ──
    # ── holds each term, and add up rareness ourselves ──────────────────────────────────────────────────────────

    def _by_rareness(self, terms: tuple[str, ...], chosen: Sequence[str], most: int) -> list[Hit]:
        counted = [(term, len(self._held[term])) for term in chosen]
        rare = _rarest(counted, most, TOUCHED if self._few else AMONG_MANY * HOLDERS)
        if not rare:
            common = [term for term, count in counted if count] or self._by_share(terms)
            return self._of_all(common[:2]) if common else []
        scores: dict[Hit, float] = {}
        for term in rare:
            weight = math.log(1 + COMMON_FROM / len(self._held[term]))
            for hit in self._held[term]:
                scores[hit] = scores.get(hit, 0.0) + weight
        return sorted(scores, key=lambda hit: (-scores[hit], -hit[0]))[:ROWS]

    def _worth_reading(self, terms: tuple[str, ...]) -> Sequence[str]:
        """The terms that may be rare; among few signals as many as may be expected in READ of them, at least some."""
        if not self._few:
            return self._worth_counting(terms)[:AMONG_MANY]
        order = self._by_share(terms)
        expected = itertools.accumulate(self.rarity.share(term) * self.filings for term in order)
        return [
            term for n, (term, rows) in enumerate(zip(order, expected, strict=True)) if n < AMONG_MANY or rows < READ
        ]

    def _read(self, terms: list[str], most: int) -> None:
        """Read who holds the terms, at most so many signals each."""
        if not terms:
            return
        statement = " UNION ALL ".join(_HOLD.format(n=n, most=most) for n in range(len(terms)))
        self._held.update({term: [] for term in terms})
        for n, signal_id, report_id in self._rows(statement, {f"t{n}": term for n, term in enumerate(terms)}):
            self._held[terms[n]].append((signal_id, report_id))

    def _of_all(self, terms: list[str]) -> list[Hit]:
        """Signals that hold all of some common terms."""
        every = " && ".join(f"plainto_tsquery('english', :t{n})" for n in range(len(terms)))
        rows = self._rows(_HOLD_ALL.format(every=every), {f"t{n}": term for n, term in enumerate(terms)})
        return sorted(((row.id, row.report_id) for row in rows), reverse=True)


def _rarest(counted: list[tuple[str, int]], common_from: int = COMMON_FROM, touched: int = TOUCHED) -> list[str]:
    """The rarest terms, as many as hold not too many signals together."""
    rare: list[str] = []
    for term, count in sorted(counted, key=lambda pair: pair[1]):
        touched -= count
        if count >= common_from or len(rare) >= TERMS_SEARCHED or (rare and touched < 0):
            break
        if count:
            rare.append(term)
    return rare


def _quoted(term: str) -> str:
    """A term that FTS5 reads as a word and not as syntax."""
    return '"' + term.replace('"', '""') + '"'
