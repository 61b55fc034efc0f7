"""Tells docker or podman what to do, and sees that a container does not outlive the process that had it made."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from agents.errors import SandboxUnusable

CHECKOUT = "signalbox.checkout"  # the label by which what a dead process left running is found
CLIENT_SECONDS = 60.0
_KEPT = (
    "PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS", "TMPDIR", "LANG",
    "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION",
    "CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINER_SSHKEY", "CONTAINERS_CONF",
)  # fmt: skip
_ADVICE = ("See '", "Run '")  # begins the line with which docker's errors end
# More than once, since the container may be about to be made when the process dies.
_GUARD = 'read -r end; [ "$end" ] && exit; for each in 1 2 3 4 5; do "$@"; sleep 2; done'


def told(program: str, *arguments: str, seconds: float = CLIENT_SECONDS) -> subprocess.CompletedProcess[bytes]:
    """What docker or podman says to a command of its own. Raises SandboxUnusable when it does not answer."""
    command = (program, *arguments)
    try:
        return subprocess.run(
            command,
            env=client_variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SandboxUnusable(
            f"`{program} {arguments[0]}` did not answer within {seconds:g} seconds. Restart its service, and run"
            " `signalbox doctor`."
        ) from error
    except OSError as error:
        raise SandboxUnusable(f"{program} cannot be started: {error}. Run `signalbox doctor`.") from error


@contextmanager
def telling(program: str, *arguments: str) -> Iterator[None]:
    """Tell it something while other things are done; it is not waited for beyond them. Raises SandboxUnusable."""
    try:
        client = subprocess.Popen(
            (program, *arguments),
            env=client_variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise SandboxUnusable(f"{program} cannot be started: {error}. Run `signalbox doctor`.") from error
    try:
        yield
    finally:
        client.kill()
        client.wait()


@contextmanager
def guarded(program: str, name: str) -> Iterator[None]:
    """See that a container ends when this process dies: then nobody holds the other end of what the guard reads."""
    guard = subprocess.Popen(
        ("sh", "-c", _GUARD, "sh", program, "rm", "--force", "--volumes", name),
        env=client_variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.communicate(b"end\n")


@contextmanager
def pulse(place: Path) -> Iterator[None]:
    """A pipe in which a container reads that this process is alive, and its end once it is dead, however it dies.

    Where that cannot be seen, as in a virtual machine, it does no harm. Nobody inside can open it to write: it is the
    one thing that a mount for reading would not forbid.
    """
    os.mkfifo(place, 0o600)
    pipe = os.open(place, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        place.chmod(0o400)
        os.write(pipe, b"alive\n")
        yield
    finally:
        os.close(pipe)
        place.unlink(missing_ok=True)


def end_those_on(checkout: Path, program: str) -> None:
    """End what a dead process left running on a checkout. Raises SandboxUnusable when that cannot be done."""
    ended = _removed(program, _named(program, f"{CHECKOUT}={checkout}"))
    if ended is not None and ended.returncode:
        raise SandboxUnusable(f"What runs on {checkout} cannot be ended: {program} says: {last_line(ended.stderr)}")


def end_those_of_nothing(program: str, home: Path) -> None:
    """Remove containers on checkouts under `home` that are gone: the program did not answer when they ended."""
    names = _named(program, CHECKOUT)
    shown = f'{{{{index .Config.Labels "{CHECKOUT}"}}}}'
    places = told(program, "inspect", "--format", shown, *names).stdout.decode().splitlines() if names else []
    if len(names) == len(places):  # else one has gone meanwhile
        pairs = zip(names, map(Path, places), strict=True)
        _removed(program, [name for name, place in pairs if place.is_relative_to(home) and not place.exists()])


def _named(program: str, label: str) -> list[str]:
    """The numbers of containers with a label. Raises SandboxUnusable when they cannot be had."""
    listed = told(program, "ps", "--all", "--quiet", "--filter", f"label={label}")
    if listed.returncode:
        raise SandboxUnusable(f"{program} does not tell what containers there are: {last_line(listed.stderr)}")
    return listed.stdout.decode(errors="replace").split()


def _removed(program: str, names: Sequence[str]) -> subprocess.CompletedProcess[bytes] | None:
    return told(program, "rm", "--force", "--volumes", *names) if names else None


def client_variables() -> Mapping[str, str]:
    """What the program may see of our environment: where its service is, and no secret of the bot's."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def last_line(said: bytes) -> str:
    """The last line that says something, of what a program says."""
    lines = [line.strip() for line in said.decode(errors="replace").splitlines()]
    saying = [line for line in lines if line and not line.startswith(_ADVICE)]
    return saying[-1][:300] if saying else "nothing"
