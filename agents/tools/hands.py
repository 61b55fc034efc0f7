"""What the tools of one run work on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.cases import SeenSignal
from agents.checkout.git import git
from agents.exchange import Ran, ToolFault
from agents.ports import Workspace
from agents.terms import Repository

_REVISION = re.compile(r"[0-9A-Za-z][\w./~^@{}-]*")


@dataclass(frozen=True)
class Hands:
    """The open workspace, whose repository it is, and the signals of the report.

    `redact` is for what commands print, `redact_source` for what stands in files (secrets only, so that quotes hold).
    """

    workspace: Workspace
    repository: Repository
    signals: tuple[SeenSignal, ...]
    redact: Callable[[str], str]
    redact_source: Callable[[str], str]

    def git(self, *arguments: str) -> Ran:
        """Run git in the checkout. Raises ToolFault when git says that what was asked for does not exist."""
        ran = git(self.workspace, *arguments)
        if ran.exit_code not in (0, 1):
            raise ToolFault(f"git {arguments[0]} failed: {ran.output.strip()[:500]}")
        return ran


def path_in_checkout(path: str) -> str:
    """The path as git spells it. Raises ToolFault for one that leaves the checkout or reaches into `.git`."""
    pure = PurePosixPath(path.strip().removeprefix("./") or ".")
    if pure.is_absolute() or ".." in pure.parts or ".git" in pure.parts:
        raise ToolFault(f"{path!r} is not a path inside the checkout; give one relative to its top, such as src/a.py")
    return str(pure)


def revision(name: str) -> str:
    """A name of a commit that git cannot take for an option. Raises ToolFault for anything else."""
    if not _REVISION.fullmatch(name):
        raise ToolFault(f"{name!r} is not a commit; give a hash as `log` or `blame` show it, or HEAD")
    return name
