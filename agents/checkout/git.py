"""Git, asked in a workspace: inside the sandbox, without a pager, paths spelled as they are."""

from __future__ import annotations

from agents.exchange import Ran
from agents.ports import Workspace

_SECONDS = 60.0
_LISTING = frozenset({"ls-files", "ls-tree"})  # a list without its middle hides whole folders
_LISTED = 32 * 2**20  # bytes: the paths of half a million files


def git(workspace: Workspace, *arguments: str) -> Ran:
    """What git printed, and how it ended. Nothing is raised for what git refuses."""
    command = ("git", "-c", "core.quotepath=off", "--no-pager", *arguments)
    return workspace.run(command, seconds=_SECONDS, most=_LISTED if arguments[0] in _LISTING else 0)


def git_lines(workspace: Workspace, *arguments: str) -> list[str]:
    """What git printed, line by line; nothing when it refused, as it does for a path that it does not know."""
    ran = git(workspace, *arguments)
    return ran.output.splitlines() if ran.exit_code == 0 else []
