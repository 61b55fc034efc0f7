"""Rows that keep the machinery honest: what Slack delivered, what we posted, how far we read, who is alive."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, Column, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Typed, UtcTime, now
from storage.raw import Unread

CARD = "card"  # the purpose of a report's root message


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


class SlackMessage(SQLModel, table=True):
    """A message of a thread that is a signal, or may become one: a thread is told in pieces, and not always in order.

    Its id is `channel/ts`, as a signal's is. The words are redacted. One that was deleted keeps its row without words,
    so that what is told late of it does not bring it back.
    """

    __tablename__ = "slack_message"
    __table_args__ = (Index("ix_slack_message_thread", "thread", "id"),)

    id: str = Field(primary_key=True, max_length=100)
    thread: str = Field(max_length=100)  # the id of the message it answers; its own if it answers none
    author: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    version: str = ""  # the ts of the event that told this text; an older one is out of date
    gone: bool = False  # deleted in Slack
    promoted: bool = False  # an answer that is a signal of its own, because somebody asked for that
    heard_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False, index=True))


class SlackReaction(SQLModel, table=True):
    """Somebody's reaction to a message, also one that we have not heard of yet; once per message, person and emoji."""

    __tablename__ = "slack_reaction"

    id: str = Field(primary_key=True, max_length=300)
    message: str = Field(max_length=100, index=True)  # its id
    user: str
    name: str
    on: bool = True  # whether it stands
    version: str = ""  # the ts of the event that told so
    heard_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False, index=True))


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


class Breaker(StrEnum):
    """Whether a source is asked: always; not now, it rests; or once, to see whether it answers again."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Cursor(SQLModel, table=True):
    """How far a source has been read; moved in the transaction that stores the signals it covers."""

    __tablename__ = "cursor"

    source: str = Field(primary_key=True, max_length=80)
    value: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    moved_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    trouble: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    failures: int = 0  # in a row
    not_before: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    rests_since: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))  # when its breaker opened
    left_out: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))  # by the first pull
    left_out_since: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))  # the oldest of those
    unread: tuple[Unread, ...] = Field(
        default=(), sa_column=Column(Typed(tuple[Unread, ...]), nullable=False, server_default="[]")
    )  # what it has that makes no signal, the latest last
    lacking: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))  # parts not read, why

    def breaker(self, at: dt.datetime) -> Breaker:
        """Whether the source may be asked at this moment."""
        if self.rests_since is None:
            return Breaker.CLOSED
        return Breaker.OPEN if self.not_before is not None and self.not_before > at else Breaker.HALF_OPEN


class Delivery(SQLModel, table=True):
    """A delivery to a webhook, once per (source, idempotency key); both are in the name, the key as its hash."""

    __tablename__ = "delivery"

    name: str = Field(primary_key=True, max_length=120)
    body_hash: str = Field(max_length=64)
    signal_id: int | None = Field(default=None, foreign_key="signal.id", ondelete="SET NULL")
    received_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False, index=True))


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
    born: float = 0.0  # the process's start time as the system tells it: a reused pid is told apart; below 0: it ends
    beat_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    buried_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))

    @property
    def ends(self) -> bool:
        """Whether it said that it ends. Its process may not be gone yet."""
        return self.born < 0


class Switch(SQLModel, table=True):
    """A switch that people set from Slack, such as `paused`."""

    __tablename__ = "switch"

    name: str = Field(primary_key=True, max_length=40)
    on: bool = False
    by: str = ""
    at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))


FILING = "filing"  # the epoch of the filings


class Epoch(SQLModel, table=True):
    """Counts the filings, so that a filing decided on candidates that are out of date is noticed."""

    __tablename__ = "epoch"

    name: str = Field(primary_key=True, max_length=40)
    value: int = 0


class Pardon(SQLModel, table=True):
    """What somebody restored from the quarantine: the same from that source is not held again, while it stands.

    `fragment` is a class of attack with the hash of the blocked words, or `words:` with the hash of a whole signal.
    """

    __tablename__ = "pardon"
    __table_args__ = (UniqueConstraint("source", "fragment", name="uq_pardon_fragment"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(max_length=40)
    fragment: str = Field(max_length=100)
    signal_id: int  # the signal that was restored; its row may be gone
    by: str
    at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    used: int = 0  # how many later signals it let pass
    withdrawn_by: str = ""  # who took it back; empty while it stands
