"""Files of people that are changed in place: whoever dies over that leaves them as they were."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def read(file: Path) -> str:
    """What it says, with its own line ends; empty where there is none. Raises OSError."""
    try:
        return file.read_bytes().decode()
    except FileNotFoundError:
        return ""


def replace(file: Path, text: str) -> None:
    """Have it say this. A link stays one, a mode stays; a new file is its owner's alone. Raises OSError."""
    place = Path(os.path.realpath(file))
    mode = place.stat().st_mode & 0o777 if place.exists() else 0o600
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".signalbox-", delete=False) as draft:
        try:
            draft.write(text.encode())
            os.fchmod(draft.fileno(), mode)
            draft.close()
            Path(draft.name).replace(place)
        except BaseException:
            Path(draft.name).unlink()
            raise
