"""What a command in the sandbox sees and may use, as arguments of bubblewrap and prlimit. Pure but for what exists."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.adapters.sandbox.census import DiskWatch
from agents.adapters.sandbox.etc import ETC, HOME, TEMPORARY

INSIDE = "/workspace"  # where a checkout is seen, the same for all, so that logs hold no path of this machine
_ETC_OF_THE_HOST = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "mime.types", "services", "protocols")
_NAMESPACES = (
    "--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--disable-userns",
    "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
    "--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv",
)  # fmt: skip
# When the bot runs as root, our user inside is still the owner of these files of the kernel, and settings such as
# `kernel.core_pattern`, which names a program to run outside, ask for their owner and for no capability. Bubblewrap
# alone leaves them writable.
_PROC_READ_ONLY = ("acpi", "bus", "fs", "irq", "pressure", "scsi", "sys", "sysrq-trigger")
_PROC_HIDDEN = (
    "kcore", "keys", "kmsg", "kpagecgroup", "kpagecount", "kpageflags", "mtrr", "slabinfo", "timer_list", "vmallocinfo",
)  # fmt: skip
VARIABLES = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": HOME,
    "TMPDIR": TEMPORARY,
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "GIT_OPTIONAL_LOCKS": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}


@dataclass(frozen=True)
class Bounds:
    """What one command may use; sizes in bytes. `disk` is how much the checkout may grow over its whole life."""

    output: int = 200_000
    processes: int = 256
    memory: int = 4 * 1024**3  # of all its processes together
    address: int = 1024**4  # that each may reserve: JavaScript's engine takes 10 GiB for every WebAssembly memory
    file: int = 512 * 1024**2
    open_files: int = 4096
    scratch: int = 256 * 1024**2  # of /tmp, and of /dev/shm
    disk: int = 1024**3


@dataclass(frozen=True)
class View:
    """What a command sees: `checkout` to work in, `git` read-only as its `.git`, further `roots` at their own paths.

    `lent` are further folders, read-only too, by the place where each is seen; one in the checkout has to be there.
    """

    checkout: Path
    git: Path | None = None
    roots: Sequence[Path] = ()
    lent: Mapping[str, Path] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    disk: DiskWatch | None = None


def setup_of(view: View, bounds: Bounds, etc: Path) -> tuple[str, ...]:
    """The arguments of bubblewrap but for the command; `etc` holds our files of `/etc`."""
    size = str(bounds.scratch)
    return (
        *_NAMESPACES,
        *_system(etc),
        *("--size", size, "--tmpfs", TEMPORARY, "--dir", HOME),
        *("--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm", "--proc", "/proc", *_masks()),  # noqa: S108 its own
        *(word for root in view.roots for word in ("--ro-bind", str(root), str(root))),
        *("--bind", str(view.checkout), INSIDE),
        *(() if view.git is None else ("--ro-bind", str(view.git), f"{INSIDE}/.git")),
        *(word for place, folder in view.lent.items() for word in ("--ro-bind", str(folder), place)),
        # Both are kept in memory and could else be filled without a bound.
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", INSIDE),
        *(word for name, value in (VARIABLES | dict(view.variables)).items() for word in ("--setenv", name, value)),
    )


def expected_variables(view: View) -> frozenset[str]:
    """The names of the variables that may be seen anywhere inside; those after ours are made by the shell."""
    return frozenset(VARIABLES) | frozenset(view.variables) | {"PWD", "OLDPWD", "SHLVL", "_", "LC_CTYPE"}


def limited(bounds: Bounds, seconds: float, command: Sequence[str]) -> tuple[str, ...]:
    """The command with the limits that the kernel keeps for each process; `nproc` binds every user but root.

    Should memory become scarce all the same, before the watch has looked, the kernel ends it before anything else.
    """
    processor = math.ceil(seconds) * (os.cpu_count() or 1) + 10
    return (
        "prlimit", f"--as={bounds.address}", "--core=0", f"--cpu={processor}", f"--fsize={bounds.file}",
        f"--nofile={bounds.open_files}", f"--nproc={bounds.processes}", "--", "choom", "-n", "1000", "--", *command,
    )  # fmt: skip


def search_path(*programs: Path) -> str:
    """PATH with folders of programs before all others."""
    return ":".join((*map(str, programs), VARIABLES["PATH"]))


def _system(etc: Path) -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        here = Path("/") / name
        if here.is_symlink():
            yield from ("--symlink", str(here.readlink()), str(here))
        elif here.is_dir():
            yield from ("--ro-bind", str(here), str(here))
    for name in ETC:
        yield from ("--ro-bind", str(etc / name), f"/etc/{name}")
    for name in _ETC_OF_THE_HOST:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")


def _masks() -> Iterator[str]:
    for name in _PROC_READ_ONLY:
        if (here := Path("/proc") / name).exists():
            yield from ("--ro-bind", str(here), str(here))
    for name in _PROC_HIDDEN:
        if (here := Path("/proc") / name).exists():
            yield from ("--ro-bind", os.devnull, str(here))
