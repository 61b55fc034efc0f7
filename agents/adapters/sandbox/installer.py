"""Pip, as far as it is let: wheels alone, so that nothing foreign runs, and nothing of the bot's own is seen by it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from agents.adapters.sandbox.interpreters import Interpreter, interpreter
from agents.errors import SandboxUnusable
from agents.requirements.declared import folded, name_of

PINS = "constraints.txt"
_ALONE = ("--no-input", "--disable-pip-version-check")
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_SHOWN = 400
_NAMED = 12  # of the packages, in an error
_MOST_LEFT = 5
_NOT_HAD = re.compile(r"No matching distribution found for (?P<line>\S+)|Cannot install (?P<name>[^\s,]+) because")
_VERSIONS = re.compile(r"(?m)^Available versions: (?P<all>.+)$")


@dataclass(frozen=True)
class Installer:
    """Makes the virtual environment of the repository `name` in `folder`; none of its calls takes longer."""

    name: str
    folder: Path
    seconds: float
    python: Interpreter = field(default_factory=partial(interpreter, "", ""))

    def install(self, packages: Sequence[str], pins: Sequence[str], firm: Collection[str]) -> tuple[str, ...]:
        """Make it anew, with these packages in the versions of these pins; gives those that had to be left out.

        That are packages that the index has, but not as a wheel for this Python: often a document needs them, and no
        test. One whose name, as PEP 503 folds it, is `firm` is needed, and never left out. Raises SandboxUnusable.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        has_pip = importlib.util.find_spec("pip") is not None  # else it needs one of its own, which takes seconds
        ours = has_pip and self.python.is_ours  # a pip may not know a later Python
        lean = ("--without-pip",) if ours or not packages else ()
        code, said = self.run((self.python.program, "-m", "venv", *lean, str(self.folder)))
        if code:
            raise SandboxUnusable(f"The environment of {self.name} could not be made: {_reason(said)}")
        python = str(self.folder / "bin" / "python")
        pip = (sys.executable, "-I", "-m", "pip", "--python", python) if ours else (python, "-I", "-m", "pip")
        limits = self.folder / PINS
        limits.write_text("".join(f"{pin}\n" for pin in pins))
        command = (*pip, "install", *_ALONE, "--progress-bar", "off", "--only-binary", ":all:", "-c", str(limits), "--")
        left: list[str] = []
        while remaining := [each for each in packages if each not in left]:
            code, said = self.run((*command, *remaining))
            if not code:
                break
            spare = [each for each in remaining if folded(name_of(each)) not in firm]
            if len(left) == _MOST_LEFT or not (lacking := self._without_wheel(said, spare, pins, pip)):
                raise SandboxUnusable(self._why_not(remaining, said))
            left.append(lacking)
        return tuple(left)

    def _without_wheel(self, said: str, spare: Sequence[str], pins: Sequence[str], pip: Sequence[str]) -> str:
        """Which of these pip did not get though the index has it; empty if it is none, or was not reached."""
        found = _NOT_HAD.search(said)
        name = folded(name_of(found["line"] or found["name"])) if found else ""
        lacking = next((each for each in spare if folded(name_of(each)) == name), "")
        if not lacking:
            return ""
        _, told = self.run((*pip, "index", "versions", *_ALONE, "--pre", name))
        versions = _VERSIONS.search(told)
        lines = (lacking, *(pin for pin in pins if folded(name_of(pin)) == name))
        return lacking if versions and _one_fits(versions["all"].split(", "), lines) else ""

    def _why_not(self, packages: Sequence[str], said: str) -> str:
        more = f" and {len(packages) - _NAMED} more" if len(packages) > _NAMED else ""
        here = f"Python {self.python.version}"
        return (
            f"The environment of {self.name} ({', '.join(packages[:_NAMED])}{more}) could not be made: {_reason(said)}"
            " Check `requirements` and `requirements_from` in the policy file (each package needs a wheel for this"
            f" machine and {here}, in the version that a lock file names) and that this machine reaches its package"
            " index, then retry; or name a ready-made `environment`."
        )

    def run(self, command: Sequence[str]) -> tuple[int, str]:
        """How a program ended and what it printed; without the bot's secrets, in an empty folder, with no file in it.

        Raises SandboxUnusable when it takes too long.
        """
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
                    sentence = f"The environment of {self.name} was not made within {self.seconds:g} s; retry later"
                    raise SandboxUnusable(sentence) from error
                raise
        return running.returncode, said


def _one_fits(versions: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether a version is one that all these lines allow."""
    try:
        allowed = [Requirement(line).specifier for line in lines]
    except InvalidRequirement:
        return False
    return any(all(each.contains(version, prereleases=True) for each in allowed) for version in versions)


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
