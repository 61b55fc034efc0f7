"""Who works on a report: when a person took it, who gave it to them, and why they have it no more.

What the report waits for stays. The functions work on a report that is locked, in the transaction of whoever asks.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import Column
from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import Named, UtcTime, now
from storage.records import Entry, EntryKind, Report


class LetGo(StrEnum):
    """Why a person has a report no more."""

    RELEASED = "released"  # they, or somebody for them, let it go
    GIVEN = "given"  # to somebody else
    OVER = "over"  # the report is closed


class Taking(SQLModel, table=True):
    """One time in which a person has a report. A report has at most one without an end."""

    __tablename__ = "taking"

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    by: str  # who has it
    given_by: str = ""  # somebody else, who gave it to them
    since: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    said_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))  # last, that it is so
    ended_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    ended_because: LetGo | None = Field(default=None, sa_column=Column(Named(LetGo)))
    ended_by: str = ""  # the person who let it go, or gave it on


def give(session: Session, report: Report, to: str, by: str) -> Taking:
    """Let a person have it, in place of whoever had it. Who has it already says so anew."""
    known = open_taking(session, report)
    if known is not None and known.by == to:
        known.said_at = now()
        session.flush()
        return known
    let_go(session, report, LetGo.GIVEN, by)
    taking = Taking(report_id=report.id or 0, by=to, given_by="" if by == to else by)
    session.add(taking)
    report.taken_by = to
    report.version += 1
    _tell(session, report, by, "took it" if by == to else f"gave it to {to}")
    session.flush()
    return taking


def let_go(session: Session, report: Report, because: LetGo, by: str = "") -> Taking | None:
    """Let nobody have it; None if nobody has."""
    taking = open_taking(session, report)
    if taking is None:
        return None
    taking.ended_at, taking.ended_because, taking.ended_by = now(), because, by
    report.taken_by = ""
    report.version += 1
    if because is LetGo.RELEASED:
        _tell(session, report, by, "let it go" if by == taking.by else f"let it go for {taking.by}")
    session.flush()
    return taking


def open_taking(session: Session, report: Report) -> Taking | None:
    """The one that has no end."""
    if not report.taken_by:
        return None
    takings = select(Taking).where(Taking.report_id == report.id, col(Taking.ended_at).is_(None))
    return session.exec(takings.order_by(col(Taking.id).desc()).limit(1)).first()


def _tell(session: Session, report: Report, who: str, text: str) -> None:
    session.add(Entry(report_id=report.id or 0, kind=EntryKind.WORD, who=who, text=text))
