"""What thinking needs from an issue tracker, as a protocol."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class IssueDraft(BaseModel):
    """What an issue says. Everybody who may see the team's issues can read it."""

    model_config = ConfigDict(frozen=True)

    title: str
    description: str  # Markdown


class MadeIssue(BaseModel):
    """An issue that is there."""

    model_config = ConfigDict(frozen=True)

    identifier: str  # such as SHOP-12
    url: str


class IssueTracker(Protocol):
    """Where a team keeps its issues. Every `ensure_` looks before it acts. Raises SourceDown or SourceRejected."""

    @property
    def team(self) -> str:
        """The key of the team whose issues are made."""
        ...

    def ensure_issue(self, key: UUID, draft: IssueDraft) -> MadeIssue:
        """The issue that is known by this id, made unless it is there. What people did to it since stays."""
        ...

    def ensure_link(self, key: UUID, url: str, title: str) -> None:
        """Have the issue name an address, once."""
        ...
