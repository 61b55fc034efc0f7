"""The nouns that are kept: signals, reports and what happened to them. One class is both the row and the type."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, Boolean, Column, Index, LargeBinary, Text, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from storage.columns import Named, Typed, UtcTime, now
from storage.judgments import Grouping, Outcome, Plan, Priority, Proof, Question, Research, Screening, Summary, Verdict
from storage.raw import Severity
from storage.status import Dismissal, SignalStatus, Status, Unweighed, Visibility
from storage.submissions import FixSubmission

_UNWEIGHED = "unweighed IS NOT NULL"


class Signal(SQLModel, table=True):
    """A RawSignal we keep, once per (source, external id, occurrence)."""

    __tablename__ = "signal"
    __table_args__ = (
        UniqueConstraint("source", "external_id", "occurrence", name="uq_signal_identity"),
        Index("ix_signal_waiting", "source", "status"),  # by which a source's place in the queue is counted
        Index("ix_signal_report", "report_id", "id"),  # by which a report's newest are read
        # from which alone a report's signals are counted:
        Index("ix_signal_gathered", "report_id", "channel", "status", "visibility", "source", "filed_at", "id"),
        # of the few that a sweep looks for:
        Index("ix_signal_unweighed", "status", "id", sqlite_where=text(_UNWEIGHED), postgresql_where=text(_UNWEIGHED)),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(max_length=40)
    external_id: str = Field(max_length=200)
    occurrence: str = Field(default="", max_length=200)
    title: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    body: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    url: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    author: str = ""
    channel: str = ""
    thread_ts: str = ""
    visibility: Visibility = Field(default=Visibility.PUBLIC, sa_column=Column(Named(Visibility), nullable=False))
    severity: Severity = Field(default=Severity.WARNING, sa_column=Column(Named(Severity), nullable=False))
    reach: int = 1
    keys: tuple[str, ...] = Field(default=(), sa_column=Column(Typed(tuple[str, ...]), nullable=False))
    labels: tuple[str, ...] = Field(
        default=(), sa_column=Column(Typed(tuple[str, ...]), nullable=False, server_default="[]")
    )
    asked_by: str = ""
    happened_at: dt.datetime = Field(sa_column=Column(UtcTime, nullable=False))
    received_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    status: SignalStatus = Field(
        default=SignalStatus.AWAITING_DIGEST, sa_column=Column(Named(SignalStatus), nullable=False, index=True)
    )
    deliveries: int = 1  # how often it was delivered to us; all but the first were duplicates
    revision: int = 1  # grows with every edit in the source
    attempt: int = 1  # grows when a digest job failed and is to be tried anew
    not_before: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    unsettled_since: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))  # first change not read yet
    trouble: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # why the last attempt failed
    screening: Screening | None = Field(default=None, sa_column=Column(Typed(Screening)))
    trusted_by: str = ""  # who restored it from the quarantine
    told_held: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))  # asker
    noted_held: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))  # room
    summary: Summary | None = Field(default=None, sa_column=Column(Typed(Summary)))
    grouping: Grouping | None = Field(default=None, sa_column=Column(Typed(Grouping)))
    candidates: tuple[str, ...] = Field(default=(), sa_column=Column(Typed(tuple[str, ...]), nullable=False))
    report_id: int | None = Field(default=None, foreign_key="report.id")
    filed_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    weight: float = 0.0
    unweighed: Unweighed | None = Field(default=None, sa_column=Column(Named(Unweighed)))
    vector: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # float32, little endian
    query_vectors: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # one after the other
    words: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # what full text search reads
    text_hash: str = Field(default="", index=True)  # of title and body, by which an exact twin is found
    filed_epoch: int = Field(default=0, index=True)  # the epoch in which search last learnt of a change to it


class SignalKey(SQLModel, table=True):
    """An exact key of a filed signal; two signals that share one are the same problem."""

    __tablename__ = "signal_key"
    __table_args__ = (Index("ix_signal_key_newest", "key", "signal_id"),)

    signal_id: int = Field(foreign_key="signal.id", primary_key=True)
    key: str = Field(primary_key=True, max_length=300)


class Report(SQLModel, table=True):
    """One problem, all its signals, one thread."""

    __tablename__ = "report"

    id: int | None = Field(default=None, primary_key=True)
    status: Status = Field(default=Status.GATHERING, sa_column=Column(Named(Status), nullable=False, index=True))
    stuck_from: Status | None = Field(default=None, sa_column=Column(Named(Status)))
    stuck_because: Outcome | None = Field(default=None, sa_column=Column(Named(Outcome)))
    title: str = Field(sa_column=Column(Text, nullable=False))
    gist: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    name: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))  # what people call it
    named_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    subject: str = ""  # external id of its first signal
    channel: str = ""  # where its thread is
    visibility: Visibility = Field(default=Visibility.PUBLIC, sa_column=Column(Named(Visibility), nullable=False))
    repository: str = ""  # owner/name, once known
    repository_by: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))  # who corrected
    priority: Priority | None = Field(default=None, sa_column=Column(Named(Priority)))
    weight: float = 0.0
    created_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    since: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))  # in this status
    attempt: int = 1  # grows with every move and every retried job: part of the ids of its jobs
    tries: int = 0  # failed tries of the machine's present step; a move sets it to 0
    not_before: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    research_passes: int = 0
    plan_revision: int = 0  # of the latest plan; 0 when there is none
    research: Research | None = Field(default=None, sa_column=Column(Typed(Research)))
    verdict: Verdict | None = Field(default=None, sa_column=Column(Typed(Verdict)))
    regression_of: int | None = Field(default=None, foreign_key="report.id")
    asleep_since: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))  # None: it is awake
    asleep_until: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime, index=True))  # None: no end is set
    soak_until: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    taken_by: str = Field(default="", sa_column_kwargs={"server_default": ""})  # the person who works on it
    note: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # latest word to the thread
    dismissed_because: str = ""
    dismissal: Dismissal | None = Field(default=None, sa_column=Column(Named(Dismissal)))  # None: nobody said yet
    dismissed_weight: float = 0.0  # what it weighed when it was dismissed
    merged_into: int | None = None  # the report that has its signals now
    joins: int = 0  # signals that joined since `joins_since`: too many in a minute are only counted
    joins_since: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    untold: int = 0  # signals that joined and were only counted so far
    version: int = 1  # grows with every change that Slack should show
    drawn_version: int = 0  # the version that Slack shows
    told_epoch: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}
    )  # the epoch of the filing up to which reporters in Slack were told
    told_words: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))  # hash of what
    publisher: str = ""  # the publish job that holds the pen
    publisher_until: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))

    @property
    def ref(self) -> str:
        """How people call it."""
        return f"SB-{self.id}"


class ShownPlan(SQLModel, table=True):
    """One revision of a report's plan; an approval names its hash."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("report_id", "revision", name="uq_plan_revision"),)

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    revision: int
    hash: str
    body: Plan = Field(sa_column=Column(Typed(Plan), nullable=False))
    because: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # the guidance that led to it
    made_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    step: str | None = Field(default=None, unique=True)  # (job, step) that proposed it
    posted_ts: str = ""  # Slack ts of the message that shows it; empty until it is shown
    expires_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))


