"""The reports that a run of tests leaves in the checkout, where the policy says that it does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import dirname

from agents.exchange import Ran
from agents.patches.paths import matches
from agents.ports import Workspace
from agents.suites.naming import saying_all
from agents.suites.terminal import printed
from agents.terms import Repository

_SECONDS = 60.0
_MOST = 1_000  # files: some build tools write one for each class
_UNREAD = ""  # stands for reports beyond that, and counts as one that cannot be read


def run_reporting(workspace: Workspace, repository: Repository, command: Sequence[str]) -> Ran:
    """Run tests, with what they print as text and the reports that they wrote, none of an earlier run among them.

    They name all that fails, where that can be asked of them.
    """
    where = repository.test_report
    if where and (there := _there(workspace, where)[0]):
        workspace.run(("rm", "-f", "--", *there), seconds=_SECONDS)
    ran = workspace.run(saying_all(command), seconds=repository.test_minutes * 60)
    reports: tuple[str, ...] = ()
    if where:
        paths, whole = _there(workspace, where)
        reports = (*(_text(workspace, path) for path in paths), *(() if whole else (_UNREAD,)))
    return ran.model_copy(update={"output": printed(ran.output), "reports": reports})


def _text(workspace: Workspace, path: str) -> str:
    """Of one that is no text nothing, which nobody can read as a report."""
    try:
        return workspace.read(path)
    except (OSError, ValueError):
        return ""


def _there(workspace: Workspace, where: str) -> tuple[list[str], bool]:
    """The reports that are there, and whether these are all."""
    fixed = re.split(r"[*?]", where, maxsplit=1)[0]
    folder = dirname(fixed) or "."
    pruned = ("(", "-name", ".git", "-o", "-name", "node_modules", ")", "-prune")
    name = re.sub(r"[\[\]\\]", "?", where.rpartition("/")[2])  # or the list, which is bounded, would hold every file
    ran = workspace.run(("find", folder, *pruned, "-o", "-type", "f", "-iname", name, "-print"), seconds=_SECONDS)
    paths = (line.removeprefix("./") for line in ran.output.splitlines())
    there = sorted(path for path in paths if matches(path, (where,)))
    return there[:_MOST], len(there) <= _MOST and not ran.cut
