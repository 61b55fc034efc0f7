"""One at a time, across threads and processes of this machine."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.02


class StillLocked(Exception):
    """Somebody else held the lock all the time we were ready to wait."""


@contextmanager
def held(path: Path, seconds: float) -> Iterator[int]:
    """Hold the lock of this name; gives its file descriptor.

    The lock is let go when the descriptor is closed here and in every child that was given it, so a process that is
    killed never leaves it behind. Raises StillLocked after `seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not taken(descriptor):
            if time.monotonic() > deadline:
                raise StillLocked(f"{path} was locked for {seconds:g} seconds")
            time.sleep(_PAUSE)
        yield descriptor
    finally:
        os.close(descriptor)


def taken(descriptor: int) -> bool:
    """Whether the lock could be had at once; if so it is held now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
