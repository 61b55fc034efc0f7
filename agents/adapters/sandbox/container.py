"""Runs commands in containers of one image, by docker or podman: one container a command, gone when that has ended.

What bubblewrap's sandbox keeps from a command is kept from it here too: no network, no variable of ours, no capability,
nothing to write but the checkout and a scratch space of bounded size, bounded memory, processes and time. What differs:
the system's programs are the image's, and the kernel bounds memory and processes by the container's group.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.adapters.sandbox.bounded import KILLED, TIMED_OUT, Ended, Middle, chunks_of, ready_of
from agents.adapters.sandbox.etc import TEMPORARY
from agents.adapters.sandbox.view import INSIDE, VARIABLES, Bounds, View
from agents.errors import SandboxUnusable

CHECKOUT = "signalbox.checkout"  # the label by which what a dead process left running is found
_SHOWN = ("gitconfig", "all-binary", "left-behind")  # of our files of `/etc`; all else is the image's
_BEGUN = b"signalbox: begun\n"
_SETUP_SECONDS = 120.0
_CLIENT_SECONDS = 60.0
_GOING_SECONDS = 5.0
_GLANCE = 0.2
_GRACE = 60  # seconds after which a container ends what nobody ended from outside, because the bot is dead
# The first words say that the container stands. `kill -1` reaches all but the first process, which then ends. Whoever
# waits for that moment is no child of the command, which may look at its children.
_WRAPPED = """\
echo 'signalbox: begun'
mkdir -p "$HOME"
( ( sleep "$1"; kill -9 -1 ) >/dev/null 2>&1 </dev/null & )
shift
exec "$@" 2>&1
"""
_KEPT = (
    "PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS", "TMPDIR", "LANG",
    "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION",
    "CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINER_SSHKEY", "CONTAINERS_CONF",
)  # fmt: skip
_VARIABLES = {name: value for name, value in VARIABLES.items() if name != "PATH"}  # an image has its own
_WHO = {"USER": "signalbox", "LOGNAME": "signalbox"}  # our number has no name in an image
_OUT_OF_TIME = "out of time"


@dataclass(frozen=True)
class Container:
    """Containers of `image`, made by `program`. `etc` holds our files of `/etc`."""

    program: str
    image: str
    etc: Path
    bounds: Bounds = field(default_factory=Bounds)

    def run(self, command: Sequence[str], view: View, *, seconds: float, stdin: int, output: int = 0) -> Ended:
        """Run a command; `output` is the most bytes of output that are kept. Raises SandboxUnusable."""
        name = f"signalbox-{uuid.uuid4().hex}"
        watched = _Watched(self, name, view, seconds, Middle(output or self.bounds.output))
        try:
            watched.follow(self._started(name, command, view, seconds, stdin))
        finally:
            told(self.program, "rm", "--force", "--volumes", name)
        return watched.ended()

    def _started(
        self, name: str, command: Sequence[str], view: View, seconds: float, stdin: int
    ) -> subprocess.Popen[bytes]:
        last = str(int(seconds) + _GRACE)
        wrapped = ("sh", "-c", _WRAPPED, "sh", last, *command)
        try:
            return subprocess.Popen(
                (self.program, "run", "--name", name, *self._arguments(view), self.image, *wrapped),
                env=client_variables(),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxUnusable(f"{self.program} cannot be started: {error}. Run `signalbox doctor`.") from error

    def _arguments(self, view: View) -> Iterator[str]:
        bounds = self.bounds
        yield from ("--interactive", "--init", "--pull", "never", "--entrypoint", "", "--hostname", "sandbox")
        yield from ("--label", f"{CHECKOUT}={view.checkout}", "--workdir", INSIDE)
        yield from ("--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
        yield from ("--user", f"{os.getuid()}:{os.getgid()}", *self._own_ids())
        yield from ("--memory", str(bounds.memory), "--memory-swap", str(bounds.memory))
        yield from ("--pids-limit", str(bounds.processes), "--ulimit", "core=0")
        yield from ("--ulimit", f"fsize={bounds.file}", "--ulimit", f"nofile={bounds.open_files}")
        yield from ("--shm-size", str(bounds.scratch))
        yield from ("--tmpfs", f"{TEMPORARY}:rw,exec,nosuid,nodev,mode=1777,size={bounds.scratch}")
        yield from _mount(view.checkout, INSIDE, writable=True)
        if view.git is not None:
            yield from _mount(view.git, f"{INSIDE}/.git")
        for each in _SHOWN:
            yield from _mount(self.etc / each, f"/etc/{each}")
        for place, folder in view.lent.items():
            yield from _mount(folder, place)
        for variable, value in given(view).items():
            yield from ("--env", f"{variable}={value}")

    def _own_ids(self) -> tuple[str, ...]:
        """Podman gives a user without rights other numbers inside, unless it is told not to."""
        return ("--userns", "keep-id") if Path(self.program).name == "podman" and os.getuid() else ()


@dataclass
class _Watched:
    """One running container, and what it says."""

    container: Container
    name: str
    view: View
    seconds: float
    output: Middle
    begun: float = 0.0  # when the command began; 0 before
    exit_code: int = 0
    stopped: str = ""  # the bound that it broke
    _told: bytes = b""
    _spent: float = 0.0

    def follow(self, client: subprocess.Popen[bytes]) -> None:
        """Drain its output until it has ended, or until it is ended for breaking a bound."""
        assert client.stdout is not None  # noqa: S101 it was asked for
        out, since = client.stdout.fileno(), time.monotonic()
        os.set_blocking(out, False)
        try:
            while not self._drained(out) and not self.stopped:
                self._judge(since)
            if self.stopped:
                self._kill(out)
            self.exit_code = self._waited(client)
        finally:
            client.kill()
            client.wait()
            client.stdout.close()
            self._spent = time.monotonic() - (self.begun or since)
        if self.exit_code == KILLED and not self.stopped and self._is_out_of_memory():
            self.stopped = f"it used more than {self.container.bounds.memory // 1024**2} MiB of memory"

    def ended(self) -> Ended:
        """What became of it. Raises SandboxUnusable when it never began."""
        if not self.begun:
            lines = self._told.decode(errors="replace").strip().splitlines()
            said = lines[-1][:300] if lines else f"it ended with {self.exit_code} and said nothing"
            raise SandboxUnusable(f"A container of {self.container.image} could not be set up: {said}")
        output, cut = self.output.whole()
        code = self.exit_code
        if self.stopped:
            out_of_time = self.stopped == _OUT_OF_TIME
            code = TIMED_OUT if out_of_time else KILLED
            output += b"" if out_of_time else f"\n[stopped: {self.stopped}]\n".encode()
        return Ended(code, output, self._spent, cut)

    def _kill(self, out: int) -> None:
        """End the container, and hear the rest: a program that cannot say it would not end."""
        told(self.container.program, "kill", self.name)
        last = time.monotonic() + _CLIENT_SECONDS
        while not self._drained(out) and time.monotonic() < last:
            pass

    def _waited(self, client: subprocess.Popen[bytes]) -> int:
        try:
            return client.wait(_GOING_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise SandboxUnusable(
                f"{self.container.program} does not end a container. Run `signalbox doctor`."
            ) from error

    def _drained(self, out: int) -> bool:
        """Wait a moment for what is printed and take it; whether that is all."""
        chunks, over = chunks_of(out) if ready_of((out,), _GLANCE) else ([], False)
        for chunk in chunks:
            self._hear(chunk)
        return over

    def _hear(self, chunk: bytes) -> None:
        if self.begun:
            self.output.add(chunk)
            return
        before, found, after = (self._told + chunk).partition(_BEGUN)
        self._told = before if found else self._told + chunk
        if found:
            self.begun = time.monotonic()
            self.output.add(after)

    def _judge(self, since: float) -> None:
        """Whether a bound is broken."""
        now = time.monotonic()
        if not self.begun:
            self.stopped = "it could not be set up in time" if now > since + _SETUP_SECONDS else ""
        elif now > self.begun + self.seconds:
            self.stopped = _OUT_OF_TIME
        elif self.view.disk is not None and self.view.disk.is_over():
            self.stopped = f"the checkout grew by more than {self.view.disk.growth // 1024**2} MiB"

    def _is_out_of_memory(self) -> bool:
        said = told(self.container.program, "inspect", "--format", "{{.State.OOMKilled}}", self.name)
        return said.stdout.strip() == b"true"


def given(view: View) -> dict[str, str]:
    """The variables that we give a command; its image may have others."""
    return _VARIABLES | _WHO | dict(view.variables)


def told(program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """What docker or podman says to a command of its own. Raises SandboxUnusable when it does not answer."""
    command = (program, *arguments)
    try:
        return subprocess.run(
            command,
            env=client_variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_CLIENT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxUnusable(f"{program} does not answer ({error}). Run `signalbox doctor`.") from error


def client_variables() -> Mapping[str, str]:
    """What the program may see of our environment: where its service is, and no secret of the bot's."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def _mount(source: Path, target: str, *, writable: bool = False) -> Iterator[str]:
    """A folder or file that is shown, whatever its name holds."""
    fields = ["type=bind", f"source={source}", f"target={target}", *(() if writable else ("readonly",))]
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    yield from ("--mount", line.getvalue())
