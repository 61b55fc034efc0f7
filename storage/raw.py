"""A signal before it is kept."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from storage.status import Visibility

SLACK = "slack"  # the source of what people write there


class Severity(StrEnum):
    """How bad, in the source's own words mapped to ours."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Unread(BaseModel):
    """Something that a source has and that makes no signal: what it is called there, what is wrong, when last seen."""

    model_config = ConfigDict(frozen=True)

    name: str
    why: str
    at: dt.datetime


class RawSignal(BaseModel):
    """What a source saw: validated, redacted by `Pipeline.ingest`, unjudged. No table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=1, max_length=40)
    external_id: str = Field(min_length=1, max_length=200)
    occurrence: str = Field(default="", max_length=200)  # a regression in the source is a new one; an edit is not
    title: str = Field(default="", max_length=500)
    body: str = Field(default="", max_length=40_000)
    url: str = Field(default="", max_length=2000)
    author: str = Field(default="", max_length=200)
    people: tuple[
        str, ...
    ] = ()  # names that the source marks as such: the redactor takes them out, they are never kept
    channel: str = Field(default="", max_length=40)  # Slack channel it came from or is routed to
    thread_ts: str = Field(default="", max_length=40)  # Slack message to answer to
    visibility: Visibility = Visibility.PUBLIC
    severity: Severity = Severity.WARNING
    reach: int = Field(default=1, ge=0)  # how many people met it, as far as the source knows
    keys: tuple[str, ...] = ()  # exact keys the source knows: fingerprint, issue URL, top in-app frame, error code
    happened_at: dt.datetime
    asked_by: str = ""  # the Slack user who asked for an investigation; empty when it came by itself
