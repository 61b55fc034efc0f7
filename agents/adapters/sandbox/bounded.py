"""Runs one command in a sandbox to its end, within bounds, and leaves nothing of it alive."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

TIMED_OUT = 124
KILLED = 137
_BURIAL = 10.0  # seconds that the kernel may take to end what was killed
_GLANCE = 0.1  # seconds between two looks at what the command uses
_CHUNK = 65_536
_MOST_CHUNKS = 16


@dataclass(frozen=True)
class Bwrap:
    """How to call bubblewrap: `before` is what execs it, `program` its path, `setup` what it shall set up."""

    before: tuple[str, ...]
    program: str
    setup: tuple[str, ...]


@dataclass(frozen=True)
class Ended:
    """How a command ended. `started` is false when the sandbox could not be set up; `output` says why then."""

    exit_code: int
    output: bytes
    seconds: float
    cut: int = 0  # bytes left out in the middle of the output
    started: bool = True


def run_bounded(
    bwrap: Bwrap,
    command: Sequence[str],
    *,
    stdin: int,
    seconds: float,
    output: int,
    tally: Callable[[int], str],
) -> Ended:
    """Run a command in bubblewrap. Standard output and error come back together, at most `output` bytes of them.

    `tally` is told the number of the first process inside, ten times a second, and says which bound is broken; then,
    and after `seconds`, everything is killed. Nothing inside outlives this call, nor the thread that makes it.
    """
    status, said = os.pipe(), os.pipe()
    setup = _held(bwrap.setup)
    try:
        # Its environment is empty and its arguments come through a file: the first process inside is bwrap itself, and
        # whatever runs inside may read the environment and the command line of that.
        outer = subprocess.Popen(
            (*bwrap.before, bwrap.program, "--json-status-fd", str(status[1]), "--args", str(setup), "--", *command),
            cwd="/",
            env={},
            stdin=stdin,
            stdout=said[1],
            stderr=said[1],
            pass_fds=(status[1], setup),
            start_new_session=True,
        )
    except BaseException:
        _close(status[0], said[0])
        raise
    finally:
        _close(status[1], said[1], setup)
    watched = _Watched(outer, said[0], status[0], Middle(output), seconds, tally)
    try:
        watched.follow()
    finally:
        watched.close()
    return watched.ended()


def _held(words: Sequence[str]) -> int:
    """A file in memory that holds the words, each ended by a zero; open, at its beginning."""
    file = os.memfd_create("setup")
    os.write(file, b"".join(f"{word}\0".encode() for word in words))
    os.lseek(file, 0, os.SEEK_SET)
    return file


class Middle:
    """Keeps the beginning and the end of a stream that may be endless."""

    def __init__(self, limit: int) -> None:
        self._half = limit // 2
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._dropped = 0

    def add(self, chunk: bytes) -> None:
        room = self._half - len(self._head)
        self._head += chunk[:room]
        if rest := chunk[room:]:
            self._tail.append(rest)
            self._tail_size += len(rest)
        while self._tail and self._tail_size - len(self._tail[0]) >= self._half:
            self._dropped += len(self._tail[0])
            self._tail_size -= len(self._tail.popleft())

    def whole(self) -> tuple[bytes, int]:
        """What is kept, with a note where something is missing, and how much that is."""
        tail = b"".join(self._tail)
        spare = max(0, len(tail) - self._half)
        cut = self._dropped + spare
        note = f"\n[… {cut} bytes left out …]\n".encode() if cut else b""
        return bytes(self._head) + note + tail[spare:], cut


@dataclass
class _Watched:
    """One running command: `outer` is bwrap; with `init`, the first process inside, everything inside dies."""

    outer: subprocess.Popen[bytes]
    out: int
    status: int
    output: Middle
    seconds: float
    tally: Callable[[int], str]
    began: float = field(default_factory=time.monotonic)
    spent: float = 0.0
    exit_code: int | None = None
    stopped: str = ""  # the bound that it broke
    _streams: tuple[int, ...] = ()
    _told: bytes = b""
    _init: int | None = None  # a pidfd
    _init_pid: int = 0

    def follow(self) -> None:
        """Drain its output until it has ended, or until it is ended for breaking a bound."""
        self._streams = (self.out, self.status)
        os.set_blocking(self.out, False)
        os.set_blocking(self.status, False)
        gone, glance = os.pidfd_open(self.outer.pid), self.began + _GLANCE
        try:
            while not self.stopped:
                look_at = min(glance, self.began + self.seconds)
                ready = ready_of((*self._streams, gone), look_at - time.monotonic())
                if gone in ready:
                    break
                self._take(ready)
                if time.monotonic() >= look_at:
                    self._judge()
                    glance = time.monotonic() + _GLANCE
        finally:
            os.close(gone)
        self._bury()
        self._take(self._streams)

    def close(self) -> None:
        """Make sure of the end, whatever happened."""
        self._end()
        self.outer.wait()
        _close(self.out, self.status, *(() if self._init is None else (self._init,)))

    def ended(self) -> Ended:
        """What became of it."""
        output, cut = self.output.whole()
        if self.stopped and self.exit_code == KILLED:
            output += f"\n[stopped: {self.stopped}]\n".encode()
        if self.exit_code is None:
            return Ended(self.outer.returncode, output, self.spent, cut, started=False)
        return Ended(self.exit_code, output, self.spent, cut)

    def _judge(self) -> None:
        """Whether a bound is broken."""
        if time.monotonic() >= self.began + self.seconds:
            self.stopped, self.exit_code = "out of time", TIMED_OUT
        elif self._init_pid and (why := self.tally(self._init_pid)):
            self.stopped, self.exit_code = why, KILLED

    def _take(self, ready: tuple[int, ...]) -> None:
        """Take what has been printed and reported."""
        for stream, keep in ((self.out, self.output.add), (self.status, self._hear)):
            if stream in ready:
                chunks, over = chunks_of(stream)
                for chunk in chunks:
                    keep(chunk)
                if over:
                    self._streams = tuple(each for each in self._streams if each != stream)

    def _hear(self, chunk: bytes) -> None:
        """What bwrap reports: first the number of the first process inside, at last its exit code."""
        *lines, self._told = (self._told + chunk).split(b"\n")
        for line in filter(None, lines):
            told = json.loads(line)
            if "child-pid" in told:
                self._init_pid = told["child-pid"]
                self._init = _opened(self._init_pid)
            if self.exit_code is None:
                self.exit_code = told.get("exit-code")

    def _bury(self) -> None:
        """Kill what is left and wait until nothing is alive: the kernel ends the first process inside last."""
        self._end()
        self.outer.wait()
        if self._init is not None and not ready_of((self._init,), _BURIAL):
            raise TimeoutError(f"processes of a sandbox were killed and did not end within {_BURIAL:g} s")
        self.spent = time.monotonic() - self.began

    def _end(self) -> None:
        if self._init is not None:
            with contextlib.suppress(ProcessLookupError):  # it has ended already
                signal.pidfd_send_signal(self._init, signal.SIGKILL)
        self.outer.kill()


def ready_of(descriptors: tuple[int, ...], seconds: float) -> tuple[int, ...]:
    """Those that can be read, or whose process has ended, within this time."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return tuple(descriptor for descriptor, _ in poll.poll(max(0.0, seconds) * 1000))


def chunks_of(stream: int) -> tuple[list[bytes], bool]:
    """What can be read now, a megabyte at most so that endless output does not stop the watch; whether it is over."""
    chunks: list[bytes] = []
    while len(chunks) < _MOST_CHUNKS:
        try:
            chunk = os.read(stream, _CHUNK)
        except BlockingIOError:
            break
        if not chunk:
            return chunks, True
        chunks.append(chunk)
    return chunks, False


def _opened(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None  # it has ended already


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
