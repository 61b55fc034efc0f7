"""The virtual environment that a repository's tests run in, made while there still is a network.

Only wheels are installed, so nothing foreign runs while it is made; what is in it runs in the sandbox and nowhere else.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agents.adapters.file_lock import StillLocked, held
from agents.adapters.sandbox.installer import Installer
from agents.adapters.sandbox.interpreters import interpreter, need_fitting
from agents.adapters.sandbox.own_metadata import count_as_installed
from agents.errors import SandboxUnusable
from agents.requirements.wanted import Reading, wanted
from agents.terms import Repository

_STAMP = "made-from"
_LEFT_OUT = "left-out.txt"
_UNUSED = 30 * 86_400.0  # seconds
# A name with versions and markers. A path or an address could bring a source distribution, which runs when it is built.
# It is one line of a file that pip reads, where `$` stands for what the environment holds.
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]* *(?:\[[\w .,-]*\])? *[^/@:\\$\x00-\x1f\x7f]*")


@dataclass(frozen=True)
class Environment:
    """A virtual environment and the folders it needs to be seen in: itself and its interpreter's."""

    folder: Path
    roots: tuple[Path, ...]
    left_out: tuple[str, ...] = ()  # packages that the repository's own files name, and that have no wheel for here

    @property
    def programs(self) -> Path:
        """The folder that goes first in PATH."""
        return self.folder / "bin"


@dataclass(frozen=True)
class Environments:
    """Makes environments in `folder`, one for each set of requirements, and finds them again."""

    folder: Path
    seconds: float = 900.0  # for making one, and for waiting until another process has made it

    def of(self, repository: Repository, read: Reading) -> Environment:
        """The repository's environment, made if need be; `read` gives the files that `requirements_from` names.

        Raises SandboxUnusable when there can be none, and what `read` raises.
        """
        given = Path(repository.environment).absolute() if repository.environment else None
        return environment_at(given or self._made(repository, read), repository.name)

    def _made(self, repository: Repository, read: Reading) -> Path:
        python = interpreter(repository.python, repository.name)
        needs = wanted(repository.requirements_from, read, _of_policy(repository), python.version)
        if repository.requirements_from and len(needs.missing) == len(repository.requirements_from):
            raise SandboxUnusable(
                f"{repository.name} has no {' nor '.join(needs.missing)} at the commit that is looked at; correct"
                " requirements_from in the policy file"
            )
        for project in needs.projects:
            need_fitting(python, project.requires_python, repository.name)
        packages, pins = (sorted(filter(_REQUIREMENT.fullmatch, lines)) for lines in (needs.packages, needs.pins))
        more = (*(f"-c {pin}" for pin in pins), *sorted(needs.needed), *(repr(project) for project in needs.projects))
        made_from = "\n".join((python.made_of, *packages, *more))
        folder = self.folder.absolute() / hashlib.sha256(made_from.encode()).hexdigest()[:16]
        try:
            with held(folder.with_suffix(".lock"), self.seconds):
                if not _is_made(folder, made_from):
                    self._sweep(folder)
                    left = Installer(repository.name, folder, self.seconds, python).install(
                        packages, pins, needs.needed
                    )
                    (folder / _LEFT_OUT).write_text("".join(f"{each}\n" for each in left))
                    count_as_installed(needs.projects, folder)
                    (folder / _STAMP).write_text(made_from)  # last: without it an environment is a half-made one
                os.utime(folder / _STAMP)
        except StillLocked as error:
            sentence = f"another process has been making the environment of {repository.name} for {self.seconds:g} s"
            raise SandboxUnusable(f"{sentence}; retry when it is done") from error
        return folder

    def _sweep(self, but: Path) -> None:
        """Remove those that nobody has used for long: each change of a lock file brings another one."""
        for folder in (each for each in self.folder.absolute().iterdir() if each.is_dir() and each != but):
            with suppress(StillLocked, FileNotFoundError), held(folder.with_suffix(".lock"), 0):
                stamp = folder / _STAMP
                used = (stamp if stamp.exists() else folder).stat().st_mtime
                if time.time() - used > _UNUSED:
                    shutil.rmtree(folder, ignore_errors=True)


def environment_at(folder: Path, name: str) -> Environment:
    """The environment in a folder, with where its interpreter lives. Raises SandboxUnusable when there is none."""
    python = folder / "bin" / "python"
    if not os.access(python, os.X_OK):
        raise SandboxUnusable(
            f"{folder}, the environment of {name}, has no bin/python that can be run: name the folder of a virtual"
            " environment in the policy file, or list requirements there instead"
        )
    left_out = folder / _LEFT_OUT
    lines = left_out.read_text().splitlines() if left_out.is_file() else ()
    return Environment(folder, (folder, *interpreter_roots(python)), tuple(lines))


def interpreter_roots(python: Path) -> tuple[Path, ...]:
    """The folders outside `/usr` that an interpreter needs, `python` being it or a link of a virtual environment to it.

    Only a folder that holds a Python library counts, so that a strange link never shows a sandbox anything else.
    """
    homes = {python.resolve().parent}
    settings = python.parent.parent / "pyvenv.cfg"
    if settings.is_file():
        found = re.search(r"(?m)^home\s*=\s*(/.+)$", settings.read_text(encoding="utf-8", errors="replace"))
        homes |= {Path(found[1].strip())} if found else set()
    roots = {home.parent for home in homes if home.name == "bin" and not home.resolve().is_relative_to("/usr")}
    return tuple(sorted(root for root in roots if any(root.glob("lib/python3*/os.py"))))


def _of_policy(repository: Repository) -> tuple[str, ...]:
    """What the policy itself lists. Raises SandboxUnusable when it names what is no package of an index."""
    listed = tuple(requirement.strip() for requirement in repository.requirements)
    for requirement in listed:
        if not _REQUIREMENT.fullmatch(requirement):
            raise SandboxUnusable(
                f"{requirement!r} among the requirements of {repository.name} is not a package's name with"
                " versions; paths, addresses and options are not allowed there: correct the policy file"
            )
    return listed


def _is_made(folder: Path, made_from: str) -> bool:
    stamp = folder / _STAMP
    return stamp.is_file() and stamp.read_text() == made_from and os.access(folder / "bin" / "python", os.X_OK)
