"""What stands around a change: the changed files as they are with it, and who else uses what it changes. Bounded.

A patch shows three lines around each hunk. Whether another function of the file, or a caller elsewhere, still holds
cannot be seen there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

from agents.checkout.git import git_lines
from agents.checkout.history import is_test
from agents.errors import SandboxUnusable
from agents.patches.patch import FileChange, read_patch
from agents.ports import Workspace, Workspaces
from agents.terms import Repository
from agents.wording import cut

_WHOLE = 400  # lines of a file that is shown whole
_REACH = 60  # lines before and after a change that are shown of a longer one
_MOST = 40_000  # characters in all
_NAMES, _USES = 6, 12  # names that are looked for, and places that are shown of each
_LINE = 200  # characters
_BEFORE = r"(?:(?:export|default|public|private|protected|internal|static|abstract|async|pub(?:\([^)]*\))?)\s+)*"
_DEFINES = re.compile(
    rf"(?:\s*{_BEFORE}(?:def|class|function\*?|func|fun|fn|interface|trait|struct|module|type)"
    rf"|{_BEFORE}(?:const|let|var))\s+(?:\([^)]*\)\s*)?(?:self\.)?([A-Za-z_$][\w$]{{2,}})"
)


@dataclass(frozen=True)
class Surroundings:
    """Both as text. Foreign, and redacted."""

    files: str = ""
    uses: str = ""


def surroundings(
    workspaces: Workspaces, repository: Repository, sha: str, patch: str, redact: Callable[[str], str]
) -> Surroundings:
    """What stands around the patch where it is applied to the commit; nothing where no code can be run safely.

    Raises CodeHostDown or CodeHostRejected.
    """
    changes = [change for change in read_patch(patch) if not change.binary]
    try:
        workspace = workspaces.open(repository, sha, patch)
    except SandboxUnusable:
        return Surroundings()
    with closing(workspace):
        texts = {path: redact(text) for path, text in _texts(workspace, changes)}  # whole: of a half nobody knows
        names = names_of(changes, texts)
        uses = "\n".join(line for name in names for line in _uses(workspace, name, changes, redact))
    shown = "\n\n".join(f"{path}\n{excerpt(text, _touched(changes, path))}" for path, text in texts.items())
    return Surroundings(files=cut(shown, _MOST), uses=uses)


def excerpt(text: str, touched: Sequence[int]) -> str:
    """The numbered lines of a file; of a long one those near what was touched, with a word for what is left out."""
    lines = text.splitlines()
    if len(lines) <= _WHOLE:
        return "\n".join(_numbered(lines, 1, len(lines)))
    near = sorted({at for line in touched for at in range(max(1, line - _REACH), min(len(lines), line + _REACH) + 1)})
    shown: list[str] = []
    last = 0
    for at in near:
        if at > last + 1:
            shown.append(f"[lines {last + 1} to {at - 1} are left out]")
        shown += _numbered(lines, at, at)
        last = at
    if last < len(lines):
        shown.append(f"[lines {last + 1} to {len(lines)} are left out]")
    return "\n".join(shown)


def names_of(changes: Sequence[FileChange], texts: dict[str, str]) -> list[str]:
    """What the change defines, takes away or changes inside of, tests left out; the first few."""
    names: dict[str, None] = {}
    for change in changes:
        if is_test(change.path):
            continue
        gone = (match[1] for _, line in change.removed if (match := _DEFINES.match(line)))
        lines = texts.get(change.path, "").splitlines()
        inside = (name for at in _touched([change], change.path) if (name := _enclosing(lines, at)))
        names.update(dict.fromkeys([*gone, *inside]))
    return list(names)[:_NAMES]


def _texts(workspace: Workspace, changes: Sequence[FileChange]) -> Iterator[tuple[str, str]]:
    for change in changes:
        with suppress(OSError, ValueError):  # it is gone, or no text
            yield change.path, workspace.read(change.path)


def _touched(changes: Sequence[FileChange], path: str) -> list[int]:
    """The lines of the new file that were added, or before which something was removed."""
    return sorted({at for one in changes if one.path == path for at, _ in (*one.added, *one.removed)})


def _enclosing(lines: Sequence[str], at: int) -> str:
    """The name of the definition that a line is in: the nearest one above that is not indented further."""
    here = lines[at - 1 : at]
    deepest = _indent(here[0]) if here and here[0].strip() else len(" " * 200)
    for line in reversed(lines[:at]):
        found = _DEFINES.match(line)
        if found and _indent(line) <= deepest:
            return found[1]
    return ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _uses(workspace: Workspace, name: str, changes: Sequence[FileChange], redact: Callable[[str], str]) -> list[str]:
    """Lines elsewhere that name it, as path:line:text."""
    elsewhere = [f":(exclude,top,literal){change.path}" for change in changes]
    found = git_lines(workspace, "grep", "-nIwF", "--no-color", "-e", name, "--", ":/", *elsewhere)
    more = [f"[{len(found) - _USES} more lines name {name}]"] if len(found) > _USES else []
    return [redact(line)[:_LINE] for line in found[:_USES]] + more


def _numbered(lines: Sequence[str], first: int, last: int) -> list[str]:
    return [f"{at}: {lines[at - 1]}" for at in range(first, last + 1)]
