"""Search: the reports a signal may belong to, by four routes, merged by reciprocal rank."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.columns import now
from storage.filing import fitted
from storage.judgments import Route
from storage.rarity import Rarity
from storage.records import Report, Signal, SignalKey
from storage.status import Dismissal, SignalStatus, Status, Visibility
from storage.text_search import signals_by_text
from storage.transactions import Transactions
from storage.vectors import Likeness, Vectors
from storage.words import terms_of

RECIPROCAL = 60  # the constant of reciprocal rank fusion: the larger, the less a first place counts
ROUTE_LIMIT = 64  # reports that one route may bring
ROWS_LIMIT = 256  # signals that full text search may bring
LEAST_SIMILARITY = 0.1  # below this, vectors say nothing
TITLE_TERMS = 8  # words of a title that are looked for by themselves
TITLES_LIMIT = 50  # signals of a candidate that are named
KIN_TEXT = 4_000  # characters of a signal's own words that come with it
DISMISSED_FOR = dt.timedelta(days=30)  # so long a dismissed report still takes its signals
FOR_EVER = frozenset({Dismissal.WONT_FIX, Dismissal.NOT_A_PROBLEM, Dismissal.FIXED_ELSEWHERE})


@dataclass(frozen=True)
class Kin:
    """A signal under a candidate that one of the routes found, in its own words, cut."""

    signal_id: int
    title: str
    body: str
    source: str
    happened_at: dt.datetime
    vector: bytes


@dataclass(frozen=True)
class Candidate:
    """A report that a signal may belong to, and how it was found."""

    report_id: int
    subject: str  # external id of its first signal, by which models name it
    title: str
    gist: str
    status: Status
    signal_titles: tuple[str, ...]  # oldest first, the newest 50
    shared_keys: tuple[str, ...]
    ranks: dict[Route, int]  # its place in each route that found it, from 1
    score: float
    similarity: float  # cosine of the most similar signal's vector; 0 when there is none
    nearest: tuple[Kin, ...] = ()  # its signals that were found, best first
    likelihood: float = 0.0  # how likely it is the same problem, by words alone, once it was ranked


class Search:
    """Finds reports."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions
        self._vectors = Vectors()
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
    ) -> tuple[Candidate, ...]:
        """The reports that fit best, those that share an exact key first. All of one room.

        `visibility_channel` is the channel of a private signal, and only reports of that channel's private signals
        are found; when it is empty, only public ones. Reports dismissed more than 30 days ago are left out,
        unless nobody wants them fixed. With `kin`
        each candidate brings up to so many of its signals that were found. The words of a `title` are looked for apart
        from those of the queries.
        """
        with self._on.read() as session:
            self._vectors.refresh(session)
            self.rarity.refresh(session)
            shared = _shared_keys(session, fitted(keys), visibility_channel)
            own = self._vectors.like((vector,), visibility_channel)
            asked = self._vectors.like(query_vectors, visibility_channel)
            by_words = signals_by_text(session, terms_of(queries), visibility_channel, ROWS_LIMIT)
            by_title = signals_by_text(session, terms_of((title,))[:TITLE_TERMS], visibility_channel, ROWS_LIMIT)
            by_likeness = (own.nearest(ROUTE_LIMIT, LEAST_SIMILARITY), asked.nearest(ROUTE_LIMIT, LEAST_SIMILARITY))
            routes = {
                Route.KEY: sorted(shared, key=lambda report_id: (-len(shared[report_id]), -report_id))[:ROUTE_LIMIT],
                Route.TEXT: _merged(_reports(by_words), _reports(by_title))[:ROUTE_LIMIT],
                Route.QUERY_VECTOR: list(asked.best(ROUTE_LIMIT, LEAST_SIMILARITY)),
                Route.SIGNAL_VECTOR: list(own.best(ROUTE_LIMIT, LEAST_SIMILARITY)),
            }
            reports = _eligible(session, {each for route in routes.values() for each in route}, visibility_channel)
            ranks = _ranks(routes, reports)
            order = sorted(ranks, key=lambda each: (each not in shared, -_score(ranks[each]), -each))[:limit]
            near = _kin(session, order, (by_words, by_title, *by_likeness), kin)
            return tuple(
                _candidate(session, reports[each], ranks[each], shared.get(each, ()), own, near.get(each, ()))
                for each in order
            )


def _reports(hits: list[tuple[int, int]]) -> list[int]:
    return list(dict.fromkeys(report_id for _, report_id in hits))


