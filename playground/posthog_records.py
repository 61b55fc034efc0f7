"""What the loopback PostHog remembers, and how PostHog's API writes it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
_NAMES = uuid.UUID("6f1d3f0e-2b1f-4b8a-9b53-0d6f6d0b7f11")


class IssueState(StrEnum):
    ACTIVE = "active"
    RESOLVED = "resolved"
    SUPPRESSED = "suppressed"


class AlertState(StrEnum):
    FIRING = "Firing"
    NOT_FIRING = "Not firing"
    ERRORED = "Errored"


@dataclass(frozen=True)
class Event:
    """One $exception event."""

    at: datetime
    person: str
    properties: Mapping[str, Any]

    def as_json(self) -> Json:
        return {
            "uuid": named(f"{self.at.isoformat()} {self.person}"),
            "distinct_id": self.person,
            "timestamp": stamp(self.at),
            "properties": json.dumps(dict(self.properties)),
        }


@dataclass
class Issue:
    """An error-tracking issue; its name is the exception's type, its description the value."""

    id: str
    name: str
    description: str
    events: list[Event]
    state: IssueState = IssueState.ACTIVE
    function: str = ""
    source: str = ""

    def within(self, since: datetime) -> list[Event]:
        return [event for event in self.events if event.at >= since]

    def as_json(self, seen: Sequence[Event], query: Mapping[str, Any]) -> Json:
        """The issue as a query over these of its events shows it."""
        people = {event.person for event in seen}
        sessions = {event.properties.get("$session_id") for event in seen}
        aggregations = {
            "occurrences": len(seen), "sessions": len(sessions), "users": len(people), "volume_buckets": []
        }  # fmt: skip
        return {
            "id": self.id,
            "status": self.state.value,
            "name": self.name,
            "description": self.description,
            "first_seen": stamp(self.events[0].at),
            "last_seen": stamp(seen[-1].at),
            "function": self.function or None,
            "source": self.source or None,
            "library": "posthog-python",
            "assignee": None,
            "cohort": None,
            "external_issues": [],
            "aggregations": aggregations if query.get("withAggregations") else None,
            "first_event": seen[0].as_json() if query.get("withFirstEvent") else None,
            "last_event": seen[-1].as_json() if query.get("withLastEvent") else None,
        }


@dataclass(frozen=True)
class Step:
    """One thing a person did in a session."""

    at: float  # seconds since the session began
    description: str
    url: str = ""
    exception: str = ""  # blocking or non-blocking
    confusion: bool = False
    abandonment: bool = False

    def as_json(self, session: str, number: int) -> Json:
        return {
            "description": self.description,
            "abandonment": self.abandonment,
            "confusion": self.confusion,
            "exception": self.exception or None,
            "event_id": f"e{number:03d}",
            "milliseconds_since_start": int(self.at * 1000),
            "current_url": self.url or None,
            "event": "$autocapture",
            "event_index": number,
            "session_id": session,
        }


@dataclass(frozen=True)
class Part:
    """A part of a session: what the person was about, and how it ended."""

    name: str
    steps: tuple[Step, ...]
    ended: str
    success: bool


@dataclass(frozen=True)
class SessionSummary:
    """What PostHog wrote about a recorded session."""

    session_id: str
    outcome: str
    success: bool
    started: datetime
    seconds: int
    parts: tuple[Part, ...]
    written: datetime
    person: str = "019a-visitor"

    def row(self) -> Json:
        """As the list shows it."""
        blocked = sum(bool(step.exception) for part in self.parts for step in part.steps)
        return {
            "id": named(self.session_id),
            "session_id": self.session_id,
            "distinct_id": self.person,
            "session_start_time": stamp(self.started),
            "session_duration": self.seconds,
            "session_outcome": {"success": self.success, "description": self.outcome},
            "exception_count": blocked,
            "has_exceptions": bool(blocked),
            "model_used": "recorded",
            "visual_confirmation": False,
            "extra_summary_context": None,
            "created_at": stamp(self.written),
            "created_by": None,
        }

    def as_json(self) -> Json:
        """As it is shown by itself."""
        parts = list(enumerate(self.parts))
        summary = {
            "segments": [{"index": number, "name": part.name} for number, part in parts],
            "key_actions": [
                {
                    "segment_index": number,
                    "events": [step.as_json(self.session_id, at) for at, step in enumerate(part.steps)],
                }
                for number, part in parts
            ],
            "segment_outcomes": [
                {"segment_index": number, "summary": part.ended, "success": part.success} for number, part in parts
            ],
            "session_outcome": {"success": self.success, "description": self.outcome},
        }
        return {**self.row(), "summary": summary, "exception_event_ids": [], "run_metadata": {"model_used": "recorded"}}


@dataclass(frozen=True)
class Check:
    """One look of an alert at its insight."""

    at: datetime
    value: float | None
    state: AlertState
    investigation: str = ""


@dataclass
class Alert:
    """An alert on an insight; `kind` is absolute or percentage, `condition` as PostHog names it."""

    id: str
    name: str
    insight: str
    short_id: str
    lower: float | None = None
    upper: float | None = None
    kind: str = "absolute"
    condition: str = "absolute_value"
    interval: str = "hourly"
    enabled: bool = True
    fires: bool = False  # whatever its checks say
    checks: list[Check] = field(default_factory=list)

    @property
    def state(self) -> AlertState:
        if self.fires:
            return AlertState.FIRING
        return self.checks[-1].state if self.checks else AlertState.NOT_FIRING

    def as_json(self, limit: int = 0) -> Json:
        newest = list(reversed(self.checks))
        return {
            "id": self.id,
            "name": self.name,
            "insight": {"id": 1, "short_id": self.short_id, "name": self.insight, "derived_name": None},
            "threshold": {
                "id": named(self.id),
                "configuration": {"type": self.kind, "bounds": {"lower": self.lower, "upper": self.upper}},
            },
            "condition": {"type": self.condition},
            "state": self.state.value,
            "enabled": self.enabled,
            "calculation_interval": self.interval,
            "config": {"type": "TrendsAlertConfig", "series_index": 0},
            "detector_config": None,
            "subscribed_users": [],
            "last_checked_at": stamp(newest[0].at) if newest else None,
            "checks": [_check(check) for check in newest[:limit]],
        }


def _check(check: Check) -> Json:
    return {
        "id": named(check.at.isoformat()),
        "created_at": stamp(check.at),
        "calculated_value": check.value,
        "state": check.state.value,
        "targets_notified": True,
        "triggered_dates": [check.at.date().isoformat()] if check.state is AlertState.FIRING else None,
        "investigation_summary": check.investigation or None,
    }


def named(text: str) -> str:
    """A UUID that is the same for the same text."""
    return str(uuid.uuid5(_NAMES, text))


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
