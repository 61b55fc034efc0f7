"""Unpacking a source distribution without trusting it."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path, PurePosixPath

LARGEST = 50_000_000  # bytes in all; the libraries of the playground are far smaller


class UnsafeArchive(Exception):
    """The archive holds something other than plain files and folders inside one top folder."""


def unpack(archive: Path, into: Path) -> None:
    """Unpack the contents of the archive's only top folder into the new folder `into`.

    Only plain files and folders are taken, with no rights but the executable bit. Raises UnsafeArchive for anything
    else, and then leaves nothing behind.
    """
    into.mkdir(parents=True)
    try:
        with tarfile.open(archive, "r:gz") as source:
            _unpack(source, into)
    except tarfile.TarError as fault:
        shutil.rmtree(into)
        raise UnsafeArchive(f"{archive.name} cannot be read: {fault}") from fault
    except UnsafeArchive:
        shutil.rmtree(into)
        raise


def _unpack(source: tarfile.TarFile, into: Path) -> None:
    left, tops = LARGEST, set()
    for member in source:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise UnsafeArchive(f"{member.name!r} leads out of the archive")
        tops.add(path.parts[0])
        left -= member.size
        if len(tops) > 1 or left < 0:
            raise UnsafeArchive("it has more than one top folder" if left >= 0 else "it is too large")
        target = into.joinpath(*path.parts[1:])
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
        elif member.isfile():
            _write(source, member, target)
        else:
            raise UnsafeArchive(f"{member.name!r} is neither a file nor a folder")


def _write(source: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    data = source.extractfile(member)
    if data is None or target.exists():
        raise UnsafeArchive(f"{member.name!r} is there twice or cannot be read")
    target.parent.mkdir(parents=True, exist_ok=True)
    with data, target.open("wb") as sink:
        shutil.copyfileobj(data, sink)
    target.chmod(0o755 if member.mode & 0o100 else 0o644)
