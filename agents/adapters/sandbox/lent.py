"""Folders of this machine that the policy lends to a repository's tests: toolchains, and dependencies of its checkout.

What is in them is seen read-only by code that nobody has looked at, so none may hold anything of the bot's own.

JavaScript's tools keep caches in `node_modules` and fail where they cannot. So that is a folder of the checkout, with a
link for each package to where the packages are seen, as pnpm lays it out; any other folder is shown in its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agents.adapters.sandbox import confined
from agents.adapters.sandbox.view import INSIDE
from agents.errors import SandboxUnusable
from agents.terms import Repository

_SHELF = "/lent"  # where packages are seen that a checkout links to
_LINKED = "node_modules"
_CACHES = (".cache", ".vite")  # how their names begin; a tool fails to write through a link to one that is lent


@dataclass(frozen=True)
class Lent:
    """`toolchains` are seen at their own paths, `dependencies` in the checkout, by their place there."""

    toolchains: tuple[Path, ...]
    dependencies: Mapping[str, Path]

    @property
    def programs(self) -> tuple[Path, ...]:
        """The folders that go into PATH: a toolchain's `bin`, or the toolchain itself when it has none."""
        return tuple(each / "bin" if (each / "bin").is_dir() else each for each in self.toolchains)

    @property
    def mounts(self) -> dict[str, Path]:
        """Where the dependencies are seen inside the sandbox."""
        return {
            f"{_SHELF if _is_linked(place) else INSIDE}/{place}": folder for place, folder in self.dependencies.items()
        }

    @property
    def left_out(self) -> tuple[str, ...]:
        """What git is not to see of it in a checkout, as lines of an exclude file."""
        return tuple(f"/{place}/" for place in self.dependencies if _is_linked(place))

    def lay_out(self, checkout: Path) -> None:
        """Make the folders with the links in a fresh checkout. Raises SandboxUnusable where something is in the way."""
        for place, folder in self.dependencies.items():
            if _is_linked(place):
                _make(checkout, place)
                for path, links in _links(folder, place):
                    _make(checkout, path, links)

    def make_places(self, checkout: Path) -> None:
        """Make sure that what is shown in the checkout has a folder there, and no link. Raises SandboxUnusable."""
        for place in self.dependencies:
            if not _is_linked(place):
                _make(checkout, place)


def lent(repository: Repository, home: Path) -> Lent:
    """What the policy lends. Raises SandboxUnusable for what is not there, or would show the bot's own `home`."""
    toolchains = tuple(_folder(each, "toolchains", repository, home) for each in repository.toolchains)
    dependencies = {
        place: _folder(each, "dependencies", repository, home) for place, each in repository.dependencies.items()
    }
    return Lent(toolchains, dependencies)


def unlent(repository: Repository) -> dict[str, Path]:
    """By their places, the packages of workspaces that npm or pnpm put beside those that are lent, and that are not."""
    found = {
        f"{PurePosixPath(place).parent / beside.relative_to(folder.parent)}": beside
        for place, folder in ((place, Path(each)) for place, each in repository.dependencies.items())
        if _is_linked(place) and folder.name == _LINKED
        for depth in ("*", "*/*", "*/*/*")
        for beside in sorted(folder.parent.glob(f"{depth}/{_LINKED}"))
        if _LINKED not in beside.parent.relative_to(folder.parent).parts and any(beside.glob("[!.]*"))
    }
    return {place: folder for place, folder in found.items() if place not in repository.dependencies}


def _folder(name: str, key: str, repository: Repository, home: Path) -> Path:
    folder, own = Path(name), home.resolve()
    if not folder.is_dir():
        raise SandboxUnusable(
            f"{name}, named by `{key}` of {repository.name} in the policy file, is no folder of this machine: make it,"
            " or correct the policy file"
        )
    real = folder.resolve()
    if own.is_relative_to(real) or real.is_relative_to(own) or Path.cwd().is_relative_to(real):
        raise SandboxUnusable(
            f"{name}, named by `{key}` of {repository.name} in the policy file, would show the bot's own files to what"
            " runs in the sandbox: put what the tests need into a folder of its own"
        )
    return folder


def _is_linked(place: str) -> bool:
    return PurePosixPath(place).name == _LINKED


def _links(folder: Path, place: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Per folder of the checkout its links; a scope such as `@acme` is a folder of its own.

    What is a link itself, such as a package of the same repository, is one to the same place in the checkout.
    """
    here: dict[str, str] = {}
    for entry in os.scandir(folder):
        if entry.name.startswith(_CACHES):
            continue
        if entry.name.startswith("@") and entry.is_dir(follow_symlinks=False):
            inner = f"{place}/{entry.name}"
            yield inner, {each.name: _target(each, inner) for each in os.scandir(entry)}
        else:
            here[entry.name] = _target(entry, place)
    yield place, here


def _target(entry: os.DirEntry[str], place: str) -> str:
    return str(Path(entry).readlink()) if entry.is_symlink() else f"{_SHELF}/{place}/{entry.name}"


def _make(checkout: Path, place: str, links: Mapping[str, str] | None = None) -> None:
    try:
        confined.make_folder(checkout, place, links)
    except ValueError as error:
        raise SandboxUnusable(
            f"The `dependencies` of the policy file cannot be shown in the checkout: {error}. Correct them, or the"
            " repository."
        ) from error
