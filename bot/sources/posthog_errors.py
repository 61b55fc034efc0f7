"""PostHog's error tracking: the active issues, with the stack of the event that opened each occurrence."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from agents.errors import NotAtSource
from agents.terms import SourceTerms
from bot.sources.posthog_api import Project
from bot.sources.reading import Reading, moment, moment_in, name_in
from bot.sources.source import Position, Pulled, frame_keys
from storage.columns import now
from storage.raw import RawSignal, Severity, clipped

PAGE = 25
_WINDOW = dt.timedelta(days=30)  # in which an issue's users and events are counted at most
_FRAMES = 60  # of a stack that are shown, the innermost
_CAUSES, _SAID = 5, 4_000  # errors before the last that are named, and characters of each
_REMEMBERED = 200  # issues that are known as resolved, and as reopened
_SEVERITY = {"fatal": Severity.FATAL, "warning": Severity.WARNING, "info": Severity.INFO, "debug": Severity.INFO}


Placed = tuple[dict[str, Any], tuple[dt.datetime, str]]
"""A row, when it was last seen, and by what it is known in the list."""


class ErrorsPosition(Position):
    """How far the issues have been read, which ones were resolved then, and since when others are open again.

    PostHog does not say when it reopened an issue; we see that one we knew as resolved is active.
    """

    resolved: tuple[str, ...] = ()
    reopened: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Issues:
    """Reads the active issues of a project, the one that was quiet longest first."""

    project: Project
    terms: SourceTerms
    lookback: float  # seconds, at the first pull
    failing: dict[str, int] = field(default_factory=dict)

    def pull(self, cursor: str) -> Pulled:
        """About PAGE issues that had an event since the cursor."""
        at = ErrorsPosition.at(cursor, self.lookback)
        reading = Reading(self.project.name, _name, failing=self.failing)
        listed, more = self._since(at, reading)
        placed = [each for each in listed if each[1][1] not in at.seen]
        active = {str(row["id"]): seen for row, (seen, _) in placed}
        again = {issue: active[issue].isoformat() for issue in active if issue in at.resolved}
        reopened = dict([*at.reopened.items(), *again.items()][-_REMEMBERED:])
        resolved = dict.fromkeys([*self._resolved(), *(issue for issue in at.resolved if issue not in active)])
        after = at.after_events([place for _, place in listed])
        following = ErrorsPosition(
            since=after.since, seen=after.seen, resolved=tuple(resolved)[:_REMEMBERED], reopened=reopened
        )
        read = reading.each(
            [row for row, _ in placed], lambda row: self._signal(row, reopened.get(str(row["id"]), ""), reading)
        )
        signals = tuple(signal for _, signal in read)
        return Pulled(signals, following.model_dump_json(), more, unread=reading.unread)

    def _since(self, at: ErrorsPosition, reading: Reading) -> tuple[list[Placed], bool]:
        """Issues by their last event, each with that moment and its mark, and whether there are more.

        Those seen before are among them; the pages end with the first one that holds another.
        """
        listed: list[Placed] = []
        offset = 0
        while True:
            answer = self.project.query(_query(at.floor, status="active", limit=PAGE, offset=offset))
            listed += reading.each(answer["results"], _place)
            more = bool(answer.get("hasMore") and answer["results"])  # or an empty page that promises more is endless
            if not more or any(mark not in at.seen for _, (_, mark) in listed):
                return listed, more
            offset += PAGE

    def _resolved(self) -> list[str]:
        query = _query(now() - _WINDOW, status="resolved", limit=_REMEMBERED, orderDirection="DESC")
        return [str(row["id"]) for row in self.project.query(query)["results"] if row and row.get("id")]

    def _signal(self, row: Mapping[str, Any], reopened: str, reading: Reading) -> RawSignal:
        began = moment(reopened) if reopened else moment_in(row, "first_seen")
        window = max(began, now() - _WINDOW)
        query = _query(window, issueId=str(row["id"]), limit=1, withAggregations=True, withFirstEvent=True)
        found: list[dict[str, Any]] = reading.beside(row, "its stack and its counts", lambda: self._found(query), [])
        issue = {**row, **found[0]} if found else dict(row)
        event = _properties(issue.get("first_event"))
        url = f"{self.project.page}/error_tracking/{row['id']}"
        counts = issue.get("aggregations") or {}
        return RawSignal(
            source=self.project.name,
            external_id=_name(row),
            occurrence=f"reopened {reopened}" if reopened else "",
            title=_title(issue),
            body=self._body(issue, event, shows_beginning=window == began),
            url=url,
            author="PostHog",
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=_SEVERITY.get(str(event.get("$exception_level")), Severity.ERROR),
            reach=max(1, int(counts.get("users") or 0)),
            keys=_keys(issue, event, url),
            happened_at=moment(row["last_seen"]),
        )

    def _found(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            return list(self.project.query(query)["results"])
        except NotAtSource:  # it was deleted since it was listed
            return []

    def _body(self, issue: Mapping[str, Any], event: Mapping[str, Any], *, shows_beginning: bool) -> str:
        """What a person would read on the issue's page; the same as long as the issue does not change."""
        counts = issue.get("aggregations") or {}
        lines = [
            _title(issue),
            f"first seen: {issue.get('first_seen', '')}   library: {event.get('$lib') or issue.get('library') or ''}",
            f"occurrences: {_about(counts.get('occurrences'))}   users: {_about(counts.get('users'))}",
        ]
        lines += _causes(event)
        if page := event.get("$current_url"):
            lines.append(f"page: {page}")
        if shows_beginning and (session := event.get("$session_id")):
            lines.append(f"session replay: {self.project.page}/replay/{session}")
        frames = _frames(event)
        if frames:
            lines += ["", "Traceback (most recent call last):"]
        for frame in frames[-_FRAMES:]:
            line = frame.get("line") or frame.get("lineno")
            lines.append(f'  File "{_source(frame)}", line {line}, in {_function(frame)}')
        lines += ["", *(f"{key[1:]} = {event[key]}" for key in ("$browser", "$os", "$app_version") if event.get(key))]
        return "\n".join(lines).rstrip()


