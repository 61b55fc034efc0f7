"""Checks: the repository's own tests, run on a clean checkout of every pushed commit, as a CI service would."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from playground.codehost.git import BareRepository, GitFailed
from playground.codehost.records import Check, CheckStatus, Conclusion

LOG_LIMIT = 1_000_000
INSTEAD_OF_EXIT = -1


class CheckMode(StrEnum):
    RUN = "run"
    NEVER = "never"  # checks stay queued for ever, as when no runner is free


@dataclass(frozen=True)
class CheckRunner:
    """How checks are run.

    `command` is run without a shell in the checkout, with `env` and nothing else of this process's environment but
    PATH (led by the folder of `python`, when given) and the language. `wrap` may put the command into a sandbox:
    it is given the command and the checkout. `delay` and `timeout` are in seconds.
    """

    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    python: Path | None = None
    mode: CheckMode = CheckMode.RUN
    delay: float = 0.0
    timeout: float = 300.0
    name: str = "tests"
    wrap: Callable[[Sequence[str], Path], Sequence[str]] | None = None

    def environment(self, home: Path) -> dict[str, str]:
        search = os.environ.get("PATH", os.defpath)
        if self.python is not None:
            search = f"{self.python.parent}{os.pathsep}{search}"
        return {
            "PATH": search,
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "CI": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.env,
        }


class CheckBench:
    """Runs checks one after the other, each in a thread of its own, and writes what happens into the Check."""

    def __init__(self, runner: CheckRunner, lock: threading.RLock, now: Callable[[], datetime]) -> None:
        self._runner = runner
        self._lock = lock  # guards every record of the code host
        self._now = now
        self._turn = threading.Lock()
        self._stopped = threading.Event()
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return self._runner.name

    def start(self, git: BareRepository, check: Check) -> None:
        """Queue one check; returns at once."""
        if self._runner.mode is CheckMode.NEVER:
            return
        threading.Thread(target=self._run, args=(git, check), name=f"check-{check.id}", daemon=True).start()

    def stop(self) -> None:
        """Kill the test run under way and start no other; its check stays as it is."""
        self._stopped.set()
        running = self._running
        if running is not None:
            _kill_group(running)

    def _run(self, git: BareRepository, check: Check) -> None:
        with self._turn:
            if self._stopped.wait(self._runner.delay):
                return
            with self._lock:
                check.status, check.started_at = CheckStatus.IN_PROGRESS, self._now()
            folder = Path(tempfile.mkdtemp(prefix="check-"))
            try:
                code, log = self._test(git, check.head_sha, folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            if self._stopped.is_set():
                return
            with self._lock:
                self._complete(check, code, log)

    def _test(self, git: BareRepository, sha: str, folder: Path) -> tuple[int | None, str]:
        """The exit code (None: it took too long; INSTEAD_OF_EXIT: it did not start) and the log of one run."""
        checkout, output = folder / "checkout", folder / "log"
        try:
            git.check_out(sha, checkout)
            command = list(self._runner.command)
            if self._runner.wrap is not None:
                command = list(self._runner.wrap(command, checkout))
            with output.open("wb") as sink:
                code = self._wait(command, checkout, folder, sink.fileno())
        except (GitFailed, OSError) as fault:
            return INSTEAD_OF_EXIT, f"The check could not be started: {fault}"
        return code, _tail(output)

    def _wait(self, command: list[str], checkout: Path, home: Path, sink: int) -> int | None:
        with subprocess.Popen(
            command,
            cwd=checkout,
            env=self._runner.environment(home),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as running:
            self._running = running
            try:
                return running.wait(self._runner.timeout)
            except subprocess.TimeoutExpired:
                return None
            finally:
                self._running = None
                _kill_group(running)  # nothing the tests left behind may outlive the check

    def _complete(self, check: Check, code: int | None, log: str) -> None:
        check.status, check.completed_at, check.log = CheckStatus.COMPLETED, self._now(), log
        last = next((line for line in reversed(log.splitlines()) if line.strip()), "no output")
        if code == 0:
            check.conclusion, check.title = Conclusion.SUCCESS, "The tests passed"
            check.summary = last
        elif code is None:
            check.conclusion, check.title = Conclusion.TIMED_OUT, "The tests took too long"
            check.summary = f"Stopped after {self._runner.timeout:g} s."
        else:
            check.conclusion, check.title = Conclusion.FAILURE, "The tests failed"
            check.summary = f"Exit code {code}: {last}" if code >= 0 else last


def _tail(output: Path) -> str:
    with output.open("rb") as source:
        size = source.seek(0, os.SEEK_END)
        source.seek(max(0, size - LOG_LIMIT))
        return source.read().decode(errors="replace")


def _kill_group(running: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(running.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it ended by itself, and so did all it started
