"""A patch as `git diff --binary` writes it, read file by file. Pure: it neither runs git nor applies anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from agents.patches.undecoded import is_binary

_START = "diff --git "
_MODE = re.compile(r"(?:old mode|new mode|new file mode|deleted file mode|index \S+) (\d{6})$")
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_OCTAL = re.compile(r'\\(?:([0-7]{3})|(["\\abtnvfr]))')
_LETTERS = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


@dataclass
class FileChange:
    """What a patch does to one file. `added` and `removed` hold (line number, text); numbers are of the new file."""

    text: str  # this file's part of the patch, as it stands there
    path: str = ""
    old_path: str = ""
    modes: set[str] = field(default_factory=set)
    new: bool = False
    deleted: bool = False
    binary: bool = False
    added: list[tuple[int, str]] = field(default_factory=list)
    removed: list[tuple[int, str]] = field(default_factory=list)

    @property
    def paths(self) -> set[str]:
        """Both names of a file that was moved, else its one name."""
        return {path for path in (self.path, self.old_path) if path}


def read_patch(patch: str) -> list[FileChange]:
    """The changes of each file, in the order of the patch."""
    return [_read_part(part) for part in _parts(patch)]


def unresolved(patch: str) -> list[str]:
    """The files into which the patch writes git's conflict markers."""
    return [change.path for change in read_patch(patch) if any(re.match("[<>]{7} ", line) for _, line in change.added)]


def only(patch: str, wanted: Callable[[str], bool]) -> str:
    """The patch of those files whose path is wanted."""
    return "".join(change.text for change in read_patch(patch) if wanted(change.path))


def _parts(patch: str) -> list[str]:
    """The patch cut before each file. No line inside a file's part can start so: hunks prefix every line."""
    return [part for part in re.split(rf"(?m)^(?={_START})", patch) if part.startswith(_START)]


def _read_part(part: str) -> FileChange:
    change = FileChange(text=part)
    lines = part.split("\n")
    _name_from_start(change, lines[0])
    body = next((at for at, line in enumerate(lines) if line.startswith("@@ ")), len(lines))
    for line in lines[1:body]:
        _read_head(change, line)
    _read_hunks(change, lines[body:])
    change.binary |= is_binary(part)
    return change


def _name_from_start(change: FileChange, line: str) -> None:
    """The names in `diff --git a/x b/x`; without a rename both are the same, which finds the middle."""
    names = line.removeprefix(_START)
    quoted = re.fullmatch(r'("(?:[^"\\]|\\.)*"|\S.*?) ("(?:[^"\\]|\\.)*")', names)
    first, second = (quoted[1], quoted[2]) if quoted else (names[: len(names) // 2], names[len(names) // 2 + 1 :])
    change.old_path, change.path = _plain(first), _plain(second)


def _read_head(change: FileChange, line: str) -> None:
    if mode := _MODE.match(line):
        change.modes.add(mode[1])
    change.new |= line.startswith("new file mode")
    change.deleted |= line.startswith("deleted file mode")
    change.binary |= line.startswith(("GIT binary patch", "Binary files "))
    for start, name in (("--- ", "old_path"), ("+++ ", "path"), ("rename from ", "old_path"), ("rename to ", "path")):
        if line.startswith(start) and not line.endswith("/dev/null"):
            named = line.removeprefix(start).rstrip("\t")
            setattr(change, name, _plain(named) if start in ("--- ", "+++ ") else _unquoted(named))


def _read_hunks(change: FileChange, lines: list[str]) -> None:
    number = 0
    for line in lines:
        if hunk := _HUNK.match(line):
            number = int(hunk[2])
        elif line.startswith("+"):
            change.added.append((number, line[1:]))
            number += 1
        elif line.startswith("-"):
            change.removed.append((number, line[1:]))
        elif line.startswith(" "):
            number += 1


def _plain(name: str) -> str:
    """The path without git's `a/` or `b/` and without its quotes."""
    return _unquoted(name)[2:]


def _unquoted(name: str) -> str:
    if not name.startswith('"'):
        return name
    raw = bytearray()
    text, at = name[1:-1], 0
    for match in _OCTAL.finditer(text):
        raw += text[at : match.start()].encode()
        raw.append(int(match[1], 8) if match[1] else _LETTERS[match[2]])
        at = match.end()
    return (raw + text[at:].encode()).decode(errors="replace")
