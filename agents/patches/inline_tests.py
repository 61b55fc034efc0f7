"""Tests that stand beside the code they test, in one file with it, as Rust's unit tests do. Pure.

Which lines are tests is told by their attributes and by how items are indented, as rustfmt leaves them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agents.patches.patch import FileChange

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)")
_WHOLE_FILE = re.compile(r"(?m)^#!\[cfg\(test\)\]")
_MARKED = re.compile(
    r"\s*#\[\s*(?:cfg\((?!.*\bnot\(test\b)(?:.*[(, ])?test *[,)]"
    r"|(?:\w+::)*(?:test|bench|rstest|test_case|quickcheck|wasm_bindgen_test)\b)"
)
_UNENDING = ("//", "#[", ")]")  # lines at an item's own depth that do not end it, whatever they end with


def may_hold_both(path: str) -> bool:
    """Whether files of this kind hold tests beside code."""
    return path.endswith(".rs")


def within_tests(change: FileChange, text: str) -> str:
    """What of a file's patch changes its tests, as a patch of its own; `text` is the file with the whole patch.

    Empty if it changes none.
    """
    head, hunks = _read(change.text)
    now = _test_lines(text)
    before = _test_lines(_undone(hunks, text))
    told, shift = [head], 0
    for hunk in hunks:
        lines = list(_kept(hunk, before, now))
        if not any(line.startswith(("+", "-")) for line in lines):
            continue
        old, new = (sum(line.startswith((" ", sign)) for line in lines) for sign in "-+")
        told.append("\n".join((f"@@ -{hunk.old},{old} +{hunk.old + shift},{new} @@{hunk.about}", *lines, "")))
        shift += new - old
    return "".join(told) if len(told) > 1 else ""


def holds_tests(text: str) -> bool:
    """Whether any line of the file is a test."""
    return bool(_test_lines(text))


@dataclass
class _Hunk:
    old: int  # the number of its first line in each file
    new: int
    about: str
    lines: list[str] = field(default_factory=list)


def _read(patch: str) -> tuple[str, list[_Hunk]]:
    """What stands before the hunks of one file, and the hunks."""
    head: list[str] = []
    hunks: list[_Hunk] = []
    for line in patch.removesuffix("\n").split("\n"):
        if found := _HUNK.match(line):
            hunks.append(_Hunk(int(found[1]), int(found[2]), found[3]))
        elif hunks:
            hunks[-1].lines.append(line)
        else:
            head.append(line)
    return "\n".join((*head, "")), hunks


def _undone(hunks: list[_Hunk], text: str) -> str:
    """The file as it was before the hunks."""
    lines, at = [""], 0
    changed = text.split("\n")
    for hunk in hunks:
        first = max(hunk.new - 1, at)
        lines += changed[at:first]
        at = first
        for line in hunk.lines:
            if line.startswith((" ", "-")):
                lines.append(line[1:])
            at += line.startswith((" ", "+"))
    return "\n".join((*lines[1:], *changed[at:]))


def _kept(hunk: _Hunk, before: set[int], now: set[int]) -> Iterator[str]:
    """The hunk's lines with those changes alone that are in tests; other lines stay as they were."""
    old, new, told = hunk.old, hunk.new, True
    for line in hunk.lines:
        sign = line[:1]
        if sign == "\\":
            if told:
                yield line
            continue
        told = sign != "+" or new in now
        if told:
            yield f" {line[1:]}" if sign == "-" and old not in before else line
        old += sign in " -"
        new += sign in " +"


def _test_lines(text: str) -> set[int]:
    """The numbers of the lines that belong to items which are only there for tests."""
    lines = text.split("\n")
    if _WHOLE_FILE.search(text):
        return set(range(1, len(lines) + 1))
    found: set[int] = set()
    for at, line in enumerate(lines):
        if at + 1 not in found and _MARKED.match(line):
            found.update(range(at + 1, _end(lines, at) + 1))
    return found


def _end(lines: list[str], start: int) -> int:
    """The number of the last line of the item whose attribute stands at `start`."""
    depth = _depth(lines[start])
    for at in range(start, len(lines)):
        line = lines[at].strip()
        line = line.rpartition("] ")[2] if at == start else line  # an attribute may stand before its item
        if not line or _depth(lines[at]) != depth or line.startswith(_UNENDING):
            continue
        if line.endswith((";", "}")) or (line[0] in "}])" and not line.endswith("{")):
            return at + 1
    return len(lines)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