def _query(since: dt.datetime, **more: Any) -> dict[str, Any]:
    """An ErrorTrackingQuery, as PostHog's published schema has it."""
    return {
        "kind": "ErrorTrackingQuery",
        "orderBy": "last_seen",
        "orderDirection": "ASC",
        "dateRange": {"date_from": since.astimezone(dt.UTC).isoformat()},
        "volumeResolution": 0,
        "withAggregations": False,
        "withFirstEvent": False,
        "withLastEvent": False,
        **more,
    }


def _name(row: Mapping[str, Any]) -> str:
    return f"error-{name_in(row, 'id')}"


def _place(row: Mapping[str, Any]) -> tuple[dt.datetime, str]:
    """When it was last seen, and by what it is known in the list. Raises Malformed."""
    return moment_in(row, "last_seen"), f"{name_in(row, 'id')} {row['last_seen']}"


def _title(issue: Mapping[str, Any]) -> str:
    """`TypeError: x is undefined`: an issue's name is the exception's type, its description the value."""
    name, description = str(issue.get("name") or "Unnamed error"), str(issue.get("description") or "")
    return f"{name}: {description}" if description and description != name else name


def _properties(event: Any) -> dict[str, Any]:
    """An event's properties, which PostHog sends as text."""
    given = (event or {}).get("properties") or {}
    return dict(json.loads(given)) if isinstance(given, str) else dict(given)


def _frames(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The frames of the exception that was raised last, outermost first; of a cause if it has none."""
    stacks = ((raised or {}).get("stacktrace") or {} for raised in event.get("$exception_list") or [])
    found = ([frame for frame in stack.get("frames") or [] if frame] for stack in stacks)
    return next(filter(None, found), [])


def _causes(event: Mapping[str, Any]) -> list[str]:
    """The errors before the last, newest first."""
    causes = list(filter(None, (event.get("$exception_list") or [])[1:]))[:_CAUSES]
    return [
        f"before it: {cause.get('type') or 'an error'}: {clipped(str(cause.get('value') or ''), _SAID)}"
        for cause in causes
    ]


def _source(frame: Mapping[str, Any]) -> object:
    """The file, as PostHog writes a frame that it resolved, or as the product's own code sent it."""
    return frame.get("source") or frame.get("filename")


def _function(frame: Mapping[str, Any]) -> str:
    return str(frame.get("resolved_name") or frame.get("mangled_name") or frame.get("function") or "?")


def _keys(issue: Mapping[str, Any], event: Mapping[str, Any], url: str) -> tuple[str, ...]:
    """By what the same problem is known exactly: the issue, its fingerprint, its top in-app frame with the error."""
    keys = [f"posthog:{issue['id']}", f"url:{url}"]
    if fingerprint := event.get("$exception_fingerprint"):
        keys.append(f"posthog-fingerprint:{fingerprint}")
    kind = str((event.get("$exception_types") or [issue.get("name")])[0] or "")
    keys += frame_keys(*_top(issue, _frames(event)), kind)
    keys += [f"url:{each['external_url']}" for each in issue.get("external_issues") or [] if each.get("external_url")]
    return tuple(keys)


def _top(issue: Mapping[str, Any], frames: Sequence[Mapping[str, Any]]) -> tuple[object, object]:
    """The file and the function of the innermost frame that is the product's own."""
    innermost = next((frame for frame in reversed(frames) if frame.get("in_app")), None)
    if innermost is not None:
        return _source(innermost), _function(innermost)
    return issue.get("source"), issue.get("function")


def _about(count: object) -> str:
    """A number by its size, so that the text stays the same: 7 is `1 or more`, 1204 is `1000 or more`."""
    digits = str(int(float(str(count or 0))))
    return f"1{'0' * (len(digits) - 1)} or more" if int(digits) else "0"
