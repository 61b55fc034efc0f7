"""What tools send in forms of their own, read leniently: a field that is absent, null or of another type is empty.

A tool does not read our answers, and nobody corrects what it sends. So one odd field loses that field, not the signal.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from bot.sources.webhooks.schema import (
    ADDRESS,
    BODY_LIMIT,
    KEY_LIMIT,
    LABEL_LIMIT,
    MOST,
    NAME_LIMIT,
    TITLE_LIMIT,
    URL_LIMIT,
    WebhookSignal,
)
from storage.raw import Severity, clipped, possible

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MOMENT: TypeAdapter[dt.datetime] = TypeAdapter(AwareDatetime)
_BEFORE_ALL = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # what has not begun is year 1 in Go
_WORDS_FOR: Mapping[Severity, str] = {
    Severity.FATAL: "critical fatal page emergency disaster blocker highest urgent p0 p1 sev0 sev1 1",
    Severity.ERROR: "error high major p2 sev2 2",
    Severity.WARNING: "warning warn medium average moderate p3 sev3 3",
    Severity.INFO: "info information informational notice minor low lowest trivial none p4 p5 sev4 sev5 4 5",
}
_SEVERITIES = {word: severity for severity, words in _WORDS_FOR.items() for word in words.split()}
_PARTS = re.compile(r"[A-Za-z]+\d*|\d+")


class Unreadable(ValueError):
    """What arrived is not what the tool of this form sends. The message says what was looked for."""


@dataclass(frozen=True)
class Sent:
    """One signal of a request, and what tells it from another delivery."""

    signal: WebhookSignal
    delivery: str


@dataclass(frozen=True)
class Reading:
    """What a request of a tool holds: signals, and how much that is none, such as an alert that is over."""

    sent: tuple[Sent, ...] = ()
    ignored: int = 0


def _word(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _table(value: object) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> list[dict[Any, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


Word = Annotated[str, BeforeValidator(_word)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_list)]
ByName = Annotated[dict[str, Word], BeforeValidator(_table)]
Table = BeforeValidator(_table)
Tables = BeforeValidator(_tables)


class Lenient(BaseModel):
    """Part of what a tool sends. What it has beyond these fields is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def fitted(
    *,
    title: str,
    id: str,  # noqa: A002 as the schema names it
    body: str = "",
    occurrence: str = "",
    severity: Severity = Severity.WARNING,
    url: str = "",
    author: str = "",
    people: Iterable[str] = (),
    keys: Iterable[str] = (),
    labels: Iterable[str] = (),
    happened_at: str = "",
) -> WebhookSignal:
    """A signal of whatever texts: what the schema does not take is cut, replaced or left out."""
    one_line = " ".join(_storable(title).split())
    return WebhookSignal(
        title=clipped(one_line, TITLE_LIMIT) or "(no title)",
        body=clipped(_storable(body), BODY_LIMIT),
        id=_name(id),
        occurrence=_name(occurrence),
        severity=severity,
        url=url if len(url) <= URL_LIMIT and re.match(ADDRESS, url) and not _UNSTORABLE.search(url) else "",
        author=_name(author),
        people=tuple(filter(None, map(_name, people)))[:MOST],
        keys=tuple(_storable(key) for key in keys if 0 < len(key) <= KEY_LIMIT)[:MOST],
        labels=tuple(_storable(label) for label in labels if 0 < len(label) <= LABEL_LIMIT)[:MOST],
        happened_at=_moment(happened_at),
    )


def severity_of(*words: str) -> Severity:
    """What the first of these words that says how bad it is means; a warning when none does."""
    told = (part for word in words for part in (word.strip(), *_PARTS.findall(word)))  # "P1 - Critical", "SEV-2"
    return next(filter(None, (_SEVERITIES.get(part.lower()) for part in told)), Severity.WARNING)


def digest(text: str) -> str:
    """A short name of a text."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:24]


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)


def _name(text: str) -> str:
    """On one line; what is too long for a name is named by its digest, since a cut would make two of them one."""
    line = _CONTROL.sub(" ", _storable(text)).strip()
    return line if len(line) <= NAME_LIMIT else digest(line)


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = possible(_MOMENT.validate_python(text))
    except (ValidationError, ValueError):
        return None
    return moment if moment > _BEFORE_ALL else None
