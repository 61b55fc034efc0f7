"""How a bot's process is started: from nothing, as an operator does, or as a fork of one that has imported it."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess  # not everywhere is there one


class Bot(Protocol):
    """One process, as `subprocess.Popen` describes it."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True)
class Call:
    """`signalbox <command>`, typed in a folder, with this environment and no other; what it says goes to the log."""

    command: str
    folder: Path
    environment: Mapping[str, str]
    log: Path


Start = Callable[[Call], Bot]


def from_nothing(call: Call) -> Bot:
    """A new interpreter, which imports everything."""
    with call.log.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", call.command],
            cwd=call.folder,
            env=dict(call.environment),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def forked(call: Call) -> Bot:
    """A fork of a process that has imported the bot and read what never changes: a life without those seconds.

    It dies, is signalled and found in /proc like any other.
    """
    return fork(_obey, call, log=call.log)


def fork(work: Callable[..., None], *arguments: object, log: Path) -> Bot:
    """A process as `forked` makes them, which does other work. The one that it is forked from ends with this one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["playground.ready_bot"])
    process = context.Process(target=_alone, args=(log, work, arguments))
    process.start()
    return _Forked(process)


class _Forked:
    """A forked process as a Bot. Several threads may ask for its end, which the process itself does not bear."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self._lock = threading.Lock()
        self.pid: int = process.pid or 0

    def poll(self) -> int | None:
        with self._lock:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        with self._lock:
            self._process.join(timeout)
            code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("signalbox", timeout or 0.0)
        return code

    def terminate(self) -> None:
        with self._lock:
            self._process.terminate()

    def kill(self) -> None:
        with self._lock:
            self._process.kill()


def _alone(log: Path, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
    """Do the work in a session of its own; what it says goes to the log."""
    os.setsid()
    opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(opened, stream.fileno())
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # as PYTHONUNBUFFERED has it
    os.close(opened)
    work(*arguments)


def _obey(call: Call) -> None:
    os.chdir(call.folder)
    os.environ.clear()
    os.environ.update(call.environment)
    sys.argv = ["signalbox", call.command]
    from bot.cli import main  # noqa: PLC0415 only here is it another process's

    main()
