"""What a checkout's git knows of some files: who wrote them, who owns them, what imports and changed them.

Everything is asked of git inside the sandbox; no code of the repository runs.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.checkout import javascript_imports
from agents.checkout.git import git_lines
from agents.ports import Workspace
from storage.assessment import Touch

_YEAR = dt.timedelta(days=365)
_AROUND = 10  # lines before and after a cited one whose authors count
_MOST_COMMITS = 5
_GO_MODULE = re.compile(r"(?m)^module\s+\"?([^\s\"]+)")
_PACKAGES = frozenset({"__init__", "index", "mod"})  # files that are imported by their folder's name
_OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_PERSON = re.compile(r"\s*\d+\s+(.+?)\s+<(.+)>")
_TESTS = frozenset({"test", "tests", "testing", "spec", "specs", "__tests__"})


@dataclass(frozen=True)
class Author:
    """Somebody who wrote a line, and when."""

    name: str
    email: str
    at: dt.datetime


@dataclass(frozen=True)
class FileUse:
    """How much hangs on a file: other files that import it, tests left out, and commits that touched it in a year."""

    path: str
    importers: int
    changes: int


@dataclass(frozen=True)
class History:
    """The history of a fresh checkout, as seen at a moment."""

    workspace: Workspace
    at: dt.datetime

    def use_of(self, path: str) -> FileUse:
        """How much hangs on a file."""
        since = f"--since={(self.at - _YEAR).isoformat()}"
        changes = git_lines(self.workspace, "rev-list", "--count", since, "HEAD", "--", path)
        return FileUse(path, len(self._importers(path)), int(changes[0]) if changes else 0)

    def authors(self, path: str, lines: Sequence[int]) -> list[Author]:
        """Who wrote the lines around those given, one entry a line; of the whole file when none is given."""
        spans = [f"-L{max(1, line - _AROUND)},{line + _AROUND}" for line in lines]
        spans = spans or ["-L1,400"]
        return _blamed(git_lines(self.workspace, "blame", "--line-porcelain", *spans, "HEAD", "--", path))

    def active(self) -> dict[str, str]:
        """Names by e-mail address, in small letters, of everybody with a commit in the last year."""
        lines = git_lines(self.workspace, "shortlog", "-sne", f"--since={(self.at - _YEAR).isoformat()}", "HEAD")
        found = (_PERSON.fullmatch(line) for line in lines)
        return {match[2].lower(): match[1] for match in found if match}

    def owners(self, paths: Sequence[str]) -> dict[str, str]:
        """By login or address, without the @: which of the paths CODEOWNERS gives to them. Teams are left out."""
        text = next((text for path in _OWNERS if (text := self._text(path))), "")
        owned: dict[str, str] = {}
        for path in paths:
            for owner in owners_of(path, text):
                owned.setdefault(owner.removeprefix("@"), path)
        return {owner: path for owner, path in owned.items() if "/" not in owner}

    def touched_since(self, paths: Sequence[str], since: dt.datetime) -> tuple[Touch, ...]:
        """The newest commits after a moment that touched one of the paths."""
        if not paths:
            return ()
        known = (f"--since={since.isoformat()}", f"--max-count={_MOST_COMMITS}", "--format=%h%x09%cs%x09%s")
        rows = [line.split("\t", 2) for line in git_lines(self.workspace, "log", *known, "HEAD", "--", *paths)]
        return tuple(Touch(what=f"{row[0]} of {row[1]}: {row[2][:120]}") for row in rows if len(row) == 3)  # noqa: PLR2004 as asked for

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return bool(git_lines(self.workspace, "ls-files", "--", path))

    def _importers(self, path: str) -> list[str]:
        """Other files, tests left out, with a line that imports a module of this file's name."""
        pure = PurePosixPath(path)
        if pure.suffix in javascript_imports.SUFFIXES:
            return [other for other in self._javascript_importers(path) if not is_test(other)]
        if pure.suffix == ".go":
            return [other for other in self._go_importers(pure) if not is_test(other)]
        name = re.escape(pure.parent.name if pure.stem in _PACKAGES else pure.stem)
        keyword = r"(^[[:space:]]*(import|from|use|using|include|#include|export|@import)|require)"
        pattern = rf"{keyword}[^A-Za-z0-9_](.*[^A-Za-z0-9_])?{name}([^A-Za-z0-9_]|$)"
        found = git_lines(self.workspace, "grep", "-lIE", "-e", pattern, "--", f"*{pure.suffix}")
        return [other for other in found if other != path and not is_test(other)]

    def _javascript_importers(self, path: str) -> list[str]:
        suffixes = (f"*{suffix}" for suffix in javascript_imports.SUFFIXES)
        naming = git_lines(self.workspace, "grep", "-oIE", "-e", javascript_imports.NAMING, "--", *suffixes)
        folders = (str(folder) for folder in PurePosixPath(path).parents)
        packages = ((javascript_imports.name_of(self._text(f"{each}/package.json")), each) for each in folders)
        package, folder = next((each for each in packages if each[0]), ("", ""))
        return javascript_imports.importers(path, naming, package, folder)

    def _go_importers(self, path: PurePosixPath) -> list[str]:
        """Files that import the package; the other files of a package see each other without."""
        modules = ((folder, _GO_MODULE.search(self._text(str(folder / "go.mod")))) for folder in path.parents)
        top, module = next(((folder, found[1]) for folder, found in modules if found), (PurePosixPath(), ""))
        inside = path.parent.relative_to(top)
        package = re.escape(str(PurePosixPath(module) / inside))
        return git_lines(self.workspace, "grep", "-lIE", "-e", rf'^[^"/]*"{package}"', "--", "*.go") if module else []

    def _text(self, path: str) -> str:
        try:
            return self.workspace.read(path)
        except (OSError, ValueError):
            return ""


def is_test(path: str) -> bool:
    """Whether a path looks like a test's."""
    pure = PurePosixPath(path)
    return bool(_TESTS & set(pure.parts[:-1])) or bool(re.match(r"(test_|conftest\.)|.*([_.](test|spec)\.)", pure.name))


def owners_of(path: str, text: str) -> list[str]:
    """Whom a CODEOWNERS file gives a path to: the last pattern that fits counts."""
    owners: list[str] = []
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if words and _pattern(words[0]).match(path):
            owners = words[1:]
    return owners


def _pattern(glob: str) -> re.Pattern[str]:
    """As git reads ignore patterns: without a slash inside it fits at any depth, and a folder means all in it."""
    anchored = "/" in glob.rstrip("/")
    body = re.escape(glob.strip("/")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    if glob.endswith("/*"):
        return re.compile(rf"{body}$")
    return re.compile(rf"{'' if anchored else '(?:.*/)?'}{body}(?:/.*)?$")


def _blamed(lines: Sequence[str]) -> list[Author]:
    """The authors of `git blame --line-porcelain`, one a line."""
    found, name, email = [], "", ""
    for line in lines:
        key, _, value = line.partition(" ")
        if key == "author":
            name = value
        elif key == "author-mail":
            email = value.strip("<>")
        elif key == "author-time":
            found.append(Author(name, email, dt.datetime.fromtimestamp(int(value), dt.UTC)))
    return found
