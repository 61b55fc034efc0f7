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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.adapters.sandbox.bounded import KILLED, TIMED_OUT, Ended, Middle, chunks_of, ready_of
from agents.adapters.sandbox.container_client import (
    CHECKOUT,
    CLIENT_SECONDS,
    client_variables,
    guarded,
    last_line,
    pulse,
    telling,
    told,
)
from agents.adapters.sandbox.etc import TEMPORARY
from agents.adapters.sandbox.view import INSIDE, VARIABLES, Bounds, View
from agents.errors import SandboxUnusable

_SHOWN = ("gitconfig", "all-binary", "left-behind", "resolv.conf")  # of our files of `/etc`; all else is the image's
_BEGUN = b"signalbox: begun\n"
_SETUP_SECONDS = 120.0
_GOING_SECONDS = 5.0
_GLANCE = 0.2
_ALIVE = "/signalbox-alive"  # where a container sees that the bot lives
_GRACE = 60  # seconds after which a container ends what nobody ended from outside, because the bot is dead
# The first words say that the container stands. `kill -1` reaches all but the first process, which then ends. Whoever
# waits for its moment, or for the bot's death, is no child of the command, which may look at its children.
_WRAPPED = """\
for each in sleep mkdir; do command -v "$each" >/dev/null || { echo "its image has no $each"; exit 1; }; done
echo 'signalbox: begun'
mkdir -p "$HOME"
( ( sleep "$1"; kill -9 -1 ) >/dev/null 2>&1 </dev/null & )
( ( read -r here && [ "$here" = alive ] && { read -r more; kill -9 -1; } ) >/dev/null 2>&1 <"$2" & )
shift 2
exec "$@" 2>&1
"""
# An image has its own PATH; and its git, which may have been built to look elsewhere, shall read what is ours.
_VARIABLES = {name: value for name, value in VARIABLES.items() if name != "PATH"} | {
    "GIT_CONFIG_SYSTEM": "/etc/gitconfig"
}
_WHO = {"USER": "signalbox", "LOGNAME": "signalbox"}  # our number has no name in an image
_OUT_OF_TIME = "out of time"


@dataclass(frozen=True)
class Image:
    """An image as it is now: `id` is of its very content, which its `name` may lose to another one."""

    name: str
    id: str
    volumes: tuple[str, ...] = ()  # folders that it declares to be kept outside of a container
    variables: tuple[str, ...] = ()  # the names of those that it sets


