"""What the loopback Sentry remembers of an issue, and how Sentry's API writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
UNTOUCHED: Json = {  # what people do to an issue, and nobody does here
    "numComments": 0,
    "assignedTo": None,
    "isBookmarked": False,
    "isSubscribed": False,
    "subscriptionDetails": None,
    "hasSeen": False,
    "annotations": [],
}


class IssueStatus(StrEnum):
    UNRESOLVED = "unresolved"
    RESOLVED = "resolved"
    IGNORED = "ignored"


class Substatus(StrEnum):
    NEW = "new"
    REGRESSED = "regressed"
    ESCALATING = "escalating"
    ONGOING = "ongoing"


@dataclass(frozen=True)
class Frame:
    """One frame of a stack; `in_app` is false for code of libraries."""

    filename: str
    line: int
    function: str
    code: str
    in_app: bool = True
    variables: Mapping[str, str] | None = None

    @property
    def module(self) -> str:
        return self.filename.removesuffix(".py").replace("/", ".")


@dataclass(frozen=True)
class Crumb:
    """One breadcrumb; `at` is a time in ISO 8601."""

    at: str
    message: str


@dataclass(frozen=True)
class ErrorSeen:
    """What is known of an error: an exception of `type` with `value`, raised through `frames`, outermost first."""

    short_id: str
    title: str
    project: str
    type: str
    value: str
    culprit: str
    frames: Sequence[Frame]
    level: str = "error"
    handled: bool = False
    events: int = 1
    users: int = 0
    environment: str = "production"
    release: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    breadcrumbs: Sequence[Crumb] = ()
    permalink: str = ""
    platform: str = "python"
    user: Mapping[str, str] | None = None  # who met it last

    def all_tags(self) -> dict[str, str]:
        """Its own tags and those that Sentry adds."""
        standard = {
            "environment": self.environment,
            "handled": "yes" if self.handled else "no",
            "level": self.level,
            "release": self.release,
        }
        return {name: value for name, value in {**standard, **self.tags}.items() if value}


@dataclass
class SentryIssue:
    """An issue: the error, how often it came, and what became of it."""

    id: str
    error: ErrorSeen
    first_seen: datetime
    last_seen: datetime
    events: int
    users: int
    status: IssueStatus = IssueStatus.UNRESOLVED
    substatus: Substatus | None = Substatus.NEW
    activity: list[tuple[str, datetime]] = field(default_factory=list)  # what became of it, oldest first
    came: list[tuple[datetime, int]] = field(default_factory=list)  # its events: when, and how many

    def seen_since(self, start: datetime) -> Json:
        """How often and when it came from a moment on."""
        since = [(at, events) for at, events in self.came if at >= start]
        count = sum(events for _, events in since)
        whole = count == self.events
        first = self.first_seen if self.first_seen >= start else min((at for at, _ in since), default=self.last_seen)
        return _seen(count, self.users if whole else min(self.users, count), first, self.last_seen)


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def project_number(slug: str) -> str:
    """The id that stands for a project; the same for the same name."""
    return str(450_000 + int(hashlib.sha256(slug.encode()).hexdigest()[:4], 16))


def _seen(count: int, users: int, first: datetime, last: datetime) -> Json:
    return {"count": str(count), "userCount": users, "firstSeen": stamp(first), "lastSeen": stamp(last)}


def _metadata(error: ErrorSeen) -> Json:
    innermost = error.frames[-1] if error.frames else None
    where = {"filename": innermost.filename, "function": innermost.function} if innermost else {}
    return {"type": error.type, "value": error.value, **where, "in_app_frame_mix": "mixed"}


def listed_json(issue: SentryIssue, base: str, organisation: str, start: datetime) -> Json:
    """An issue as a list shows it: its numbers are those of the time that the list is about.

    Those of all its life stand in `lifetime` (Sentry's StreamGroupSerializerSnuba).
    """
    whole = issue_json(issue, base, organisation)
    lifetime = {name: whole[name] for name in ("count", "userCount", "firstSeen", "lastSeen")}
    return {**whole, **issue.seen_since(start), "lifetime": {**lifetime, "stats": None}, "filtered": None}


def issue_json(issue: SentryIssue, base: str, organisation: str) -> Json:
    """An issue as its own page shows it."""
    error = issue.error
    return {
        "id": issue.id,
        "shareId": None,
        "shortId": error.short_id,
        "title": error.title,
        "culprit": error.culprit,
        "permalink": error.permalink or f"{base}/organizations/{organisation}/issues/{issue.id}/",
        "logger": None,
        "level": error.level,
        "status": issue.status.value,
        "statusDetails": {},
        "substatus": issue.substatus.value if issue.substatus else None,
        "isPublic": False,
        "platform": error.platform,
        "project": {
            "id": project_number(error.project),
            "name": error.project,
            "slug": error.project,
            "platform": error.platform,
        },
        "type": "error",
        "issueType": "error",
        "issueCategory": "error",
        "metadata": _metadata(error),
        "priority": "high" if error.level in ("error", "fatal") else "medium",
        **UNTOUCHED,
        "isUnhandled": not error.handled,
        **_seen(issue.events, issue.users, issue.first_seen, issue.last_seen),
        "stats": {"24h": []},
    }


def activity_json(issue: SentryIssue) -> list[Json]:
    """What became of an issue, newest first; only the issue's own page shows it."""
    began: list[tuple[str, datetime]] = [("first_seen", issue.first_seen)]
    return [
        {"id": f"{issue.id}{number}", "type": kind, "user": None, "data": {}, "dateCreated": stamp(at)}
        for number, (kind, at) in reversed(list(enumerate([*began, *issue.activity])))
    ]


def event_json(issue: SentryIssue) -> Json:
    """The latest event of an issue, with its exception, its breadcrumbs, tags and extra data."""
    error = issue.error
    event_id = hashlib.md5(f"{issue.id}/{issue.events}".encode(), usedforsecurity=False).hexdigest()
    entries: list[Json] = [{"type": "exception", "data": _exception(error)}]
    if error.breadcrumbs:
        crumbs = [_crumb(crumb) for crumb in error.breadcrumbs]
        entries.append({"type": "breadcrumbs", "data": {"values": crumbs}})
    return {
        "id": event_id,
        "eventID": event_id,
        "groupID": issue.id,
        "projectID": project_number(error.project),
        "dist": None,
        "size": 10_000,
        "type": "error",
        "title": error.title,
        "message": "",
        "platform": error.platform,
        "culprit": error.culprit,
        "location": error.frames[-1].filename if error.frames else None,
        "metadata": _metadata(error),
        "dateCreated": stamp(issue.last_seen),
        "dateReceived": stamp(issue.last_seen),
        "entries": entries,
        "tags": [{"key": name, "value": value} for name, value in sorted(error.all_tags().items())],
        "contexts": {"runtime": {"name": "CPython", "version": error.tags.get("python", ""), "type": "runtime"}},
        "context": dict(error.extra),
        "user": dict(error.user) if error.user else None,
        "release": {"version": error.release, "shortVersion": error.release} if error.release else None,
        "sdk": {"name": "sentry.python", "version": "2.40.0"},
        "errors": [],
        "packages": {},
        "fingerprints": [hashlib.md5(issue.id.encode(), usedforsecurity=False).hexdigest()],
        "nextEventID": None,
        "previousEventID": None,
        "_meta": {},
    }


def _exception(error: ErrorSeen) -> Json:
    has_system = any(not frame.in_app for frame in error.frames)
    stack = {
        "frames": [_frame(frame) for frame in error.frames],
        "framesOmitted": None,
        "registers": None,
        "hasSystemFrames": has_system,
    }
    value = {
        "type": error.type,
        "value": error.value,
        "module": None,
        "threadId": None,
        "mechanism": {"type": "generic", "handled": error.handled},
        "stacktrace": stack,
        "rawStacktrace": None,
    }
    return {"values": [value], "excOmitted": None, "hasSystemFrames": has_system}


def _frame(frame: Frame) -> Json:
    nothing = dict.fromkeys(("package", "instructionAddr", "symbolAddr", "symbol", "colNo", "errors", "trust"))
    return {
        **nothing,
        "filename": frame.filename,
        "absPath": frame.filename,
        "module": frame.module,
        "platform": None,
        "function": frame.function,
        "lineNo": frame.line,
        "context": [[frame.line, frame.code]],
        "inApp": frame.in_app,
        "vars": dict(frame.variables) if frame.variables else None,
    }


def _crumb(crumb: Crumb) -> Json:
    return {
        "type": "default",
        "category": "log",
        "level": "info",
        "timestamp": crumb.at,
        "message": crumb.message,
        "data": None,
        "event_id": None,
    }
