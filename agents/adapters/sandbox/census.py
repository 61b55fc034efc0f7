"""What the processes of a sandbox use, counted from outside."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_ENTRY = 1024  # bytes that a file counts at least, so that empty files cannot be made without end
_JUMP = 64 * 1024 * 1024  # a loss of free space that calls for a look at once


def processes_under(pid: int, at_most: int) -> list[int]:
    """A process and those that descend from it, at most `at_most` + 1 of them."""
    found, open_ends = [pid], [pid]
    while open_ends and len(found) <= at_most:
        children = list(_children(open_ends.pop()))
        found += children
        open_ends += children
    return found[: at_most + 1]


def memory_of(pids: list[int], at_most: int) -> int:
    """Bytes that processes hold together. Exact where it matters: shared pages count once only near `at_most`."""
    resident = sum(_resident(pid) for pid in pids)
    return resident if resident <= at_most else sum(_proportional(pid) for pid in pids)


def size_of(folder: Path, at_most: int) -> int:
    """Bytes that the files in a folder take on the disk; counting stops above `at_most`."""
    total, open_ends = 0, [os.fspath(folder)]
    while open_ends and total <= at_most:
        try:
            with os.scandir(open_ends.pop()) as entries:
                for entry in entries:
                    seen = entry.stat(follow_symlinks=False)
                    total += max(_ENTRY, seen.st_blocks * 512)
                    if total > at_most:
                        break
                    if stat.S_ISDIR(seen.st_mode):
                        open_ends.append(entry.path)
        except OSError:
            continue  # it was removed, or closed to us, while we looked; the next look sees what is there then
    return total


@dataclass
class DiskWatch:
    """Watches how much a folder grows. Looks more rarely the longer a look takes, and at once when space vanishes."""

    folder: Path
    growth: int  # bytes it may grow
    _limit: int = field(init=False)
    _free: int = field(init=False)
    _next: float = 0.0

    def __post_init__(self) -> None:
        self._limit = size_of(self.folder, 1 << 62) + self.growth
        self._free = self._free_now()

    def is_over(self) -> bool:
        """Whether the folder has grown too much, as far as is known."""
        now, free = time.monotonic(), self._free_now()
        if now < self._next and free > self._free - _JUMP:
            return False
        size = size_of(self.folder, self._limit)
        self._free = free
        self._next = time.monotonic() + max(0.5, 20 * (time.monotonic() - now))
        return size > self._limit

    def _free_now(self) -> int:
        seen = os.statvfs(self.folder)
        return seen.f_bavail * seen.f_frsize


def _children(pid: int) -> Iterator[int]:
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            yield from map(int, (task / "children").read_text().split())
    except OSError:
        return  # the process is gone, and with it its children or their tie to it


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0  # gone


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return _resident(pid)
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
