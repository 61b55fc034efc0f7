"""Files of a checkout, read and written from outside the sandbox, where a hostile link must lead nowhere.

Every folder on the way is opened by itself, relative to the one before and never through a link, so that it does not
matter what somebody changes meanwhile. Links are followed by hand, within the checkout only, and only to read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from agents.patches.undecoded import bytes_of, is_binary, text_of

LARGEST = 4 * 1024 * 1024
_MOST_LINKS = 10
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a named pipe would block for ever


def read_text(top: Path, path: str) -> str:
    """The text of a file under `top`. Raises FileNotFoundError, or ValueError for what is outside, large or no text."""
    parts = _parts(path)
    for _ in range(_MOST_LINKS):
        link = _link_on(top, parts)
        if link is None:
            return _read(top, parts)
        parts = link
    raise ValueError(f"{path} goes through too many links")


def write_text(top: Path, path: str, text: str) -> None:
    """Create or replace a file under `top`, with its folders. Raises ValueError for what is outside or by a link."""
    content = bytes_of(text)
    if len(content) > LARGEST:
        raise ValueError(f"{path} would have {len(content)} bytes, and {LARGEST} are the most")
    parts = _parts(path)
    try:
        with _folder(top, parts[:-1], make=True) as folder:
            descriptor = os.open(parts[-1], os.O_WRONLY | os.O_CREAT | _FILE, 0o644, dir_fd=folder)
            with os.fdopen(descriptor, "wb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise ValueError(f"{path} is not a plain file")
                file.truncate()
                file.write(content)
    except OSError as error:
        raise ValueError(
            f"{path} cannot be written: {error.strerror}; it may be a folder, or go through a link"
        ) from error


def make_folder(top: Path, path: str, links: Mapping[str, str] | None = None) -> None:
    """Create a folder under `top` if it is not there, and in it `links`: where each leads, by its name.

    Raises ValueError for what is outside, a file, by a link, or when one of the links' names is taken.
    """
    try:
        with _folder(top, _parts(path), make=True) as folder:
            for name, target in (links or {}).items():
                os.symlink(target, name, dir_fd=folder)
    except OSError as error:
        raise ValueError(f"{path} is no folder there, goes through a link, or is in use ({error.strerror})") from error


def _parts(path: str) -> list[str]:
    pure = PurePosixPath(path)
    if "\0" in path or pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise ValueError(f"{path!r} is not a path inside the checkout")
    if pure.parts[0] == ".git":
        raise ValueError(f"{path} belongs to git; its commands show what is in it")
    return list(pure.parts)


def _read(top: Path, parts: list[str]) -> str:
    path = "/".join(parts)
    try:
        with (
            _folder(top, parts[:-1]) as folder,
            os.fdopen(os.open(parts[-1], os.O_RDONLY | _FILE, dir_fd=folder), "rb") as file,
        ):
            seen = os.fstat(file.fileno())
            if not stat.S_ISREG(seen.st_mode):
                raise ValueError(f"{path} is not a plain file")
            content = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(f"there is no file {path}") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    return _text(path, content)


def _text(path: str, content: bytes) -> str:
    if len(content) > LARGEST:
        raise ValueError(f"{path} is larger than {LARGEST} bytes")
    if b"\0" in content:
        raise ValueError(f"{path} is a binary file")
    try:
        text = text_of(content)
    except ValueError as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    if is_binary(text):
        raise ValueError(f"{path} is a binary file")
    return text


def _link_on(top: Path, parts: list[str]) -> list[str] | None:
    """The path after following the first link on the way; None when there is no link."""
    for at in range(len(parts)):
        try:
            with _folder(top, parts[:at]) as folder:
                target = PurePosixPath(os.readlink(parts[at], dir_fd=folder))
        except OSError:
            continue  # no link, or not there, which reading will say
        return _within(parts[:at], target, parts[at + 1 :])
    return None


def _within(before: list[str], target: PurePosixPath, after: list[str]) -> list[str]:
    """The parts of a link's target, seen from the top. Raises ValueError when it leads out."""
    parts = [] if target.is_absolute() else list(before)
    for part in target.parts:
        if part == "..":
            if not parts:
                raise ValueError(f"{'/'.join(before)} holds a link that leads out of the checkout")
            parts.pop()
        else:
            parts.append(part)
    if target.is_absolute():
        raise ValueError(f"{'/'.join([*before, target.name])} is a link that leads out of the checkout")
    return _parts("/".join([*parts, *after]))


@contextmanager
def _folder(top: Path, parts: list[str], *, make: bool = False) -> Iterator[int]:
    """A descriptor of a folder under `top`, reached without following any link; made if asked for."""
    descriptor = os.open(top, _FOLDER)
    try:
        for part in parts:
            if make:
                with suppress(FileExistsError):  # the usual case
                    os.mkdir(part, 0o755, dir_fd=descriptor)
            inner = os.open(part, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)
