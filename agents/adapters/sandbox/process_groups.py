"""Kernel groups (cgroups) that bound how many processes a command may have, where this process may make some.

Limits of a user (`RLIMIT_NPROC`) do the same for any user but root. Where neither holds, the watch over each command
counts its processes ten times a second and ends it.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_numbers = itertools.count(1)
_PREFIX = "signalbox-"


def parent_group() -> Path | None:
    """The folder to make groups in; None where the kernel or our rights do not allow it."""
    for candidate in _candidates():
        trial = candidate / f"{_PREFIX}{os.getpid()}-trial-{next(_numbers)}"
        try:
            trial.mkdir()
        except OSError:
            continue
        try:
            if (trial / "pids.max").exists():
                return candidate
        finally:
            trial.rmdir()
    return None


@contextmanager
def group(parent: Path | None, processes: int) -> Iterator[Path | None]:
    """A new group with a limit, removed afterwards; None where there can be none."""
    made = None if parent is None else parent / f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
    if made is None:
        yield None
        return
    made.mkdir()
    try:
        (made / "pids.max").write_text(str(processes))
        yield made
    finally:
        _remove(made)


def sweep(parent: Path) -> None:
    """Remove the groups of processes that were killed before they could, with what is still in them.

    Usually nothing is. But a bubblewrap whose parent is killed while it sets up waits for ever and runs nothing.
    """
    for left in parent.glob(f"{_PREFIX}*"):
        owner = re.match(rf"{_PREFIX}(\d+)-", left.name)
        if owner and not Path(f"/proc/{owner[1]}").exists():
            pids = [int(pid) for pid in (left / "cgroup.procs").read_text().split()]
            if 0 in pids:
                continue  # those of another container, which numbers its processes by itself
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            _remove(left, patience=0.2)


def _candidates() -> Iterator[Path]:
    """Our own group in the hierarchy that counts processes, of either version of cgroups."""
    own = dict(_own_groups())
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        before, _, after = line.partition(" - ")
        root, place = before.split()[3:5]
        kind, _, options = after.split()[:3]
        controller = "pids" if kind == "cgroup" and "pids" in options.split(",") else ""
        if controller in own and (controller or kind == "cgroup2"):
            path = own[controller].removeprefix(root) if root != "/" else own[controller]
            yield Path(place) / path.lstrip("/")


def _own_groups() -> Iterator[tuple[str, str]]:
    """("pids", our path in version 1) and ("", our path in version 2), as far as there are such."""
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers or "pids" in controllers.split(","):
            yield ("pids" if controllers else "", path)


def _remove(made: Path, patience: float = 1.0) -> None:
    """Remove a group as soon as the kernel has buried its last process. What stays is swept at the next start."""
    deadline = time.monotonic() + patience
    while True:
        try:
            made.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            if time.monotonic() > deadline:
                return
            time.sleep(0.002)
        else:
            return