class AskedQuestion(SQLModel, table=True):
    """A question in the thread, and its answer."""

    __tablename__ = "question"

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    body: Question = Field(sa_column=Column(Typed(Question), nullable=False))
    asked_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    step: str | None = Field(default=None, unique=True)  # (job, step) that asked it
    answer: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    answered_by: str = ""
    answered_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))


class Decision(StrEnum):
    """What a human decided about a report."""

    APPROVE = "approve"
    NOT_NOW = "not_now"
    GUIDE = "guide"
    ANSWER = "answer"
    RETRY = "retry"
    DISMISS = "dismiss"
    PERMIT = "permit"  # the words for which a fix was kept back are fine
    GO_ON = "go_on"  # with the fix, although somebody else may be at it
    STOP = "stop"  # end the work that goes on; the report stays
    REFUSED = "refused"  # somebody without the right tried


class Approval(SQLModel, table=True):
    """Who said what, when, to which plan. Also keeps the tries that were refused."""

    __tablename__ = "approval"

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    decision: Decision = Field(sa_column=Column(Named(Decision), nullable=False))
    plan_revision: int = 0
    plan_hash: str = ""
    by: str
    via: str  # button, reply, command or standing
    standing_id: int | None = None  # the standing approval by which it was given
    words: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    lapsed_because: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))  # or deleted
    message: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})  # of a reply: `channel/ts`


