"""A signal before it is kept."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from storage.columns import now
from storage.status import Visibility

SLACK = "slack"  # the source of what people write there

_SEPARATOR = re.compile(r"""[\s,;"'<>(){}\[\]|&]""")
_GOES_ON = re.compile(
    r"""(?:(?<![^\W\d])[+(]?\d[\d ().-]*|\b[A-Z]{2}\d{2}[A-Z0-9 ]*|[=:]\s*(?:"[^"\n]*|'[^'\n]*))\Z"""
)  # a card, an account, a telephone number; what somebody set between quotation marks
_LONGEST_TOKEN = 8_000  # characters; no secret of one piece is longer
_LAST_LINE = 300  # characters; a line that is cut and no longer goes whole


def clipped(text: str, most: int) -> str:
    """The beginning of a raw text, for the sake of time and memory. What stands across the limit goes too.

    Half of a secret would not be recognised as one. What is shown is cut elsewhere, once it is redacted.
    """
    return text if len(text) <= most else unended(text[:most])


def unended(text: str) -> str:
    """A text that was cut off at its end, without the line or the token that may have been cut.

    Without a line's end nearby also without the groups of a number, or the words of a quoted value, that go on there.
    """
    near = max(0, len(text) - min(_LAST_LINE, len(text) // 4))
    line = text.rfind("\n", near)
    if line >= 0:
        return text[:line]
    begin = max(0, len(text) - _LONGEST_TOKEN)
    space = text.rfind(" ", near)  # a value may hold any other separator
    token = next((at for at in range(len(text) - 1, begin - 1, -1) if _SEPARATOR.match(text, at)), begin)
    end = space if space >= 0 else token
    begun = _GOES_ON.search(text, max(0, end - _LAST_LINE), end)
    return text[: begun.start() if begun else end].rstrip(" ")


def _at_most(limit: int) -> BeforeValidator:
    return BeforeValidator(lambda value: clipped(value, limit) if isinstance(value, str) else value)


def possible(moment: dt.datetime) -> dt.datetime:
    """A moment, in UTC. Raises ValueError for one that no clock shows: databases would not take it, or not give it."""
    try:
        utc = moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("no calendar has it") from error
    if moment.tzinfo is None or utc > now() + _A_YEAR:
        raise ValueError("it has no zone, or lies more than a year ahead")
    return utc


class Part(BaseModel):
    """Some of a raw body: so many of its characters, of which at most so many are kept once they are redacted."""

    model_config = ConfigDict(frozen=True)

    length: int
    most: int


_RAW = 5  # times as much as is kept is read
_A_YEAR = dt.timedelta(days=366)
NAME_LIMIT = 200  # characters of an external id and of an occurrence
TITLE_LIMIT, BODY_LIMIT, URL_LIMIT, AUTHOR_LIMIT, KEY_LIMIT = 500, 40_000, 2000, 200, 300  # characters that are kept
LABEL_LIMIT, MOST_LABELS = 100, 20


def parted(*pieces: tuple[str, int]) -> tuple[str, tuple[Part, ...]]:
    """A body of several texts, each with how many of its characters are kept at most, and its parts."""
    bounded = [(clipped(text, most * _RAW), most) for text, most in pieces]
    return "".join(text for text, _ in bounded), tuple(Part(length=len(text), most=most) for text, most in bounded)


class Severity(StrEnum):
    """How bad, in the source's own words mapped to ours."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Unread(BaseModel):
    """Something that a source has and that makes no signal, or one that lacks something: what it is called there, what
    is wrong, when last seen.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    why: str
    at: dt.datetime
    in_part: bool = False  # it is a signal, and not all that its source has of it could be read


class RawSignal(BaseModel):
    """What a source saw: validated, redacted and cut to size by `Redactor.raw`, unjudged. No table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=1, max_length=40)
    external_id: str = Field(min_length=1, max_length=NAME_LIMIT)
    occurrence: str = Field(
        default="", max_length=NAME_LIMIT
    )  # a regression in the source is a new one; an edit is not
    title: Annotated[str, _at_most(TITLE_LIMIT * _RAW)] = ""  # as these four come; the redactor cuts them to size
    body: Annotated[str, _at_most(BODY_LIMIT * _RAW)] = ""
    url: Annotated[str, _at_most(URL_LIMIT * _RAW)] = ""
    author: Annotated[str, _at_most(AUTHOR_LIMIT * _RAW)] = ""
    parts: tuple[Part, ...] = ()  # of the body, as long as it is raw; empty: it is one
    people: tuple[
        str, ...
    ] = ()  # names that the source marks as such: the redactor takes them out, they are never kept
    channel: str = Field(default="", max_length=40)  # Slack channel it came from or is routed to
    thread_ts: str = Field(default="", max_length=40)  # Slack message to answer to
    visibility: Visibility = Visibility.PUBLIC
    severity: Severity = Severity.WARNING
    reach: int = Field(default=1, ge=0)  # how many people met it, as far as the source knows
    keys: tuple[
        Annotated[str, _at_most(KEY_LIMIT * _RAW)], ...
    ] = ()  # exact keys the source knows: fingerprint, issue URL, top in-app frame, error code
    labels: tuple[
        Annotated[str, _at_most(LABEL_LIMIT * _RAW)], ...
    ] = ()  # what its source files it under: labels, components, tags; compared within the source, shown to nobody
    happened_at: Annotated[dt.datetime, AfterValidator(possible)]
    asked_by: str = ""  # the Slack user who asked for an investigation; empty when it came by itself
