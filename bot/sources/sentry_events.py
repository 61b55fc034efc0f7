"""The latest event of a Sentry issue, as much of it as helps to find a cause: frames with variables, breadcrumbs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from agents.adapters.sessions import BoundedSession
from agents.errors import SourceRejected
from agents.terms import SourceTerms
from bot.settings import Settings, secret
from bot.sources.asking import Told
from bot.sources.source import ask, option
from storage.raw import clipped

_ISSUE = re.compile(r"[A-Za-z0-9_-]{1,80}")
_FRAMES = 40  # of each stack, the innermost
_VARIABLES = 20  # of a frame
_CRUMBS = 40  # the last
_LONGEST = 300  # characters of one value


@dataclass(frozen=True)
class SentryEvents(Told):
    """Reads events of one organisation."""

    session: requests.Session
    url: str
    organisation: str

    def event(self, issue: str) -> str:
        """The latest event of an issue, known by its short id or number. Raises SourceDown or SourceRejected."""
        if not _ISSUE.fullmatch(issue):
            raise SourceRejected(f"{issue!r} is no id of a Sentry issue; one is such as SHOP-4K1 or 5100000001")
        where = f"{self.url}/api/0/organizations/{quote(self.organisation, safe='')}/issues/{issue}/events/latest/"
        check = f"SENTRY_TOKEN (it needs event:read) and whether {self.organisation!r} has this issue"
        answer = self.asked(lambda: ask(self.session, where, None, name=self.name, whose="Sentry", check=check))
        event = answer.json()
        return "\n".join(_lines(event))


def _lines(event: dict[str, Any]) -> Iterator[str]:
    yield f"{event.get('title', '')} at {event.get('dateCreated', '')}"
    yield f"culprit: {event.get('culprit', '')}   release: {(event.get('release') or {}).get('version', '')}"
    for found in filter(None, (event.get("occurrence") or {}).get("evidenceDisplay") or []):
        yield f"{found.get('name')}: {_short(found.get('value') or '')}"
    for entry in event.get("entries") or []:
        yield from _entry(str(entry.get("type")), entry.get("data") or {})
    yield "tags: " + ", ".join(f"{tag.get('key')}={tag.get('value')}" for tag in event.get("tags") or [])
    for name, context in sorted((event.get("contexts") or {}).items()):
        yield f"{name}: {_short(context)}"
    for name, value in sorted((event.get("context") or {}).items()):
        yield f"extra {name}: {_short(value)}"


def _entry(kind: str, data: dict[str, Any]) -> Iterator[str]:
    match kind:
        case "exception":
            for value in filter(None, data.get("values") or []):
                yield from _exception(value)
        case "threads":
            yield from _threads(data.get("values") or [])
        case "stacktrace":
            yield "\nstack:"
            yield from _frames(data)
        case "breadcrumbs":
            yield from _breadcrumbs(data.get("values") or [])
        case "request":
            yield f"request: {data.get('method') or ''} {data.get('url') or ''}"
        case "message":
            yield f"message: {_short(data.get('formatted') or '')}"
        case _:
            return


def _threads(threads: list[dict[str, Any]]) -> Iterator[str]:
    """Those that crashed, whose exception has no stack of its own."""
    for thread in filter(None, threads):
        if (thread.get("crashed") or thread.get("current")) and thread.get("stacktrace"):
            yield f"\nthread {thread.get('name') or thread.get('id')}:"
            yield from _frames(thread["stacktrace"])


def _exception(value: dict[str, Any]) -> Iterator[str]:
    handled = (value.get("mechanism") or {}).get("handled")
    yield f"\n{value.get('type')}: {_short(value.get('value') or '')}{' (handled)' if handled else ''}"
    yield from _frames(value.get("stacktrace") or {})


def _frames(stack: dict[str, Any]) -> Iterator[str]:
    for frame in list(filter(None, stack.get("frames") or []))[-_FRAMES:]:
        own = "" if frame.get("inApp") else " (library)"
        yield f'  File "{frame.get("filename")}", line {frame.get("lineNo")}, in {frame.get("function")}{own}'
        yield from (f"    {number}: {text}" for number, text in frame.get("context") or [])
        variables = list((frame.get("vars") or {}).items())[:_VARIABLES]
        yield from (f"    {name} = {_short(what)}" for name, what in variables)


def _breadcrumbs(crumbs: list[dict[str, Any]]) -> Iterator[str]:
    yield "\nbreadcrumbs, oldest first:"
    for crumb in crumbs[-_CRUMBS:]:
        said = crumb.get("message") or _short(crumb.get("data") or "")
        yield f"  {crumb.get('timestamp')} {crumb.get('category')} {crumb.get('level')}: {_short(said)}"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else f"{clipped(plain, _LONGEST)} […]"


def open_lookup(name: str, terms: SourceTerms, settings: Settings) -> SentryEvents:
    """What a Sentry source of the policy can be asked, with SENTRY_TOKEN."""
    session = BoundedSession()
    session.headers["Authorization"] = f"Bearer {secret(settings.sentry_token)}"
    organisation = option(name, terms.options, "organization")
    return SentryEvents(name, terms, session, settings.sentry_url.rstrip("/"), organisation)
