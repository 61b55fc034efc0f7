"""Files and folders that only the user we run as may read."""

from __future__ import annotations

import errno
import os
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700
_OTHERS = 0o077  # what a mode may let others do
_BESIDE = ("-wal", "-shm", "-journal")


def private_folder(path: Path) -> None:
    """Make the folder, or close one that is ours to others. Raises OSError."""
    path.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    _close(path, _FOLDER)


def private_database(path: Path) -> None:
    """Make a SQLite file, and its folder, before SQLite does, or close what is there to others. Raises OSError.

    SQLite gives the files beside it the mode of the file itself. A folder that is there is left as it is: it may be
    anybody's. A file that is there is never opened: closing it would take away the locks that connections of this
    process hold on it, and another process that ends would delete the journal under them.
    """
    path.parent.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE))
    elif path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    elif not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    for each in (path, *(path.with_name(path.name + end) for end in _BESIDE)):
        if each.exists():
            _close(each, _FILE)


def _close(path: Path, mode: int) -> None:
    """Somebody else's file has the mode that they gave it."""
    found = path.stat()
    if found.st_mode & _OTHERS and found.st_uid == os.geteuid():
        path.chmod(mode)
