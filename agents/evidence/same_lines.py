"""Which lines a piece of research cites and a patch changes: two that change the same ones may mend one fault. Pure.

Lines are the same where git would show the two changes as one, or where what stands in them is: commits lie between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.checkout.history import is_test
from agents.patches.patch import FileChange, read_patch
from storage.judgments import EvidenceKind, Research

_AROUND = 3  # lines that git shows before and after a change
_TELLING = 12  # letters and digits by which a line is known wherever it stands by now
_HUNK = re.compile(r"(?m)^@@ -(\d+)(?:,(\d+))? .*$")
_PROSE = frozenset({".md", ".rst", ".txt", ".lock", ".sum"})  # a changelog and a lock file belong to every fix
_LOCKS = frozenset({"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "changelog", "changes", "news"})


@dataclass(frozen=True)
class Lines:
    """Some lines of a file, as a commit has them."""

    path: str
    at: range  # their numbers with those around them; empty where they are unknown
    said: frozenset[str]  # what tells the lines from others


def lines_of(found: Research, patch: str = "") -> tuple[Lines, ...]:
    """The lines of its plan's files that research cites, and those that the fix changes; no tests and no prose."""
    return tuple(one for one in (*_cited(found), *_changed(patch)) if _counts(one.path))


def shared(one: Iterable[Lines], other: Sequence[Lines]) -> tuple[str, ...]:
    """The files in which some lines of both are the same."""
    return tuple(dict.fromkeys(mine.path for mine in one if any(_meet(mine, theirs) for theirs in other)))


def _counts(path: str) -> bool:
    pure = PurePosixPath(path.lower())
    return not is_test(path) and pure.suffix not in _PROSE and pure.name not in _LOCKS


def _meet(one: Lines, other: Lines) -> bool:
    near = max(one.at.start, other.at.start) < min(one.at.stop, other.at.stop)
    return one.path == other.path and (near or not one.said.isdisjoint(other.said))


def _cited(found: Research) -> Iterator[Lines]:
    planned = found.plan.files if found.plan else ()
    for one in (each for finding in found.findings for each in finding.evidence):
        if one.kind is EvidenceKind.CODE and one.where in planned:
            quoted = one.quote.splitlines()
            at = range(0) if one.line is None else range(one.line - _AROUND, one.line + len(quoted) + _AROUND)
            yield Lines(one.where, at, _telling(quoted))


def _changed(patch: str) -> Iterator[Lines]:
    for change in read_patch(patch):
        yield from _hunks(change)


def _hunks(change: FileChange) -> Iterator[Lines]:
    """What stood there before the change; of a new file nothing did."""
    _, *parts = _HUNK.split(change.text)
    for first, many, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        before = [line[1:] for line in body.splitlines() if line.startswith((" ", "-"))]
        at = range(int(first), int(first) + int(many or 1))
        yield Lines(change.old_path or change.path, at, _telling(before))


def _telling(lines: Iterable[str]) -> frozenset[str]:
    known = (" ".join(line.split()) for line in lines)
    return frozenset(line for line in known if sum(letter.isalnum() for letter in line) >= _TELLING)
