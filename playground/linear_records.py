"""What a loopback Linear keeps: issues with their changes and comments."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
_PRIORITIES = ("No priority", "Urgent", "High", "Medium", "Low")


@dataclass(frozen=True)
class Change:
    """An issue went from one type of state to another."""

    at: datetime
    before: str
    after: str


@dataclass(frozen=True)
class Comment:
    """What somebody said below an issue."""

    at: datetime
    by: str
    body: str


@dataclass(frozen=True)
class LinearIssue:
    """An issue; `priority` is Linear's number, `state` a type of state such as backlog, started or completed."""

    identifier: str
    title: str
    description: str
    url: str
    created: datetime
    updated: datetime
    creator: str = "Kim Doe"
    assignee: str = ""
    priority: int = 0
    state: str = "unstarted"
    labels: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()
    history: tuple[Change, ...] = field(default=())
    comments: tuple[Comment, ...] = ()
    trashed: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def team(self) -> str:
        return self.identifier.partition("-")[0]

    def as_json(self) -> Json:
        changes = sorted(self.history, key=lambda change: change.at, reverse=True)
        return {
            "id": self.id,
            "identifier": self.identifier,
            "previousIdentifiers": list(self.previous),
            "title": self.title,
            "description": self.description or None,
            "url": self.url,
            "priority": self.priority,
            "priorityLabel": _PRIORITIES[self.priority],
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.updated),
            "trashed": self.trashed or None,
            "state": {"name": self.state.title(), "type": self.state},
            "team": {"key": self.team},
            "creator": {"name": self.creator} if self.creator else None,
            "assignee": {"name": self.assignee} if self.assignee else None,
            "labels": {"nodes": [{"name": name} for name in self.labels]},
            "attachments": {"nodes": [{"url": link} for link in self.links]},
            "comments": {
                "nodes": [
                    {"body": each.body, "createdAt": stamp(each.at), "user": {"name": each.by}}
                    for each in self.comments
                ]
            },
            "history": {
                "nodes": [
                    {
                        "createdAt": stamp(change.at),
                        "fromState": {"type": change.before},
                        "toState": {"type": change.after},
                    }
                    for change in changes[:50]
                ]
            },
        }


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
