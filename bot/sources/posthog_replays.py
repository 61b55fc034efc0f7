"""PostHog's session replays: what its summaries of recordings found wrong, step by step with the times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from agents.errors import NotAtSource
from agents.terms import SourceTerms
from bot.sources.posthog_api import Project
from bot.sources.reading import Reading, moment, moment_in, name_in
from bot.sources.source import Position, Pulled
from storage.raw import RawSignal, Severity

PAGE = 25
_STEPS = 60  # of a session that are shown


@dataclass(frozen=True)
class Replays:
    """Reads the summaries of sessions that did not reach what they were for, in the order they were written."""

    project: Project
    terms: SourceTerms
    lookback: float  # seconds, at the first pull
    failing: dict[str, int] = field(default_factory=dict)

    def pull(self, cursor: str) -> Pulled:
        """At most PAGE sessions whose summary was written since the cursor."""
        at = Position.at(cursor, self.lookback)
        params = {
            "outcome": "failure", "order": "created_at", "date_from": at.since.isoformat(), "limit": str(PAGE)
        }  # fmt: skip
        listed = self.project.listed("single_session_summaries/", params)
        reading = Reading(self.project.name, _name, failing=self.failing)
        placed = reading.each(listed, _place)
        fresh = (each for each in placed if each[1][0] >= at.since and each[1][1] not in at.seen)
        rows = list(islice(fresh, PAGE))
        following = at.after([place for _, place in rows])
        read = reading.each([row for row, _ in rows], lambda row: self._signal(row, reading))
        signals = tuple(signal for _, signal in read if signal is not None)
        return Pulled(signals, following.model_dump_json(), more=len(rows) == PAGE, unread=reading.unread)

    def _signal(self, row: Mapping[str, Any], reading: Reading) -> RawSignal | None:
        """A session as a signal; None when its summary was deleted since it was listed."""
        session = str(row["session_id"])
        try:
            path = f"single_session_summaries/{session}/"
            page: dict[str, Any] = reading.beside(row, "its steps", lambda: self.project.get(path), {})
        except NotAtSource:
            return None
        summary = page.get("summary") or {}
        url = f"{self.project.page}/replay/{session}"
        steps = _steps(summary)
        blocked = any(step.get("exception") == "blocking" for step in steps)
        return RawSignal(
            source=self.project.name,
            external_id=_name(row),
            title=_title(row),
            body=_body(row, summary, url),
            url=url,
            author="PostHog",
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=Severity.ERROR if blocked else Severity.WARNING,
            keys=(f"posthog-session:{session}", f"url:{url}"),
            happened_at=moment(row.get("session_start_time") or row["created_at"]),
        )


def told(row: Mapping[str, Any], url: str) -> str:
    """A session as its summary's own page tells of it."""
    return f"{_title(row)}\n{_body(row, row.get('summary') or {}, url)}"


def _name(row: Mapping[str, Any]) -> str:
    return f"replay-{name_in(row, 'session_id')}"[:200]


def _place(row: Mapping[str, Any]) -> tuple[dt.datetime, str]:
    """When it was written, and by what it is known in the list. Raises Malformed."""
    return moment_in(row, "created_at"), f"{name_in(row, 'session_id')} {row['created_at']}"


def _title(row: Mapping[str, Any]) -> str:
    said = str((row.get("session_outcome") or {}).get("description") or "").strip()
    return said.split("\n")[0] or "A session that did not reach what it was for"


def _body(row: Mapping[str, Any], summary: Mapping[str, Any], url: str) -> str:
    """Enough to do the same again: where it began, each step with its time and page, and how each part ended."""
    started = moment(row["session_start_time"]).strftime("%Y-%m-%d %H:%M") if row.get("session_start_time") else "?"
    lines = [
        f"Session of {_span(row.get('session_duration'))}, started {started} UTC.",
        f"Session replay: {url}",
        "",
    ]
    lines += [_step(number, step) for number, step in enumerate(_steps(summary), 1)]
    parts = {part.get("index"): part for part in summary.get("segments") or []}
    ends = [end for end in summary.get("segment_outcomes") or [] if end.get("summary")]
    if ends:
        lines.append("")
    for end in ends:
        name = str((parts.get(end.get("segment_index")) or {}).get("name") or "Part")
        lines.append(f"{name} ({'reached' if end.get('success') else 'not reached'}): {end['summary']}")
    return "\n".join(lines).rstrip()


def _steps(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    steps = [step for part in summary.get("key_actions") or [] for step in part.get("events") or []]
    return sorted(steps, key=lambda step: int(step.get("milliseconds_since_start") or 0))[:_STEPS]


def _step(number: int, step: Mapping[str, Any]) -> str:
    minutes, seconds = divmod(int(step.get("milliseconds_since_start") or 0) // 1000, 60)
    felt = [word for word in ("confusion", "abandonment") if step.get(word)]
    if step.get("exception"):
        felt.insert(0, f"{step['exception']} exception")
    page = f" [{step['current_url']}]" if step.get("current_url") else ""
    return f"{number}. {minutes}:{seconds:02d} {step.get('description') or step.get('event') or '?'}{page}" + (
        f" ({', '.join(felt)})" if felt else ""
    )


def _span(seconds: object) -> str:
    minutes, rest = divmod(int(float(str(seconds or 0))), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
