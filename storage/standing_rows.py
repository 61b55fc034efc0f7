"""Rows of standing approvals: what a person allowed ahead, and what came of it whenever a plan was shown."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import UtcTime, now


class StandingApproval(SQLModel, table=True):
    """A person's yes ahead to plans for one repository: until a moment, so many a day. It ends once, and for good."""

    __tablename__ = "standing_approval"

    id: int | None = Field(default=None, primary_key=True)
    repository: str = Field(index=True)
    by: str
    given_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    until: dt.datetime = Field(sa_column=Column(UtcTime, nullable=False))
    per_day: int
    key: str = Field(max_length=300, unique=True)  # of the command that gave it: told again, that gives nothing
    ended_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    ended_by: str = ""  # the person who stopped it; empty: code did
    ended_because: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))


class StandingUse(SQLModel, table=True):
    """What came of a standing approval when a plan was shown: it allowed that, or why people were asked all the same.

    Once per plan and giver, so that no plan is looked at twice.
    """

    __tablename__ = "standing_use"
    __table_args__ = (UniqueConstraint("report_id", "plan_revision", "by", name="uq_standing_use_plan"),)

    id: int | None = Field(default=None, primary_key=True)
    standing_id: int = Field(foreign_key="standing_approval.id", index=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    plan_revision: int
    plan_hash: str
    by: str
    at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    because: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # empty: it allowed the plan


def of_report(session: Session, report_id: int) -> tuple[tuple[StandingApproval, ...], tuple[StandingUse, ...]]:
    """What came of standing approvals at a report's plans, oldest first, and these."""
    uses = session.exec(select(StandingUse).where(StandingUse.report_id == report_id).order_by(col(StandingUse.id)))
    used = tuple(uses)
    ids = {each.standing_id for each in used}
    rows = session.exec(select(StandingApproval).where(col(StandingApproval.id).in_(ids))) if ids else ()
    return tuple(rows), used
