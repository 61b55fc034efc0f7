"""Where a report is looked into: a checkout, the tools that work on it, and what may be cited of what they answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agents.cases import ResearchCase
from agents.evidence.citable import citable
from agents.evidence.citations import Sources
from agents.exchange import Tool, ToolCall, ToolResult
from agents.ports import Workspace, Workspaces
from agents.redaction.redact import Redactor
from agents.tools.hands import Hands
from agents.tools.toolboxes import research_tools


@dataclass(frozen=True)
class Ground:
    """The ground of one case. `more` makes tools beyond those of the checkout; it is called inside turns."""

    case: ResearchCase
    workspaces: Workspaces
    redactor: Redactor
    more: Callable[[Hands], Iterable[Tool]]

    def open(self, patch: str = "") -> Workspace:
        """A fresh checkout with this change. Raises CodeHostDown, CodeHostRejected or SandboxUnusable."""
        return self.workspaces.open(self.case.repository, self.case.base_sha, patch)

    def toolbox(self, workspace: Workspace) -> tuple[Tool, ...]:
        """The tools that work on a checkout."""
        case, redactor = self.case, self.redactor
        return research_tools(
            Hands(workspace, case.repository, case.signals, redactor.text, redactor.secrets_only), self.more
        )

    def sources(self, workspace: Workspace, seen: Iterable[tuple[ToolCall, ToolResult]]) -> Sources:
        """What may be cited after these calls. `workspace` is a checkout that no agent has touched."""
        return citable(workspace, self.case.signals, seen, self.redactor.secrets_only)
