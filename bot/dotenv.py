"""The `.env` file as people make it. The library that reads it passes over what it cannot read, or breaks; and what
it writes has line ends of its own.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from pathlib import Path

from dotenv.parser import parse_stream

from agents.errors import BadSettings

_SHOWN = 5  # lines


def examined(file: Path) -> None:
    """Raise BadSettings if the file is there and cannot be read, or holds lines that set nothing."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return
    except UnicodeDecodeError as error:
        raise BadSettings(f"{file.resolve()} is not UTF-8 text; save it as that.") from error
    except OSError as error:
        raise BadSettings(
            f"{file.resolve()} cannot be read ({error.strerror}); make it a file that the user who runs this may read."
        ) from error
    lines = [str(each.original.line) for each in parse_stream(io.StringIO(text)) if each.error]
    if lines:
        which = ", ".join(lines[:_SHOWN])
        raise BadSettings(
            f"{file.resolve()} has lines that set no variable (line {which}): write NAME=value, close what is quoted, "
            "and put # before words."
        )


def keep(file: Path, name: str, value: str) -> None:
    """Have the file set this variable; all else in it stays, to its line ends. A new file is its owner's alone.

    Whoever dies in here leaves it as it was. Raises OSError.
    """
    place = Path(os.path.realpath(file))  # a link stays one
    try:
        text, mode = place.read_bytes().decode(), place.stat().st_mode & 0o777
    except FileNotFoundError:
        text, mode = "", 0o600
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".env-", delete=False) as draft:
        try:
            draft.write(_with(text, f"{name}={value}", name).encode())
            os.fchmod(draft.fileno(), mode)
            draft.close()
            Path(draft.name).replace(place)
        except BaseException:
            Path(draft.name).unlink()
            raise


def _with(text: str, line: str, name: str) -> str:
    """The text with this line in place of those that set the variable; at its end, if none does."""
    end = "\r\n" if "\r\n" in text else "\n"
    mark = "\ufeff" if text.startswith("\ufeff") else ""  # some editors save it with one
    lines = [
        (each.key == name, each.original.string) for each in parse_stream(io.StringIO(text[len(mark) :], newline=""))
    ]
    kept = "".join(_replaced(said, line, end) if is_it else said for is_it, said in lines)
    if not any(is_it for is_it, _ in lines):
        kept += f"{end if kept and not kept.endswith(end[-1]) else ''}{line}{end}"
    return mark + kept


def _replaced(said: str, line: str, end: str) -> str:
    """With the empty lines above it, and the line end that was there."""
    above = said[: len(said) - len(said.lstrip())]
    ended = re.search(r"[\r\n]+$", said)
    return f"{above}{line}{ended[0] if ended else end}"
