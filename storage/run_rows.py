"""Rows by which a run can be read afterwards, and what each call of a model cost."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Named, UtcTime, now
from storage.judgments import Outcome, Stage


class Run(SQLModel, table=True):
    """One job's work at a stage on a report, turn by turn. Its key is the job's id.

    A strand of it has a row of its own; its key is the run's, a slash, and its name.
    """

    __tablename__ = "run"

    key: str = Field(primary_key=True, max_length=100)
    stage: Stage = Field(sa_column=Column(Named(Stage), nullable=False))
    report_id: int = Field(foreign_key="report.id", index=True)
    source: str = ""  # of the report's first signal when the run began
    repository: str = ""
    began_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False, index=True))
    ended_at: dt.datetime | None = Field(default=None, sa_column=Column(UtcTime))
    seconds: float = 0.0  # of work, once it ended: waits and crashes do not count
    outcome: Outcome | None = Field(default=None, sa_column=Column(Named(Outcome)))  # None: it goes on
    sentence: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # why it ended


class ToolUse(SQLModel, table=True):
    """One call of a tool in a run. A turn that is repeated replaces its rows, so none counts twice."""

    __tablename__ = "tool_use"
    __table_args__ = (UniqueConstraint("run", "turn", "place", name="uq_tool_use_place"),)

    id: int | None = Field(default=None, primary_key=True)
    run: str = Field(foreign_key="run.key", max_length=100)
    turn: int  # 1-based
    place: int  # within the turn, from 0
    tool: str = Field(max_length=80)
    line: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # what it did, redacted, short
    size: int = 0  # bytes of its answer
    seconds: float = 0.0
    failed: bool = False


class ModelCall(SQLModel, table=True):
    """One call of a model. Reserved with its estimated cost before the call, settled with the real one after.

    One that died with its process is settled with nothing, when its turn is asked for anew or an hour has passed.
    """

    __tablename__ = "model_call"

    id: int | None = Field(default=None, primary_key=True)
    stage: str
    subject: str = ""
    report_id: int | None = Field(default=None, foreign_key="report.id", index=True)
    signal_id: int | None = Field(default=None, foreign_key="signal.id", index=True)
    model: str
    run: str = Field(default="", max_length=100, index=True, sa_column_kwargs={"server_default": ""})
    turn: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # of the run, or the try; 0: not known
    started_at: dt.datetime = Field(default_factory=now, sa_column=Column(UtcTime, nullable=False, index=True))
    seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float = 0.0  # estimated until settled
    settled: bool = False
    stop_reason: str = ""