class CheckState(StrEnum):
    """What CI says about a commit, all its checks taken together."""

    NONE = "none"  # no check has been reported
    PENDING = "pending"
    GREEN = "green"
    RED = "red"


class Fix(SQLModel, table=True):
    """Our attempt at a report: branch, proof, pull request, rounds. One per plan revision."""

    __tablename__ = "fix"
    __table_args__ = (UniqueConstraint("report_id", "plan_revision", name="uq_fix_plan"),)

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    plan_revision: int
    repository: str
    branch: str
    base_sha: str
    started_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    rounds: int = 0  # proven pushes: 1 after the first, one more for each red check mended
    granted: int = 0  # rounds beyond the policy's that people granted by pressing Retry
    submission: FixSubmission | None = Field(default=None, sa_column=Column(Typed(FixSubmission)))
    patch: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # against base_sha
    proof: Proof | None = Field(default=None, sa_column=Column(Typed(Proof)))
    objections: tuple[str, ...] = Field(  # a reviewer's, to `patch` as it is: it was proven, and not pushed
        default=(), sa_column=Column(Typed(tuple[str, ...]), nullable=False, server_default="[]")
    )
    head_sha: str = ""  # as pushed
    pushed_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    number: int | None = None  # of the pull request
    url: str = ""
    opened_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))  # the pull request, by us
    checks: CheckState = Field(default=CheckState.NONE, sa_column=Column(Named(CheckState), nullable=False))
    red_log: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # of the failing checks
    heard: tuple[str, ...] = Field(default=(), sa_column=Column(Typed(tuple[str, ...]), nullable=False))  # remark ids
    ready: bool = False
    merged_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    merged_by: str = ""
    merge_sha: str = ""
    by_hand: str = Field(default="", sa_column_kwargs={"server_default": ""})  # whose own it is; empty: ours
    mended_in: str = Field(default="", sa_column_kwargs={"server_default": ""})  # what they say of that


class EntryKind(StrEnum):
    """What a line of the journal is about."""

    MOVE = "move"
    SIGNAL = "signal"
    CORRECTION = "correction"  # a merge, a split, or the undoing of one
    WORD = "word"  # something said by a person
    STAGE = "stage"  # a stage's judgment
    EFFECT = "effect"  # something done in the outside world
    TROUBLE = "trouble"


class Entry(SQLModel, table=True):
    """One line of what happened to a report. Written in the transaction of the change it tells of; never changed."""

    __tablename__ = "entry"
    __table_args__ = (Index("ix_entry_report", "report_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id")
    at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    kind: EntryKind = Field(sa_column=Column(Named(EntryKind), nullable=False))
    who: str = ""  # human (Slack user id), machine or world
    text: str = Field(sa_column=Column(Text, nullable=False))
    before: Status | None = Field(default=None, sa_column=Column(Named(Status)))
    after: Status | None = Field(default=None, sa_column=Column(Named(Status)))
    step: str | None = Field(default=None, unique=True)  # (job, step): writing the same one again is a no-op
    judgment: dict[str, object] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
