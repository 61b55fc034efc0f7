"""The Python that a repository's tests are run by: the bot's own, or another one of this machine."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from agents.errors import SandboxUnusable

_SECONDS = 30.0
_ASK = "import platform, sys; print(platform.python_version(), sys.base_prefix)"


@dataclass(frozen=True)
class Interpreter:
    """A program, its whole version, and what tells two of the same version apart."""

    program: str
    version: str
    made_of: str

    @property
    def is_ours(self) -> bool:
        """Whether it is the one that the bot itself runs on, whose pip it may use."""
        return self.program == sys.executable


def interpreter(name: str, repository: str) -> Interpreter:
    """The one of this name or path; the bot's own where none is named. Raises SandboxUnusable when there is none."""
    if not name:
        return Interpreter(sys.executable, platform.python_version(), f"{sys.version}\n{sys.base_prefix}")
    try:
        asked = (shutil.which(name) or name, "-I", "-c", _ASK)
        said = subprocess.run(asked, capture_output=True, text=True, timeout=_SECONDS, check=True, env={}).stdout
        version = said.split()[0]
    except (OSError, subprocess.SubprocessError, IndexError) as error:
        raise SandboxUnusable(
            f"{name}, the Python of {repository}, cannot be run on this machine: install it (with its venv and pip), or"
            " correct `python` in the policy file"
        ) from error
    return Interpreter(asked[0], version, said)


def need_fitting(python: Interpreter, wanted: str, repository: str) -> None:
    """Raises SandboxUnusable where a project wants another version, by its `requires-python`."""
    try:
        fits = SpecifierSet(wanted).contains(python.version, prereleases=True)
    except InvalidSpecifier:
        return
    if not fits:
        raise SandboxUnusable(
            f"{repository} needs Python {wanted}, and its tests would be run by {python.version}: name one of this"
            " machine that fits as `python` in the policy file (python3.13), or a ready-made `environment`"
        )
