"""The folder that the bot keeps its own files in, and what is wrong when it cannot."""

from __future__ import annotations

import errno
import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agents.errors import BadSettings
from bot.settings import Settings
from storage.engine import parsed
from storage.private_files import private_folder

LEAST_ROOM = 500 * 2**20  # bytes; mirrors, environments and a database grow by that in a week
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def at_home(home: Path) -> Iterator[None]:
    """Make the folder, and do what is done in it. Raises BadSettings with what to do where that may not be."""
    try:
        private_folder(home)
        yield
    except OSError as error:
        raise BadSettings(_sentence(home, error)) from error


def short_of_room(*places: Path) -> str:
    """That a disk which these are on is nearly full, in a sentence; empty if there is room."""
    for place in places:
        if (free := shutil.disk_usage(_nearest(place)).free) < LEAST_ROOM:
            return (
                f"The disk that {place} is on has {free // 2**20} MB left. When it is full nothing is received, "
                "filed or fixed any more: make room; what waits goes on by itself."
            )
    return ""


def places_of(settings: Settings) -> list[Path]:
    """The folders that fill: our own, and the one of SQLite's file."""
    url = parsed(settings.database)
    file = [Path(str(url.database)).parent] if url.get_backend_name() == "sqlite" else []
    return [settings.signalbox_home, *file]


def _sentence(home: Path, error: OSError) -> str:
    what = Path(os.fsdecode(error.filename)).absolute() if error.filename else home.absolute()
    if error.errno in _FULL:
        return f"{what} cannot be written: the disk is full. Make room, or name another folder in SIGNALBOX_HOME."
    return (
        f"SIGNALBOX_HOME cannot be used: {what}: {error.strerror}{_whose(what)}. Give that folder to the user who runs "
        "this (chown -R), or name another one."
    )


def _whose(path: Path) -> str:
    owner = _nearest(path).stat().st_uid
    return "" if owner == os.geteuid() else f"; it belongs to {_name(owner)}, and this runs as {_name(os.geteuid())}"


def _nearest(path: Path) -> Path:
    """The path, or of the folders around it the innermost that can be seen."""
    for each in (path.absolute(), *path.absolute().parents):
        try:
            each.stat()
        except OSError:
            continue
        return each
    return Path("/")


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
