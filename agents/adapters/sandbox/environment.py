"""The virtual environment that a repository's tests run in, made while there still is a network.

Only wheels are installed, so nothing foreign runs while it is made; what is in it runs in the sandbox and nowhere else.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agents.adapters.file_lock import StillLocked, held
from agents.adapters.sandbox.own_metadata import count_as_installed
from agents.errors import SandboxUnusable
from agents.requirements.wanted import Reading, wanted
from agents.terms import Repository

_STAMP = "made-from"
_PINS = "constraints.txt"
_UNUSED = 30 * 86_400.0  # seconds
# A name with versions and markers. A path or an address could bring a source distribution, which runs when it is built.
# It is one line of a file that pip reads, where `$` stands for what the environment holds.
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]* *(?:\[[\w .,-]*\])? *[^/@:\\$\x00-\x1f\x7f]*")
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_SHOWN = 400
_NAMED = 12  # of the packages, in an error


@dataclass(frozen=True)
class Environment:
    """A virtual environment and the folders it needs to be seen in: itself and its interpreter's."""

    folder: Path
    roots: tuple[Path, ...]

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
        needs = wanted(repository.requirements_from, read, _of_policy(repository))
        if repository.requirements_from and len(needs.missing) == len(repository.requirements_from):
            raise SandboxUnusable(
                f"{repository.name} has no {' nor '.join(needs.missing)} at the commit that is looked at; correct"
                " requirements_from in the policy file"
            )
        packages, pins = (sorted(filter(_REQUIREMENT.fullmatch, lines)) for lines in (needs.packages, needs.pins))
        more = (*(f"-c {pin}" for pin in pins), *(repr(project) for project in needs.projects))
        made_from = "\n".join((sys.version, sys.base_prefix, *packages, *more))
        folder = self.folder.absolute() / hashlib.sha256(made_from.encode()).hexdigest()[:16]
        try:
            with held(folder.with_suffix(".lock"), self.seconds):
                if not _is_made(folder, made_from):
                    self._sweep(folder)
                    self._make(folder, repository.name, packages, pins)
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

    def _make(self, folder: Path, name: str, packages: Sequence[str], pins: Sequence[str]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        ours = importlib.util.find_spec("pip") is not None  # else it needs one of its own, which takes seconds
        lean = ("--without-pip",) if ours or not packages else ()
        self._told(f"The environment of {name}", (sys.executable, "-m", "venv", *lean, str(folder)))
        if not packages:
            return
        limits = folder / _PINS
        limits.write_text("".join(f"{pin}\n" for pin in pins))
        python = str(folder / "bin" / "python")
        pip = (sys.executable, "-I", "-m", "pip", "--python", python) if ours else (python, "-I", "-m", "pip")
        alone = ("--no-input", "--disable-pip-version-check", "--progress-bar", "off")
        install = ("install", *alone, "--only-binary", ":all:", "--constraint", str(limits), "--", *packages)
        more = f" and {len(packages) - _NAMED} more" if len(packages) > _NAMED else ""
        self._told(f"The environment of {name} ({', '.join(packages[:_NAMED])}{more})", (*pip, *install))

    def _told(self, what: str, command: Sequence[str]) -> str:
        """What a program printed; without the bot's secrets, in an empty folder, where no name can be a file's."""
        with (
            tempfile.TemporaryDirectory(prefix="signalbox-pip-") as empty,
            subprocess.Popen(
                command,
                cwd=empty,
                env=_variables(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as running,
        ):
            try:
                said = running.communicate(timeout=self.seconds)[0].decode(errors="replace")
            except BaseException as error:
                os.killpg(running.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise SandboxUnusable(f"{what} was not made within {self.seconds:g} s; retry later") from error
                raise
        if running.returncode:
            raise SandboxUnusable(
                f"{what} could not be made: {_reason(said)} Check `requirements` and `requirements_from` in the policy"
                f" file (each package needs a wheel for this machine and Python {sys.version_info[0]}."
                f"{sys.version_info[1]}, in the version that a lock file names) and that this machine reaches its"
                " package index, then retry; or name a ready-made `environment`."
            )
        return said


def environment_at(folder: Path, name: str) -> Environment:
    """The environment in a folder, with where its interpreter lives. Raises SandboxUnusable when there is none."""
    python = folder / "bin" / "python"
    if not os.access(python, os.X_OK):
        raise SandboxUnusable(
            f"{folder}, the environment of {name}, has no bin/python that can be run: name the folder of a virtual"
            " environment in the policy file, or list requirements there instead"
        )
    return Environment(folder, (folder, *interpreter_roots(python)))


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


def _variables() -> dict[str, str]:
    """What pip may see of our environment: where the index is and how it is reached, no secret of the bot's."""
    wanted = {
        name for name in os.environ if name in _KEPT or name.startswith("PIP_") or name.lower().endswith("_proxy")
    }
    return {name: os.environ[name] for name in sorted(wanted)}


def _reason(said: str) -> str:
    """The last error that pip tells; of versions that do not go together also which these are."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line and "ResolutionImpossible" not in line]
    last = (errors or lines or ["it gave no reason."])[-1]
    _, _, causes = said.partition("The conflict is caused by:")
    named = [line.strip() for line in causes.partition("To fix this")[0].splitlines() if line.strip()]
    return f"{last} {'; '.join(named)}{'.' if named else ''}".strip()[:_SHOWN]
