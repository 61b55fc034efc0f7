"""What a search finds: candidates, with the signals by which they were found, read for many reports at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import BindParameter, bindparam, func
from sqlmodel import Session, col, select

from storage.columns import now
from storage.groups import Route
from storage.records import Report, Signal
from storage.status import Dismissal, SignalStatus, Status, Visibility

TITLES_LIMIT = 50  # signals of a candidate that are named
KIN_TEXT = 4_000  # characters of a signal's own words that come with it
DISMISSED_FOR = dt.timedelta(days=30)  # so long a dismissed report still takes its signals
FOR_EVER = frozenset({
    Dismissal.WONT_FIX, Dismissal.NOT_A_PROBLEM, Dismissal.FIXED_ELSEWHERE, Dismissal.ANALYSIS_WRONG, Dismissal.QUIET,
})  # fmt: skip


@dataclass(frozen=True)
class Kin:
    """A signal under a candidate that one of the routes found, in its own words, cut."""

    signal_id: int
    title: str
    body: str
    source: str
    happened_at: dt.datetime
    vector: bytes
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A report that a signal may belong to, and how it was found."""

    report_id: int
    subject: str  # external id of its first signal, by which models name it
    title: str
    gist: str
    status: Status
    signal_titles: tuple[str, ...]  # oldest first, the newest 50; none before `Search.titled` read them
    shared_keys: tuple[str, ...]
    ranks: dict[Route, int]  # its place in each route that found it, from 1
    score: float
    similarity: float  # cosine of the most similar of its signals that vectors found; 0 when they found none
    nearest: tuple[Kin, ...] = ()  # its signals that were found, best first
    likelihood: float = 0.0  # how likely it is the same problem, by words and labels, once it was ranked
    said_same: bool = False  # the signal names it, and says that it is the same problem
    called: tuple[str, ...] = ()  # what the signal calls it, or signals of it

    @property
    def is_named(self) -> bool:
        """Whether the signal names it, or a signal of it."""
        return Route.NAME in self.ranks


class Place(NamedTuple):
    """A report, as far as a search tells of it."""

    id: int
    subject: str
    title: str
    gist: str
    status: Status


def places_of(session: Session, ids: Iterable[int], visibility: Visibility) -> dict[int, Place]:
    """Those of the reports that take signals of this visibility, by their ids.

    What nobody wants fixed takes its signals for ever; what was put off, or dismissed without a reason, for long.
    """
    takes = (
        (col(Report.status) != Status.DISMISSED)
        | col(Report.dismissal).in_(FOR_EVER)
        | (col(Report.since) >= now() - DISMISSED_FOR)
    )
    columns = (Report.id, Report.subject, Report.title, Report.gist, Report.status)
    rows = select(*columns).where(  # type: ignore[call-overload]
        col(Report.id).in_(_written(ids)), col(Report.visibility) == visibility
    )
    return {row[0]: Place(*row) for row in session.connection().execute(rows.where(takes)).all()}


def kin_of(session: Session, wanted: dict[int, list[int]]) -> dict[int, tuple[Kin, ...]]:
    """Per report the signals that are wanted of it, in that order."""
    ids = [signal_id for group in wanted.values() for signal_id in group]
    body = func.substr(Signal.body, 1, KIN_TEXT)
    told = (Signal.source, Signal.happened_at, Signal.vector, Signal.labels)
    columns = (Signal.id, Signal.title, body, *told)
    rows = select(*columns).where(col(Signal.id).in_(_written(ids)))  # type: ignore[call-overload]
    found = session.connection().execute(rows).all()
    known = {row[0]: Kin(row[0], row[1], row[2], row[3], row[4], row[5] or b"", row[6]) for row in found}
    return {report_id: tuple(known[each] for each in group if each in known) for report_id, group in wanted.items()}


def _written(ids: Iterable[int]) -> BindParameter[list[int]]:
    """Many ids, written into the statement: as parameters each costs more than the row it finds."""
    return bindparam("ids", list(ids), expanding=True, literal_execute=True)


def titles_of(session: Session, report_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Per report what its newest signals are called, oldest first."""
    titles: dict[int, list[str]] = {report_id: [] for report_id in report_ids}
    if not titles:
        return {}
    columns = [col(each) for each in (Signal.report_id, Signal.id, Signal.title)]
    newest = [
        sqlalchemy.select(*columns, col(Signal.summary))
        .where(col(Signal.report_id) == report_id, col(Signal.status) == SignalStatus.FILED)
        .order_by(col(Signal.id).desc())
        .limit(TITLES_LIMIT)
        .subquery()
        for report_id in report_ids
    ]
    every = sqlalchemy.union_all(*(sqlalchemy.select(part) for part in newest)).subquery()
    for report_id, _, title, summary in session.connection().execute(sqlalchemy.select(every).order_by(every.c.id)):
        titles[report_id].append(summary.title if summary else title)
    return {report_id: tuple(named) for report_id, named in titles.items()}
