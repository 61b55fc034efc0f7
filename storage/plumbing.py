"""Rows that keep the machinery honest: what Slack delivered, what we posted, how far we read, who is alive."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import UtcTime, now


class InboxRow(SQLModel, table=True):
    """A Slack event as it was delivered, redacted, kept before it is acknowledged; once per event id."""

    __tablename__ = "inbox"

    event_id: str = Field(primary_key=True, max_length=100)
    kind: str
    body: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    received_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    deliveries: int = 1
    done_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime, index=True))
    trouble: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    failures: int = 0  # too many make it a dead letter


class OutboxRow(SQLModel, table=True):
    """A message of ours in Slack, once per (report, purpose). Written before the call, completed after it."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("report_id", "purpose", name="uq_outbox_purpose"),)

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    purpose: str  # card, evidence, progress, plan:2, reaction:17 …
    channel: str
    thread_ts: str = ""
    ts: str = Field(default="", index=True)  # empty while it is not known whether the post was made
    drawn: str = ""  # hash of what it shows
    permalink: str = ""  # its address in Slack, once asked for
    tried_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    posted_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    trouble: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))


class Cursor(SQLModel, table=True):
    """How far a source has been read; moved in the transaction that stores the signals it covers."""

    __tablename__ = "cursor"

    source: str = Field(primary_key=True, max_length=80)
    value: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    moved_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    trouble: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    failures: int = 0  # in a row
    not_before: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))


class Lease(SQLModel, table=True):
    """Something only one holder may do at a time, until a moment."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True, max_length=80)
    holder: str
    until: dt.datetime = Field(sa_column=Column(UtcTime, nullable=False))


class Worker(SQLModel, table=True):
    """A process that runs jobs, and when it was last heard of."""

    __tablename__ = "worker"

    id: str = Field(primary_key=True, max_length=80)  # the job engine's executor id
    host: str
    pid: int
    born: float = 0.0  # the process's start time as the system tells it, so that a reused pid is not taken for it
    beat_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    buried_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))


class Switch(SQLModel, table=True):
    """A switch that people set from Slack, such as `paused`."""

    __tablename__ = "switch"

    name: str = Field(primary_key=True, max_length=40)
    on: bool = False
    by: str = ""
    at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))


class Epoch(SQLModel, table=True):
    """Counts the filings, so that a filing decided on candidates that are out of date is noticed."""

    __tablename__ = "epoch"

    name: str = Field(primary_key=True, max_length=40)
    value: int = 0