@dataclass(frozen=True)
class Container:
    """Containers of `image`, made by `program`. `etc` holds our files of `/etc`."""

    program: str
    image: Image
    etc: Path
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def ended_by(self) -> str:
        """The program that made them."""
        return self.program

    def run(self, command: Sequence[str], view: View, *, seconds: float, stdin: int, output: int = 0) -> Ended:
        """Run a command; `output` is the most bytes of output that are kept. Raises SandboxUnusable."""
        name = f"signalbox-{uuid.uuid4().hex}"
        watched = _Watched(self, name, view, seconds, Middle(output or self.bounds.output))
        with guarded(self.program, name), pulse(_pipe(view, name)):
            try:
                watched.follow(self._started(name, command, view, seconds, stdin))
            finally:
                told(self.program, "rm", "--force", "--volumes", name)
        return watched.ended()

    def _started(
        self, name: str, command: Sequence[str], view: View, seconds: float, stdin: int
    ) -> subprocess.Popen[bytes]:
        last = str(int(seconds) + _GRACE)
        wrapped = ("sh", "-c", _WRAPPED, "sh", last, _ALIVE, *command)
        shown = _mount(_pipe(view, name), _ALIVE)
        try:
            return subprocess.Popen(
                (self.program, "run", "--name", name, *self._arguments(view), *shown, self.image.id, *wrapped),
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
        yield from ("--no-healthcheck", "--log-driver", "none")  # which would keep all that is printed on the disk
        yield from ("--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
        yield from ("--user", f"{os.getuid()}:{os.getgid()}", *self._of_podman())
        yield from ("--memory", str(bounds.memory), "--memory-swap", str(bounds.memory))
        yield from ("--pids-limit", str(bounds.processes), "--ulimit", "core=0")
        yield from ("--ulimit", f"fsize={bounds.file}", "--ulimit", f"nofile={bounds.open_files}")
        yield from ("--shm-size", str(bounds.scratch))
        yield from ("--tmpfs", f"{TEMPORARY}:rw,exec,nosuid,nodev,mode=1777,size={bounds.scratch}")
        for place in self.image.volumes:  # else they would be kept on the disk, without a bound
            yield from ("--mount", _fields("type=tmpfs", f"target={place}", f"tmpfs-size={bounds.scratch}"))
        yield from _mount(view.checkout, INSIDE, writable=True)
        if view.git is not None:
            yield from _mount(view.git, f"{INSIDE}/.git")
        for each in _SHOWN:
            yield from _mount(self.etc / each, f"/etc/{each}")
        for place, folder in view.lent.items():
            yield from _mount(folder, place)
        for variable, value in given(view).items():
            yield from ("--env", f"{variable}={value}")

    def _of_podman(self) -> Iterator[str]:
        """Podman alone makes further places that can be written, and gives a user without rights other numbers."""
        if Path(self.program).name == "podman":
            yield "--read-only-tmpfs=false"
            yield from ("--userns", "keep-id") if os.getuid() else ()


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
        """Drain its output until it has ended, or until it is ended for breaking a bound.

        Raises SandboxUnusable when it cannot be ended, or something else than the command or a bound has ended it.
        """
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
        if self.begun and self.exit_code and not self.stopped:
            self._inquire()

    def ended(self) -> Ended:
        """What became of it. Raises SandboxUnusable when it never began."""
        if not self.begun:
            said = self.stopped or last_line(self._told)
            program, image = self.container.program, self.container.image.name
            raise SandboxUnusable(
                f"A container of {image} could not be set up: {said}. See that `{program} run --rm --pull never"
                f" --entrypoint '' {image} sh -c true` works here."
            )
        output, cut = self.output.whole()
        code = self.exit_code
        if self.stopped:
            out_of_time = self.stopped == _OUT_OF_TIME
            code = TIMED_OUT if out_of_time else KILLED
            output += b"" if out_of_time else f"\n[stopped: {self.stopped}]\n".encode()
        return Ended(code, output, self._spent, cut)

    def _kill(self, out: int) -> None:
        """End the container, and hear the rest meanwhile: docker waits until all has been taken that was printed."""
        with telling(self.container.program, "kill", self.name):
            last = time.monotonic() + (CLIENT_SECONDS if self.begun else _GOING_SECONDS)
            while not self._drained(out) and time.monotonic() < last:
                pass

    def _waited(self, client: subprocess.Popen[bytes]) -> int:
        try:
            return client.wait(_GOING_SECONDS)
        except subprocess.TimeoutExpired as error:
            if not self.begun:
                return 0  # whoever asks how it ended is told that it never began
            raise SandboxUnusable(
                f"{self.container.program} does not end a container. Restart its service, and run `signalbox doctor`."
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
            self.stopped = f"it did not begin within {_SETUP_SECONDS:g} seconds" if now > since + _SETUP_SECONDS else ""
        elif now > self.begun + self.seconds:
            self.stopped = _OUT_OF_TIME
        elif self.view.disk is not None and self.view.disk.is_over():
            self.stopped = f"the checkout grew by more than {self.view.disk.growth // 1024**2} MiB"

    def _inquire(self) -> None:
        """Ask how it ended: what the program says may be its own failure, and no word of the command's.

        Raises SandboxUnusable when the command did not come to its end.
        """
        shown = "{{.State.Running}} {{.State.ExitCode}} {{.State.OOMKilled}}"
        said = told(self.container.program, "inspect", "--format", shown, self.name)
        running, code, out_of_memory = (*said.stdout.decode(errors="replace").split(), "", "", "")[:3]
        if said.returncode or running != "false" or code != str(self.exit_code):
            why = last_line(said.stderr if said.returncode else self.output.whole()[0])
            raise SandboxUnusable(
                f"{self.container.program} lost a container while a command ran in it ({why}). Run `signalbox doctor`."
            )
        if self.exit_code == KILLED and out_of_memory == "true":
            self.stopped = f"it used more than {self.container.bounds.memory // 1024**2} MiB of memory"


def _pipe(view: View, name: str) -> Path:
    """Beside the checkout, so that it goes with that when nobody else removes it."""
    return view.checkout.with_name(name)


def given(view: View) -> dict[str, str]:
    """The variables that we give a command; its image may have others."""
    return _VARIABLES | _WHO | dict(view.variables)


def _mount(source: Path, target: str, *, writable: bool = False) -> Iterator[str]:
    """A folder or file that is shown, whatever its name holds."""
    fields = ("type=bind", f"source={source}", f"target={target}", *(() if writable else ("readonly",)))
    yield from ("--mount", _fields(*fields))


def _fields(*fields: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()
