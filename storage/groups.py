"""How signals came to be under their reports, and what people said about that."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Named, Typed, UtcTime, now
from storage.status import Dismissal, Status

NEAR = 0.2  # likelihood from which people are asked about a candidate that was rejected


class Route(StrEnum):
    """How a candidate report was found."""

    KEY = "key"
    NAME = "name"  # the signal says what one of its signals is called, or what it is called itself
    TEXT = "text"
    QUERY_VECTOR = "query_vector"
    SIGNAL_VECTOR = "signal_vector"


class Weighed(BaseModel):
    """A candidate as it was when a signal was placed. Its title is looked up: titles change, and may be erased."""

    model_config = ConfigDict(frozen=True)

    report_id: int
    subject: str
    status: Status
    ranks: dict[Route, int]
    score: float
    similarity: float
    likelihood: float
    shared_keys: tuple[str, ...]


class Considered(BaseModel):
    """What a placement was decided on: what was looked for, what was found, who judged, and what nearly fitted."""

    model_config = ConfigDict(frozen=True)

    queries: tuple[str, ...] = ()
    candidates: tuple[Weighed, ...] = ()
    judge: str = ""  # the model, or the offline engine; empty when nobody had to judge
    refused: bool = False  # it was asked, and gave no judgment
    stays: bool = False  # it was edited, and not judged again
    near_miss: int | None = None  # the report of the candidate that was rejected and yet is likely


class Placement(SQLModel, table=True):
    """Where a signal was filed, and why; once per revision of the signal. Goes when the signal's words go."""

    __tablename__ = "placement"

    id: int | None = Field(default=None, primary_key=True)
    step: str = Field(unique=True)  # (job, step) that filed it
    signal_id: int = Field(foreign_key="signal.id", index=True)
    report_id: int = Field(foreign_key="report.id", index=True)  # where it went then; people may have moved it since
    opened: bool = False  # whether the report was opened for it
    quiet: bool = False  # only counted, because many came at once
    at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    keys: tuple[str, ...] = Field(default=(), sa_column=Column(Typed(tuple[str, ...]), nullable=False))
    considered: Considered = Field(default=Considered(), sa_column=Column(Typed(Considered), nullable=False))


class CorrectionKind(StrEnum):
    """What people do about a grouping."""

    MERGE = "merge"
    SPLIT = "split"


class Correction(SQLModel, table=True):
    """A merge of one report into another, or a split of signals off it, by a person; may be undone."""

    __tablename__ = "correction"

    id: int | None = Field(default=None, primary_key=True)
    kind: CorrectionKind = Field(sa_column=Column(Named(CorrectionKind), nullable=False))
    report_id: int = Field(foreign_key="report.id", index=True)  # that was merged away, or split
    other_id: int = Field(foreign_key="report.id", index=True)  # that took the signals
    signals: tuple[int, ...] = Field(default=(), sa_column=Column(Typed(tuple[int, ...]), nullable=False))
    by: str
    at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))
    before: Status = Field(sa_column=Column(Named(Status), nullable=False))  # of `report_id`
    reason_before: Dismissal | None = Field(default=None, sa_column=Column(Named(Dismissal)))
    # how the report was called that went on with more signals, or fewer; empty where it is not known, or erased
    title_before: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    gist_before: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    subject_before: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    undone_by: str = ""  # empty while it stands
    undone_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))


class PairKind(StrEnum):
    """What is known about two reports."""

    NEAR_MISS = "near_miss"  # they may be one problem; people are asked
    APART = "apart"  # people said that they are two


class Pair(SQLModel, table=True):
    """Two reports that were compared; `one_id` is the older. What people say about them stands until they say else."""

    __tablename__ = "pair"
    __table_args__ = (UniqueConstraint("one_id", "other_id", name="uq_pair_reports"),)

    id: int | None = Field(default=None, primary_key=True)
    one_id: int = Field(foreign_key="report.id", index=True)
    other_id: int = Field(foreign_key="report.id", index=True)
    kind: PairKind = Field(sa_column=Column(Named(PairKind), nullable=False))
    likelihood: float = 0.0  # by words and labels, when it was a near miss
    by: str = ""  # who said that they are two
    at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False))

    def other(self, report_id: int) -> int:
        """The other one of the two."""
        return self.other_id if report_id == self.one_id else self.one_id
