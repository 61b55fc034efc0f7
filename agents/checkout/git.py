"""Git, asked in a workspace: inside the sandbox, without a pager, paths spelled as they are."""

from __future__ import annotations

from agents.exchange import Ran
from agents.ports import Workspace

_SECONDS = 60.0


def git(workspace: Workspace, *arguments: str) -> Ran:
    """What git printed, and how it ended. Nothing is raised for what git refuses."""
    return workspace.run(("git", "-c", "core.quotepath=off", "--no-pager", *arguments), seconds=_SECONDS)


def git_lines(workspace: Workspace, *arguments: str) -> list[str]:
    """What git printed, line by line; nothing when it refused, as it does for a path that it does not know."""
    ran = git(workspace, *arguments)
    return ran.output.splitlines() if ran.exit_code == 0 else []
