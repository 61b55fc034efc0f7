"""Search: the reports a signal may belong to, by five routes, merged by reciprocal rank."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy
from sqlalchemy import literal, union_all
from sqlmodel import Session, col, select

from storage.groups import Route
from storage.keys import fitted
from storage.linked import holders
from storage.plumbing import FILING, Epoch
from storage.records import Signal, SignalKey
from storage.searching.candidates import Candidate, Kin, kin_of, places_of, titles_of
from storage.searching.named import Name, NamedReport, named_reports
from storage.searching.nearest import SIGNALS, Nearest
from storage.searching.rarity import Rarity
from storage.searching.text_search import TextSearch
from storage.searching.vectors import Vectors
from storage.searching.words import terms_of
from storage.status import SignalStatus, Visibility
from storage.transactions import Transactions

__all__ = ["Candidate", "Kin", "Search"]

RECIPROCAL = 60  # the constant of reciprocal rank fusion: the larger, the less a first place counts
ROUTE_LIMIT = 64  # reports that one route may bring
LEAST_SIMILARITY = 0.1  # below this, vectors say nothing
TITLE_TERMS = 8  # words of a title that are looked for by themselves
AT_ONCE = 8  # threads that look for vectors in PostgreSQL
HOLDERS = 64  # signals that hold a key, of which the reports are looked at: the newest

Hits = Sequence[tuple[int, int]]  # signals, best first, each with its report


@dataclass(frozen=True)
class _Found:
    """What each route brought."""

    shared: dict[int, tuple[str, ...]]  # keys per report
    named: tuple[NamedReport, ...]
    by_words: Hits
    by_title: Hits
    asked: Nearest
    own: Nearest

    def routes(self) -> dict[Route, list[int]]:
        """The reports of each route, best first."""
        return {
            Route.KEY: sorted(self.shared, key=lambda each: (-len(self.shared[each]), -each))[:ROUTE_LIMIT],
            Route.NAME: [each.report_id for each in self.named],
            Route.TEXT: _merged(_reports(self.by_words), _reports(self.by_title))[:ROUTE_LIMIT],
            Route.QUERY_VECTOR: list(self.asked.best(ROUTE_LIMIT, LEAST_SIMILARITY)),
            Route.SIGNAL_VECTOR: list(self.own.best(ROUTE_LIMIT, LEAST_SIMILARITY)),
        }

    def kin(self, order: list[int], most: int) -> dict[int, list[int]]:
        """Per report its signals that were found, the one that the most routes put in front first."""
        near = (each.pairs(ROUTE_LIMIT, LEAST_SIMILARITY) for each in (self.own, self.asked))
        named = ([(signal_id, each.report_id) for signal_id in each.signals] for each in self.named)
        scores = _fused((self.by_words, self.by_title, *near, *named))
        wanted: dict[int, list[int]] = {report_id: [] for report_id in order}
        for signal_id, report_id in sorted(scores, key=lambda hit: -scores[hit]):
            if report_id in wanted and len(wanted[report_id]) < most:
                wanted[report_id].append(signal_id)
        return wanted


class Search:
    """Finds reports."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions
        self._vectors = Vectors()
        self._beside = ThreadPoolExecutor(AT_ONCE, "vectors")  # no thread before it is needed
        self.rarity = Rarity()

    def candidates(
        self,
        keys: tuple[str, ...],
        queries: tuple[str, ...],
        query_vectors: tuple[bytes, ...],
        vector: bytes,
        *,
        visibility_channel: str = "",
        limit: int = 8,
        kin: int = 0,
        title: str = "",
        names: Sequence[Name] = (),
    ) -> tuple[Candidate, ...]:
        """The reports that fit best, those that share an exact key first, then those that are named. All of one room.

        `visibility_channel` is the channel of a private signal, and only reports of that channel's private signals
        are found; when it is empty, only public ones. Reports dismissed more than 30 days ago are left out,
        unless nobody wants them fixed. With `kin`
        each candidate brings up to so many of its signals that were found. The words of a `title` are looked for apart
        from those of the queries.
        """
        with self._on.read() as session:
            epoch = _epoch(session)
            self.rarity.refresh(session, epoch)
            near = self._near(session, epoch, (query_vectors, (vector,)), visibility_channel)
            text = TextSearch(session, self.rarity, epoch, visibility_channel)
            shared = _shared_keys(session, fitted(keys), visibility_channel)
            named = named_reports(session, names, visibility_channel)
            by_words, by_title = text.signals((terms_of(queries), terms_of((title,))[:TITLE_TERMS]))
            asked, own = near()
            found = _Found(shared, named, by_words, by_title, asked, own)
            return _best(session, found, _visibility(visibility_channel), limit, kin)

    def reports(self, words: str, channel: str = "") -> list[int]:
        """The reports whose signals hold some of these words, best first: public ones, or a channel's private ones."""
        with self._on.read() as session:
            epoch = _epoch(session)
            self.rarity.refresh(session, epoch)
            (hits,) = TextSearch(session, self.rarity, epoch, channel).signals((terms_of((words,)),))
            return _reports(hits)[:ROUTE_LIMIT]

    def _near(
        self, session: Session, epoch: int, questions: Sequence[tuple[bytes, ...]], channel: str
    ) -> Callable[[], list[Nearest]]:
        """Have vectors looked for; the answer is waited for when it is asked for.

        A database with an index of its own looks on another connection, while this one looks for words: they take
        equally long. That connection may see what was filed since; whether a report may be shown, and what its
        signals say, is read on this one.
        """
        if not self._vectors.is_in_database(session, epoch):
            return partial(self._vectors.nearest, session, epoch, questions, channel)

        def looked() -> list[Nearest]:
            with self._on.read() as other:
                return self._vectors.nearest(other, epoch, questions, channel)

        return self._beside.submit(looked).result

    def is_indexed(self) -> bool:
        """Whether the database itself can search by vectors, so that memory need not hold them all."""
        with self._on.read() as session:
            return self._vectors.index.is_there(session)

    def titled(self, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """The candidates, with the titles of their signals."""
        with self._on.read() as session:
            titles = titles_of(session, [each.report_id for each in candidates])
        return tuple(replace(each, signal_titles=titles[each.report_id]) for each in candidates)


def _epoch(session: Session) -> int:
    """How many filings there were, edits of what is filed among them."""
    return (
        session.connection().execute(sqlalchemy.select(col(Epoch.value)).where(col(Epoch.name) == FILING)).scalar_one()
    )


def _best(session: Session, found: _Found, visibility: Visibility, limit: int, kin: int) -> tuple[Candidate, ...]:
    """The candidates that the most routes put in front."""
    routes, shared = found.routes(), found.shared
    places = places_of(session, {each for route in routes.values() for each in route}, visibility)
    ranks = _ranks(routes, places)
    order = sorted(
        ranks, key=lambda each: (each not in shared, Route.NAME not in ranks[each], -_score(ranks[each]), -each)
    )[:limit]
    named = {each.report_id: each for each in found.named}
    nearest = kin_of(session, found.kin(order, kin)) if kin else {}
    cosines = found.own.best(SIGNALS, LEAST_SIMILARITY)
    return tuple(
        Candidate(
            report_id=each,
            subject=places[each].subject,
            title=places[each].title,
            gist=places[each].gist,
            status=places[each].status,
            signal_titles=(),
            shared_keys=shared.get(each, ()),
            said_same=each in named and named[each].same,
            called=named[each].called if each in named else (),
            ranks=ranks[each],
            score=_score(ranks[each]),
            similarity=cosines.get(each, 0.0),
            nearest=nearest.get(each, ()),
        )
        for each in order
    )


def _reports(hits: Hits) -> list[int]:
    return list(dict.fromkeys(report_id for _, report_id in hits))


def _fused(orders: Iterable[Hits]) -> dict[tuple[int, int], float]:
    """What each is worth, by its places in all orders: reciprocal rank fusion."""
    scores: dict[tuple[int, int], float] = {}
    for order in orders:
        for rank, hit in enumerate(order, start=1):
            scores[hit] = scores.get(hit, 0.0) + 1.0 / (RECIPROCAL + rank)
    return scores


def _merged(one: list[int], other: list[int]) -> list[int]:
    """Two orders of reports as one."""
    if not other:
        return one
    scores = _fused([[(each, each) for each in order] for order in (one, other)])
    return [report_id for report_id, _ in sorted(scores, key=lambda hit: (-scores[hit], -hit[0]))]


def _shared_keys(session: Session, keys: tuple[str, ...], channel: str) -> dict[int, tuple[str, ...]]:
    """Per report, which of the keys its signals have, or people linked with it.

    Of the signals that hold a key, the newest are looked at.
    """
    if not keys:
        return {}
    having = [
        select(Signal.report_id, literal(key).label("key"))
        .join(SignalKey, col(Signal.id) == SignalKey.signal_id)
        .where(SignalKey.key == key, Signal.status == SignalStatus.FILED, col(Signal.report_id).is_not(None))
        .where(Signal.visibility == _visibility(channel), _in_channel(channel))
        .order_by(col(SignalKey.signal_id).desc())
        .limit(HOLDERS)
        .subquery()
        for key in keys
    ]
    shared: dict[int, dict[str, None]] = {}
    for report_id, key in session.connection().execute(union_all(*(select(part) for part in having))):
        shared.setdefault(report_id, {})[key] = None
    for report_id, key in holders(session, keys, channel):
        shared.setdefault(report_id, {})[key] = None
    return {report_id: tuple(held) for report_id, held in shared.items()}


def _in_channel(channel: str) -> bool:
    return True if not channel else Signal.channel == channel


def _visibility(channel: str) -> Visibility:
    return Visibility.PRIVATE if channel else Visibility.PUBLIC


def _ranks(routes: dict[Route, list[int]], reports: Container[int]) -> dict[int, dict[Route, int]]:
    ranks: dict[int, dict[Route, int]] = {}
    for route, ids in routes.items():
        for rank, report_id in enumerate((each for each in ids if each in reports), start=1):
            ranks.setdefault(report_id, {})[route] = rank
    return ranks


def _score(ranks: dict[Route, int]) -> float:
    return sum(1.0 / (RECIPROCAL + rank) for rank in ranks.values())
