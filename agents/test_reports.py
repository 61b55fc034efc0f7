"""The reports that a run of tests leaves in the checkout, where the policy says that it does."""

from __future__ import annotations

import re
from posixpath import dirname

from agents.guards import matches
from agents.ports import Workspace

_SECONDS = 60.0
_MOST = 1_000  # files: some build tools write one for each class


def forget_reports(workspace: Workspace, where: str) -> None:
    """Remove those of an earlier run, and what of them was committed: they tell nothing of the next run."""
    if there := _there(workspace, where):
        workspace.run(("rm", "-f", "--", *there), seconds=_SECONDS)


def read_reports(workspace: Workspace, where: str) -> tuple[str, ...]:
    """Their texts; one that is no text is an empty one, which nobody can read."""

    def text(path: str) -> str:
        try:
            return workspace.read(path)
        except (OSError, ValueError):
            return ""

    return tuple(text(path) for path in _there(workspace, where))


def _there(workspace: Workspace, where: str) -> list[str]:
    fixed = re.split(r"[*?]", where, maxsplit=1)[0]
    folder = dirname(fixed) or "."
    pruned = ("(", "-name", ".git", "-o", "-name", "node_modules", ")", "-prune")
    ran = workspace.run(("find", folder, *pruned, "-o", "-type", "f", "-print"), seconds=_SECONDS)
    paths = (line.removeprefix("./") for line in ran.output.splitlines())
    return sorted(path for path in paths if matches(path, (where,)))[:_MOST]
