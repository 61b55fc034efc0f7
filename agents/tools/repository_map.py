"""repository_map: what kind of repository is this?"""

from __future__ import annotations

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic import BaseModel

from agents.exchange import Tool, ToolSpec
from agents.tools.hands import Hands
from agents.tools.pages import clip, one_line

_MOST_KEPT = 32  # maps
_COMMITS = 200  # that are looked at for what changed lately
_LANGUAGES = {
    ".py": "Python", ".pyi": "Python", ".js": "JavaScript", ".mjs": "JavaScript", ".jsx": "JavaScript",
    ".ts": "TypeScript", ".tsx": "TypeScript", ".go": "Go", ".rs": "Rust", ".java": "Java", ".kt": "Kotlin",
    ".rb": "Ruby", ".php": "PHP", ".c": "C", ".h": "C", ".cc": "C++", ".cpp": "C++", ".hpp": "C++", ".cs": "C#",
    ".swift": "Swift", ".scala": "Scala", ".ex": "Elixir", ".exs": "Elixir", ".sh": "shell", ".sql": "SQL",
    ".html": "HTML", ".css": "CSS", ".scss": "CSS", ".vue": "Vue", ".svelte": "Svelte", ".tf": "Terraform",
}  # fmt: skip
_ENTRY = re.compile(
    r"(?:^|/)(?:__main__\.py|main\.(?:py|go|rs|ts|js|c|cpp)|manage\.py|app\.py|wsgi\.py|asgi\.py|cli\.py"
    r"|index\.(?:ts|js|tsx)|server\.(?:ts|js|py)|Main\.java|Application\.java|config\.ru)$"
)
_BUILT_BY = re.compile(
    r"(?:^|/)(?:pyproject\.toml|setup\.(?:py|cfg)|package\.json|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?"
    r"|Gemfile|composer\.json|mix\.exs|Makefile|CMakeLists\.txt|Dockerfile|tox\.ini|CODEOWNERS)$"
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__)/|(?:^|/)test_[^/]*\.py$|_test\.(?:py|go|rb)$|\.(?:test|spec)\.\w+$"
)


class RepositoryMap(BaseModel):
    """Arguments of repository_map: none."""


@dataclass
class Maps:
    """The maps that were drawn, the latest used ones, by repository and commit. May be used by many threads."""

    kept: OrderedDict[tuple[str, str], str] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, hands: Hands) -> str:
        """The map of the commit that is checked out."""
        key = (hands.repository.name, hands.workspace.base_sha)
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        drawn = _drawn(hands)
        with self.lock:
            self.kept[key] = drawn
            while len(self.kept) > _MOST_KEPT:
                self.kept.popitem(last=False)
        return drawn


def repository_map(hands: Hands, maps: Maps | None = None) -> Tool:
    """One page about the whole repository, as it was committed."""
    drawn = maps or Maps()
    description = (
        "One page about the whole repository: languages, top folders with counts, entry points, where the tests are,"
        " what changed lately. A good first look at one that you do not know."
    )
    return Tool(ToolSpec("repository_map", description, RepositoryMap), lambda _: drawn.of(hands))


def _drawn(hands: Hands) -> str:
    sha = hands.workspace.base_sha
    listed = hands.git("ls-tree", "-r", "--name-only", sha)
    paths = [path for path in listed.output.split("\n") if path]
    recent = hands.git(
        "log", f"--max-count={_COMMITS}", "--name-only", "--format=%x01%h %ad", "--date=short", sha, "--"
    )
    entries = _shallow(path for path in paths if _ENTRY.search(path) and not _TEST.search(path))
    lines = [
        f"{hands.repository.name} at {sha[:12]}: {len(paths)} files" + (" or more" if listed.cut else ""),
        f"languages: {_counted(_languages(paths), 8)}",
        f"folders: {_counted(_folders(paths), 20)}",
        *_below(paths),
        f"built by: {_some(_shallow(path for path in paths if _BUILT_BY.search(path)), 15)}",
        f"entry points: {_some(entries, 15)}",
        f"tests: {_tests(paths)}, run with `{' '.join(hands.repository.test_command)}`",
        "changed lately (newest first):",
        *_changed(recent.output, set(paths)),
    ]
    return clip(hands.redact_source("\n".join(lines)))


def _languages(paths: Sequence[str]) -> Counter[str]:
    named = (_LANGUAGES.get(PurePosixPath(path).suffix.lower()) for path in paths)
    return Counter(language for language in named if language)


def _folders(paths: Iterable[str]) -> Counter[str]:
    """Top folders."""
    return Counter(path.split("/")[0] + "/" for path in paths if "/" in path)


def _below(paths: Sequence[str]) -> Iterator[str]:
    """What is below the wide ones, on a line of its own, so that a small top folder such as tests gives way to none."""
    top = _folders(paths)
    wide = {folder for folder in top if top[folder] > max(20, len(paths) // 4)}
    deep = (path.split("/")[:2] for path in paths if path.count("/") > 1)
    if below := Counter(f"{one}/{other}/" for one, other in deep if f"{one}/" in wide):
        yield f"below them: {_counted(below, 20)}"


def _tests(paths: Sequence[str]) -> str:
    tests = [path for path in paths if _TEST.search(path)]
    if not tests:
        return "none found by name"
    return f"{len(tests)} files, in {_counted(Counter(str(PurePosixPath(path).parent) + '/' for path in tests), 8)}"


def _changed(log: str, there: set[str]) -> list[str]:
    """The files that changed last, with the commit, and how often they did among the commits looked at."""
    last: dict[str, str] = {}
    often: Counter[str] = Counter()
    commit = ""
    for line in log.split("\n"):
        if line.startswith("\x01"):
            commit = line[1:]
        elif line in there:
            last.setdefault(line, commit)
            often[line] += 1
    return [f"  {one_line(path, 200)} ({last[path]}; {often[path]} times)" for path in list(last)[:25]]


def _shallow(paths: Iterable[str]) -> list[str]:
    return sorted(paths, key=lambda path: (path.count("/"), path))


def _counted(counts: Counter[str], most: int) -> str:
    told = ", ".join(f"{one_line(name, 80)} {count}" for name, count in counts.most_common(most))
    left = len(counts) - most
    return f"{told}, and {left} more" if left > 0 else told or "none known"


def _some(paths: Sequence[str], most: int) -> str:
    left = len(paths) - most
    told = ", ".join(one_line(path, 120) for path in paths[:most])
    return f"{told}, and {left} more" if left > 0 else told or "none known"
