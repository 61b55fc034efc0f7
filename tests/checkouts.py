"""Git repositories and checkouts that this process made before, written again: git takes ten times as long."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agents.patches.undecoded import text_of

_NO_HOOKS = "--template="  # the examples of hooks are most of the files of a small repository
_EXCLUDED = "__pycache__/\n.pytest_cache/\n"


@dataclass(frozen=True)
class Kept:
    """What a folder held: its folders, its links, and its files with their modes. `home` is where it came from."""

    home: bytes
    folders: tuple[str, ...]
    links: Mapping[str, str]
    files: Mapping[str, tuple[bytes, int]]


_REPOSITORIES: dict[object, Kept] = {}
_CHECKOUTS: dict[object, Kept] = {}


def git_in(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)
    return text_of(done.stdout)


def kept_repository(folder: Path, commits: tuple[Mapping[str, str], ...], commit: Callable[[int], object]) -> None:
    """Make a repository of these commits in the folder; `commit` makes one of them, by its place."""

    def make() -> None:
        git_in(folder, "init", "--quiet", "--initial-branch=main", _NO_HOOKS)
        for place in range(len(commits)):
            commit(place)

    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        make()  # what is there belongs to it
    else:
        _written(_REPOSITORIES, repr([list(each.items()) for each in commits]), folder, folder, make)


def checkout(origin: Path, sha: str, top: Path) -> None:
    """Clone the origin to `top`, where nothing is, and check the commit out."""

    def make() -> None:
        git_in(origin, "clone", "--quiet", "--no-checkout", _NO_HOOKS, str(origin), str(top))
        git_in(top, "checkout", "--quiet", "--detach", sha)
        (top / ".git" / "info").mkdir(exist_ok=True)
        (top / ".git" / "info" / "exclude").write_text(_EXCLUDED)

    _written(_CHECKOUTS, (sha, tuple(_refs(origin))), origin, top, make)


def _written(kept: dict[object, Kept], key: object, home: Path, folder: Path, make: Callable[[], None]) -> None:
    """Make the folder, or write again what was made before."""
    if key in kept:
        _write(kept[key], home, folder)
    else:
        make()
        kept[key] = _read(home, folder)


def _refs(origin: Path) -> Iterator[tuple[str, bytes]]:
    """All that a clone takes from where it is cloned, but objects, which have their content for a name."""
    git = origin / ".git" if (origin / ".git").is_dir() else origin
    for file in (git / "HEAD", git / "packed-refs", *sorted((git / "refs").rglob("*"))):
        if file.is_file():
            yield str(file.relative_to(git)), file.read_bytes()


def _read(home: Path, folder: Path) -> Kept:
    folders, links, files = [], {}, {}
    for at, names, others in os.walk(folder):
        for name in (*names, *others):
            path = Path(at, name)
            inside = os.path.relpath(path, folder)
            if path.is_symlink():
                links[inside] = os.readlink(path)  # noqa: PTH115 the words, not a path
            elif path.is_dir():
                folders.append(inside)
            else:
                files[inside] = (path.read_bytes(), path.stat().st_mode)
    return Kept(os.fsencode(home), tuple(folders), links, files)


def _write(kept: Kept, home: Path, folder: Path) -> None:
    """Write it all, and where git noted where it came from, note where this one does."""
    folder.mkdir(parents=True, exist_ok=True)
    for inside in kept.folders:
        (folder / inside).mkdir()
    for inside, to in kept.links.items():
        (folder / inside).symlink_to(to)
    for inside, (words, mode) in kept.files.items():
        file = folder / inside
        notes_home = inside.startswith((".git/config", ".git/logs/"))
        file.write_bytes(words.replace(kept.home, os.fsencode(home)) if notes_home else words)
        file.chmod(mode)