def _merged(one: list[int], other: list[int]) -> list[int]:
    """Two orders as one, by reciprocal rank."""
    if not other:
        return one
    scores: dict[int, float] = {}
    for order in (one, other):
        for rank, report_id in enumerate(order, start=1):
            scores[report_id] = scores.get(report_id, 0.0) + 1.0 / (RECIPROCAL + rank)
    return sorted(scores, key=lambda report_id: (-scores[report_id], -report_id))


def _kin(
    session: Session, order: list[int], hits: tuple[list[tuple[int, int]], ...], most: int
) -> dict[int, tuple[Kin, ...]]:
    """Per report its signals that were found, the one that the most routes put in front first."""
    if not most:
        return {}
    scores: dict[tuple[int, int], float] = {}
    for found_signals in hits:
        for rank, hit in enumerate(found_signals, start=1):
            scores[hit] = scores.get(hit, 0.0) + 1.0 / (RECIPROCAL + rank)
    wanted: dict[int, list[int]] = {report_id: [] for report_id in order}
    for signal_id, report_id in sorted(scores, key=lambda hit: -scores[hit]):
        if report_id in wanted and len(wanted[report_id]) < most:
            wanted[report_id].append(signal_id)
    ids = [signal_id for group in wanted.values() for signal_id in group]
    body = func.substr(Signal.body, 1, KIN_TEXT)
    columns = (Signal.id, Signal.title, body, Signal.source, Signal.happened_at, Signal.vector)
    rows = session.exec(select(*columns).where(col(Signal.id).in_(ids)))  # type: ignore[call-overload]
    known = {row[0]: Kin(row[0], row[1], row[2], row[3], row[4], row[5] or b"") for row in rows}
    return {report_id: tuple(known[each] for each in group if each in known) for report_id, group in wanted.items()}


def _shared_keys(session: Session, keys: tuple[str, ...], channel: str) -> dict[int, tuple[str, ...]]:
    """Per report, which of the keys its signals have."""
    asked = (
        select(Signal.report_id, SignalKey.key)
        .join(Signal, col(Signal.id) == SignalKey.signal_id)
        .where(col(SignalKey.key).in_(keys), Signal.status == SignalStatus.FILED, col(Signal.report_id).is_not(None))
        .where(Signal.visibility == _visibility(channel), _in_channel(channel))
        .distinct()
    )
    shared: dict[int, tuple[str, ...]] = {}
    for report_id, key in session.exec(asked):
        shared[report_id or 0] = (*shared.get(report_id or 0, ()), key)
    return shared


def _in_channel(channel: str) -> bool:
    return True if not channel else Signal.channel == channel


def _visibility(channel: str) -> Visibility:
    return Visibility.PRIVATE if channel else Visibility.PUBLIC


def _eligible(session: Session, ids: set[int], channel: str) -> dict[int, Report]:
    """Those that take signals of this room."""
    rows = session.exec(select(Report).where(col(Report.id).in_(ids), Report.visibility == _visibility(channel)))
    return {row.id or 0: row for row in rows if _takes_signals(row)}


def _takes_signals(report: Report) -> bool:
    """What nobody wants fixed takes its signals for ever; what was put off, or dismissed without a reason, for long."""
    if report.status is not Status.DISMISSED:
        return True
    return report.dismissal in FOR_EVER or report.since >= now() - DISMISSED_FOR


def _ranks(routes: dict[Route, list[int]], reports: dict[int, Report]) -> dict[int, dict[Route, int]]:
    ranks: dict[int, dict[Route, int]] = {}
    for route, ids in routes.items():
        for rank, report_id in enumerate((each for each in ids if each in reports), start=1):
            ranks.setdefault(report_id, {})[route] = rank
    return ranks


def _score(ranks: dict[Route, int]) -> float:
    return sum(1.0 / (RECIPROCAL + rank) for rank in ranks.values())


def _candidate(  # noqa: PLR0917 the parts of one candidate
    session: Session,
    report: Report,
    ranks: dict[Route, int],
    shared: tuple[str, ...],
    own: Likeness,
    nearest: tuple[Kin, ...],
) -> Candidate:
    newest = session.exec(
        select(Signal.title, col(Signal.summary))
        .where(Signal.report_id == report.id, Signal.status == SignalStatus.FILED)
        .order_by(col(Signal.id).desc())
        .limit(TITLES_LIMIT)
    ).all()
    return Candidate(
        report_id=report.id or 0,
        subject=report.subject,
        title=report.title,
        gist=report.gist,
        status=report.status,
        signal_titles=tuple(summary.title if summary else title for title, summary in reversed(newest)),
        shared_keys=shared,
        ranks=ranks,
        score=_score(ranks),
        similarity=own.of(report.id or 0),
        nearest=nearest,
    )
