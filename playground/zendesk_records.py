"""What a Zendesk holds: tickets, their comments, and the people who wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """Somebody who asks or answers."""

    id: int
    name: str
    email: str
    role: str = "end-user"

    def as_json(self) -> Json:
        return {"id": self.id, "name": self.name, "email": self.email, "role": self.role, "active": True}


@dataclass(frozen=True)
class Comment:
    """One message of a ticket; one that is not public is a note among agents."""

    at: datetime
    author: Person
    text: str
    public: bool = True


@dataclass
class Ticket:
    """A ticket; its first comment is its description."""

    id: int
    subject: str
    comments: list[Comment]
    status: str = "new"
    priority: str | None = None
    tags: tuple[str, ...] = ()
    updated: datetime | None = None
    reopens: int = 0
    opened: datetime | None = None  # its first comment may be a little younger

    @property
    def requester(self) -> Person:
        return self.comments[0].author

    @property
    def changed(self) -> datetime:
        return self.updated or self.comments[-1].at

    def as_json(self, base: str) -> Json:
        first = self.comments[0]
        return {
            "id": self.id,
            "url": f"{base}/api/v2/tickets/{self.id}.json",
            "subject": self.subject,
            "raw_subject": self.subject,
            "description": first.text,
            "status": self.status,
            "priority": self.priority,
            "type": None,
            "tags": list(self.tags),
            "requester_id": self.requester.id,
            "submitter_id": self.requester.id,
            "assignee_id": None,
            "via": {"channel": "web"},
            "is_public": True,
            "created_at": stamp(self.opened or first.at),
            "updated_at": stamp(self.changed),
            "generated_timestamp": int(self.changed.timestamp()),
        }


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
