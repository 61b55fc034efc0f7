"""Where checkouts lie: a folder each, which belongs to the process that claimed it and is swept once that is dead."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog

from agents.adapters.file_lock import held, taken
from agents.errors import SandboxUnusable

log = structlog.get_logger()
_PATIENCE = 120.0
_PROGRAM = "program"


@dataclass
class Lot:
    """A folder for one checkout and, apart from it, its git directory. The lock says that its owner lives."""

    folder: Path
    lock: int

    @classmethod
    def claimed(cls, parent: Path) -> Lot:
        """A new one in `parent`."""
        with held(parent / "claiming.lock", _PATIENCE):  # so that no sweep sees a folder that is not locked yet
            folder = Path(tempfile.mkdtemp(dir=parent, prefix="lot-"))
            lock = os.open(_lock_of(folder), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            taken(lock)
        return cls(folder, lock)

    @property
    def checkout(self) -> Path:
        """The files."""
        return self.folder / "checkout"

    @property
    def git(self) -> Path:
        """The git directory, once it has been parted from the files."""
        return self.folder / "git"

    def part_from_git(self) -> None:
        """Move `.git` out of the checkout, and leave an empty folder where it is shown inside."""
        (self.checkout / ".git").rename(self.git)
        (self.checkout / ".git").mkdir()

    def leave_out(self, lines: Iterable[str]) -> None:
        """Have git not see what these lines of an exclude file name; for after it was parted from the files."""
        (self.git / "info").mkdir(exist_ok=True)
        with (self.git / "info" / "exclude").open("a", encoding="utf-8") as exclude:
            exclude.writelines(f"{line}\n" for line in lines)

    def note_program(self, program: str) -> None:
        """Note what ends the commands that run here, for whoever sweeps it, if they may outlive its owner."""
        if program:
            (self.folder / _PROGRAM).write_text(program, encoding="utf-8")

    def clear(self) -> None:
        """Remove everything and give the lot up. Safe to repeat."""
        if self.lock < 0:
            return
        _remove(self.folder)
        _lock_of(self.folder).unlink(missing_ok=True)
        os.close(self.lock)
        self.lock = -1


def sweep(parent: Path, vacate: Callable[[Path, str], None]) -> None:
    """Remove the lots of processes that are dead. `vacate` ends what a program may have left running on a checkout.

    It does before anything is removed, since whatever runs there may go on writing.
    """
    with held(parent / "claiming.lock", _PATIENCE):
        for folder in parent.glob("lot-*/"):
            lock = os.open(_lock_of(folder), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if taken(lock):
                    _clear_away(Lot(folder, lock), vacate)
            finally:
                os.close(lock)


def _clear_away(dead: Lot, vacate: Callable[[Path, str], None]) -> None:
    program = dead.folder / _PROGRAM
    try:
        if program.exists():
            vacate(dead.checkout, program.read_text(encoding="utf-8"))
    except SandboxUnusable as error:
        log.warning("a checkout is left for the next start, since something may run on it", why=str(error))
        return
    _remove(dead.folder)
    _lock_of(dead.folder).unlink()


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _remove(folder: Path) -> None:
    """Remove a folder, whatever modes and depths somebody has given to what is in it."""
    subprocess.run(["rm", "-rf", "--", str(folder)], check=False, stderr=subprocess.DEVNULL)
    if folder.exists():
        subprocess.run(["chmod", "-R", "u+rwX", "--", str(folder)], check=False, stderr=subprocess.DEVNULL)
        done = subprocess.run(["rm", "-rf", "--", str(folder)], check=False, capture_output=True)
        if folder.exists():
            log.warning(
                "a checkout could not be removed", folder=str(folder), why=done.stderr.decode(errors="replace")[:300]
            )
