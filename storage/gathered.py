"""What a report has gathered, counted by the database: what it costs to ask does not grow with the report."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, select

from storage.plumbing import FILING, Epoch
from storage.raw import SLACK
from storage.records import Report, Signal
from storage.status import SignalStatus, Visibility

NEWEST = 16  # signals that are read, besides the first; no view names more
NEWS = 5  # signals that joined since a plan was made and are named
_SEEN = (SignalStatus.FILED, SignalStatus.AWAITING_DIGEST)


@dataclass(frozen=True)
class Count:
    """How many signals a report has, and the channels and sources they came from."""

    signals: int  # held and erased ones among them
    channels: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Gathered:
    """A report's signals, as far as they are shown. The ones shown are neither held nor deleted nor another room's."""

    total: int  # those that are not shown among them
    shown: int
    erased: int = 0  # whose words are gone
    sources: tuple[str, ...] = ()  # of those shown, in the order in which each came first
    first: Signal | None = None  # of all
    news: tuple[Signal, ...] = ()  # of those shown, the newest that joined since the latest plan was made, oldest first
    joined: int = 0  # how many that are in all


@dataclass(frozen=True)
class Reporters:
    """Signals that people wrote in Slack, where they are told what becomes of them, as of an epoch of the filing."""

    signals: tuple[Signal, ...]
    epoch: int


def count_of(session: Session, report_id: int) -> Count:
    """Count, without reading a signal."""
    places = (col(Signal.channel), col(Signal.source))
    asked = select(Signal.channel, Signal.source, func.count()).where(Signal.report_id == report_id)
    rows = session.exec(asked.group_by(*places).order_by(*places)).all()
    channels = tuple(dict.fromkeys(channel for channel, *_ in rows))
    return Count(sum(many for *_, many in rows), channels, tuple(dict.fromkeys(source for _, source, _ in rows)))


def gathered(session: Session, report: Report, since: dt.datetime | None) -> Gathered:
    """What a report has gathered; `since` is when its latest plan was made, None without one."""
    mine, shown = col(Signal.report_id) == report.id, is_shown(report)
    sources = session.exec(
        select(Signal.source, func.count(), first := func.min(col(Signal.id)))
        .where(shown)
        .group_by(col(Signal.source))
        .order_by(first)
    ).all()
    later = None if since is None else and_(shown, col(Signal.filed_at) > since)
    return Gathered(
        total=_how_many(session, mine),
        shown=sum(many for _, many, _ in sources),
        erased=_how_many(session, and_(mine, col(Signal.status) == SignalStatus.ERASED)),
        sources=tuple(source for source, *_ in sources),
        first=session.exec(select(Signal).where(mine).order_by(col(Signal.id)).limit(1)).first(),
        news=() if later is None else _newest(session, later, NEWS),
        joined=0 if later is None else _how_many(session, later),
    )


def shown_of(session: Session, report: Report) -> tuple[Signal, ...]:
    """Of the signals that may be shown the first and the NEWEST, oldest first."""
    shown = is_shown(report)
    newest = _newest(session, shown, NEWEST)
    first = select(Signal).where(shown).order_by(col(Signal.id)).limit(1)
    ahead = [each for each in session.exec(first) if each not in newest]
    return (*ahead, *newest)


def shown_as(session: Session, report: Report, name: str) -> Signal | None:
    """The newest of the signals that may be shown which has this id or address; None if there is none."""
    named = (col(Signal.external_id) == name) | (col(Signal.url) == name)
    return next(iter(_newest(session, and_(is_shown(report), named), 1)), None)


def reporters_of(session: Session, report_id: int, since: int) -> Reporters:
    """Those of the report's signals that were written in Slack, as far as something about them changed since."""
    epoch = session.exec(select(Epoch.value).where(Epoch.name == FILING)).one()
    theirs = select(Signal).where(Signal.report_id == report_id, Signal.source == SLACK)
    changed = theirs if since <= 0 else theirs.where(col(Signal.filed_epoch) > since)
    return Reporters(tuple(session.exec(changed.order_by(col(Signal.id)))), epoch)


def _how_many(session: Session, which: ColumnElement[bool]) -> int:
    return session.exec(select(func.count()).select_from(Signal).where(which)).one()


def _newest(session: Session, which: ColumnElement[bool], most: int) -> tuple[Signal, ...]:
    rows = select(Signal).where(which).order_by(col(Signal.id).desc()).limit(most)
    return tuple(reversed(session.exec(rows).all()))


def is_shown(report: Report) -> ColumnElement[bool]:
    """Whether a signal may be shown where its report is: not held, not deleted, no private one of another channel."""
    public = col(Signal.visibility) == Visibility.PUBLIC
    return and_(
        col(Signal.report_id) == report.id,
        col(Signal.status).in_(_SEEN),
        public | (col(Signal.channel) == report.channel),
    )
