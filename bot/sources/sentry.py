"""Sentry issues as signals: new, regressed and still firing ones, with the frames of their latest event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from agents.errors import SourceDown, SourceRejected
from agents.terms import SourceTerms, seconds
from bot.settings import Settings, secret
from bot.sources.source import Position, Pulled, option
from storage.raw import RawSignal, Severity

PAGES = 4
_SEVERITY = {"fatal": Severity.FATAL, "error": Severity.ERROR, "warning": Severity.WARNING}


@dataclass(frozen=True)
class SentryIssues:
    """Reads the unresolved issues of one organisation, or of one of its projects."""

    name: str
    terms: SourceTerms
    session: requests.Session
    url: str
    organisation: str
    query: str
    lookback: float  # seconds, at the first pull

    def pull(self, cursor: str) -> Pulled:
        """The issues last seen after the cursor, at most PAGES pages of them."""
        at = Position.at(cursor, self.lookback)
        issues = list(self._since(at))
        issues.reverse()
        signals = tuple(self._signal(issue) for issue in issues)
        following = at.after([(_moment(issue["lastSeen"]), _mark(issue)) for issue in issues])
        return Pulled(signals, following.model_dump_json())

    def _since(self, at: Position) -> Iterator[dict[str, Any]]:
        """Newest first, up to the first one that was read before."""
        where = f"{self.url}/api/0/organizations/{self.organisation}/issues/"
        params: dict[str, str] | None = {"query": self.query, "sort": "date", "statsPeriod": "14d", "limit": "25"}
        for _ in range(PAGES):
            response = self._get(where, params)
            for issue in response.json():
                if _moment(issue["lastSeen"]) < at.since:
                    return
                if _mark(issue) not in at.seen:
                    yield issue
            following = response.links.get("next", {})
            if following.get("results") != "true":
                return
            where, params = following["url"], None

    def _get(self, where: str, params: dict[str, str] | None = None) -> requests.Response:
        try:
            response = self.session.get(where, params=params, timeout=15)
        except requests.RequestException as error:
            raise SourceDown(
                f"Sentry did not answer ({type(error).__name__}); {self.name} is read again later"
            ) from error
        if (
            response.status_code == requests.codes.too_many_requests
            or response.status_code >= requests.codes.server_error
        ):
            wait = response.headers.get("Retry-After", "")
            raise SourceDown(
                f"Sentry answered {response.status_code}; {self.name} is read again later",
                float(wait) if wait.isdigit() else None,
            )
        if not response.ok:
            raise SourceRejected(
                f"Sentry answered {response.status_code} for the organisation {self.organisation!r}; check "
                f"SENTRY_TOKEN (it needs event:read) and sources.{self.name}.options"
            )
        return response

    def _signal(self, issue: dict[str, Any]) -> RawSignal:
        event = self._get(
            f"{self.url}/api/0/organizations/{self.organisation}/issues/{issue['id']}/events/latest/"
        ).json()
        frames = _frames(event)
        return RawSignal(
            source=self.name,
            external_id=issue["shortId"],
            occurrence=_occurrence(issue),
            title=str(issue["title"])[:500],
            body=_body(issue, event, frames)[:40_000],
            url=str(issue.get("permalink") or ""),
            author="Sentry",
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=_SEVERITY.get(str(issue.get("level")), Severity.INFO),
            reach=max(1, int(issue.get("userCount") or 0)),
            keys=_keys(issue, frames),
            happened_at=_moment(issue["lastSeen"]),
        )


def _mark(issue: dict[str, Any]) -> str:
    return f"{issue['shortId']} {issue['lastSeen']} {issue.get('count')}"


def _occurrence(issue: dict[str, Any]) -> str:
    """A regression is a new occurrence; one a day at the most, which is how long a release usually takes to settle."""
    return f"regressed {issue['lastSeen'][:10]}" if issue.get("substatus") == "regressed" else ""


def _frames(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The frames of the exception that was raised last, outermost first."""
    for entry in event.get("entries", []):
        if entry.get("type") == "exception":
            values = entry.get("data", {}).get("values") or []
            stack = (values[-1].get("stacktrace") or {}) if values else {}
            return list(stack.get("frames") or [])
    return []


def _keys(issue: dict[str, Any], frames: list[dict[str, Any]]) -> tuple[str, ...]:
    keys = [f"sentry:{issue['shortId']}"]
    if permalink := issue.get("permalink"):
        keys.append(f"url:{permalink}")
    kind = issue.get("metadata", {}).get("type", "")
    innermost = next((frame for frame in reversed(frames) if frame.get("inApp")), None)
    if innermost and kind:
        keys.append(f"frame:{innermost.get('filename')}:{innermost.get('function')}:{kind}")
    return tuple(keys)


def _body(issue: dict[str, Any], event: dict[str, Any], frames: list[dict[str, Any]]) -> str:
    """What a person would read on the issue's page. Counts are left out: they change with every event."""
    tags = {tag["key"]: tag["value"] for tag in event.get("tags", [])}
    lines = [
        str(issue["title"]),
        f"culprit: {issue.get('culprit', '')}",
        f"project: {issue.get('project', {}).get('slug', '')}",
        f"environment: {tags.get('environment', '')}   release: {tags.get('release', '')}",
        f"level: {issue.get('level', '')}   first seen: {issue.get('firstSeen', '')}",
        "",
        "Traceback (most recent call last):",
    ]
    for frame in frames:
        lines.append(f'  File "{frame.get("filename")}", line {frame.get("lineNo")}, in {frame.get("function")}')
        lines += [f"    {text.strip()}" for number, text in frame.get("context") or [] if number == frame.get("lineNo")]
    lines += ["", *(f"{key} = {value}" for key, value in sorted(tags.items()))]
    lines += [f"extra: {key} = {value}" for key, value in sorted((event.get("context") or {}).items())]
    return "\n".join(lines)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def open_source(name: str, terms: SourceTerms, settings: Settings) -> SentryIssues:
    """The unresolved issues of `options.organization`, by `options.query` if given, with SENTRY_TOKEN."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {secret(settings.sentry_token)}"
    return SentryIssues(
        name=name,
        terms=terms,
        session=session,
        url=settings.sentry_url.rstrip("/"),
        organisation=option(name, terms.options, "organization"),
        query=terms.options.get("query", "is:unresolved"),
        lookback=float(str(seconds(terms.options.get("lookback", "1d")))),
    )
