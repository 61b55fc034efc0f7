"""An issue tracker in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from agents.errors import SourceDown
from agents.tracker_ports import IssueDraft, MadeIssue


@dataclass
class FakeIssueTracker:
    """The issues of one team. `loses` names what is done next without an answer; `trouble` is raised by next calls."""

    team: str = "SHOP"
    drafts: dict[UUID, IssueDraft] = field(default_factory=dict)
    links: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    trouble: list[Exception] = field(default_factory=list)
    loses: str = ""

    def ensure_issue(self, key: UUID, draft: IssueDraft) -> MadeIssue:
        self._maybe_fail()
        self.drafts.setdefault(key, draft)
        self._maybe_lose("issue")
        identifier = f"{self.team}-{list(self.drafts).index(key) + 1}"
        return MadeIssue(identifier=identifier, url=f"https://tracker.example/issue/{identifier}")

    def ensure_link(self, key: UUID, url: str, title: str) -> None:  # noqa: ARG002 the port's
        self._maybe_fail()
        if key in self.drafts and url not in self.links.get(key, ()):
            self.links[key] = (*self.links.get(key, ()), url)
        self._maybe_lose("link")

    def _maybe_fail(self) -> None:
        if self.trouble:
            raise self.trouble.pop(0)

    def _maybe_lose(self, what: str) -> None:
        if self.loses == what:
            self.loses = ""
            raise SourceDown("the answer was lost")
