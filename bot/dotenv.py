"""The `.env` file as people make it. The library that reads it passes over what it cannot read, or breaks."""

from __future__ import annotations

import io
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
