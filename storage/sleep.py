"""Reports that are left alone for a while: when one was put to sleep, and why it woke. What it waits for stays.

The functions work on a report that is locked, in the transaction of whatever puts it to sleep or wakes it.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import Boolean, Column, false, func
from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import Named, UtcTime, now
from storage.judgments import Priority
from storage.raw import Severity
from storage.records import Entry, EntryKind, Report, ShownPlan, Signal
from storage.status import CLOSED, Mover, SignalStatus, Status

GROWN = 2.0  # so many times what it weighed, and it wakes


class Waking(StrEnum):
    """Why a report woke."""

    TIME = "time"  # the moment that was named has come
    GROWN = "grown"  # what came weighs as much again as all before
    FATAL = "fatal"  # what came is fatal, and nothing before was
    URGENT = "urgent"  # research that was under way found that it is P0
    ASKED = "asked"  # somebody asked to have it looked into
    BACK = "back"  # it came back after the merge, or that was reverted
    ACTED = "acted"  # somebody decided something about it
    WOKEN = "woken"  # somebody woke it
    CLOSED = "closed"  # it is over


class Sleep(SQLModel, table=True):
    """One time of being left alone. A report has at most one without an end."""

    __tablename__ = "sleep"

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    since: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    until: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))  # None: muted
    by: str = ""  # who asked for it last
    weight: float = 0.0  # the report's then
    signals: int = 0  # that it held then
    urgent: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))  # then
    woke_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    woke_because: Waking | None = Field(default=None, sa_column=Column(Named(Waking)))
    woke_by: str = ""  # the person, if one woke it
    joined: int = 0  # signals that came meanwhile


def lay(session: Session, report: Report, until: dt.datetime | None, by: str) -> Sleep:
    """Put it to sleep, or have one that sleeps do so until another moment: what it weighs now counts from now on."""
    sleep = open_sleep(session, report)
    if sleep is None:
        sleep = Sleep(report_id=report.id or 0, by=by)
        session.add(sleep)
    sleep.until, sleep.by = until, by
    sleep.weight, sleep.signals = report.weight, _signals(session, report)
    sleep.urgent = report.priority is Priority.P0 or _is_fatal(session, report)
    report.asleep_since, report.asleep_until = sleep.since, until
    report.version += 1
    said = f"snoozed it until {until.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC" if until else "muted it"
    session.add(Entry(report_id=report.id or 0, kind=EntryKind.WORD, who=by, text=said))
    session.flush()
    return sleep


def wake(
    session: Session, report: Report, because: Waking, by: str = "", at: dt.datetime | None = None
) -> Sleep | None:
    """Wake it; None if it is awake. A plan that waits has as much time left as it had when the report fell asleep."""
    sleep = open_sleep(session, report)
    if report.asleep_since is None or sleep is None:
        return None
    sleep.woke_at, sleep.woke_because, sleep.woke_by = at or now(), because, by
    sleep.joined = max(0, _signals(session, report) - sleep.signals)
    _give_time_back(session, report, sleep.woke_at - report.asleep_since)
    report.asleep_since = report.asleep_until = None
    report.version += 1
    text = f"woke: {because.value}"
    session.add(Entry(report_id=report.id or 0, kind=EntryKind.WORD, who=by or Mover.WORLD, text=text))
    session.flush()
    return sleep


def wake_by_news(session: Session, report: Report) -> Sleep | None:
    """Wake it, if what came since is reason enough."""
    sleep = open_sleep(session, report)
    if sleep is None or (because := _news(session, report, sleep)) is None:
        return None
    return wake(session, report, because)


def wake_by_move(session: Session, report: Report, to: Status, mover: Mover, who: str) -> None:
    """What a move does to a report's sleep: a person's ends it, the work that was under way goes on beneath it."""
    if report.asleep_since is None:
        return
    if to in CLOSED:
        wake(session, report, Waking.CLOSED, who if mover is Mover.HUMAN else "")
    elif (report.status, to) == (Status.AWAITING_PROOF, Status.GATHERING) and mover is not Mover.HUMAN:
        wake(session, report, Waking.BACK)
    elif mover is Mover.HUMAN:
        wake(session, report, Waking.ACTED, who)


def open_sleep(session: Session, report: Report) -> Sleep | None:
    """The sleep that it is in."""
    asleep = select(Sleep).where(Sleep.report_id == report.id, col(Sleep.woke_at).is_(None))
    return session.exec(asleep.order_by(col(Sleep.id).desc()).limit(1)).first()


def _news(session: Session, report: Report, sleep: Sleep) -> Waking | None:
    if report.weight > sleep.weight and report.weight >= GROWN * sleep.weight:
        return Waking.GROWN
    if sleep.urgent:
        return None
    if report.priority is Priority.P0:
        return Waking.URGENT
    return Waking.FATAL if _is_fatal(session, report) else None


def _is_fatal(session: Session, report: Report) -> bool:
    fatal = (Signal.report_id == report.id, Signal.status == SignalStatus.FILED, Signal.severity == Severity.FATAL)
    return session.exec(select(Signal.id).where(*fatal).limit(1)).first() is not None


def _signals(session: Session, report: Report) -> int:
    filed = (Signal.report_id == report.id, Signal.status == SignalStatus.FILED)
    return session.exec(select(func.count()).select_from(Signal).where(*filed)).one()


def _give_time_back(session: Session, report: Report, slept: dt.timedelta) -> None:
    plans = select(ShownPlan).where(ShownPlan.report_id == report.id, ShownPlan.revision == report.plan_revision)
    plan = session.exec(plans).first()
    if plan is not None and plan.expires_at is not None and report.status is Status.AWAITING_APPROVAL:
        plan.expires_at += slept
