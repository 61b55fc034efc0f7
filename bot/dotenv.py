"""The `.env` file as people make it. The library that reads it passes over what it cannot read, or breaks; and what
it writes has line ends of its own.
"""

from __future__ import annotations

import io
import re
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


def with_variable(text: str, name: str, value: str) -> str:
    """The file's text with a line that sets the variable in place of those that do; at its end, if none does.

    All else stays, to its line ends.
    """
    line = f"{name}={value}"
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
