"""Which Python of this machine a project's tests can be run by."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterable

from packaging.specifiers import InvalidSpecifier, SpecifierSet

_LATEST = 30  # minor versions that are looked for


def fitting_python(
    wanted: Iterable[str], ours: str = "", look: Callable[[str], str | None] = shutil.which
) -> tuple[str, str]:
    """A program's name, empty where the bot's own will do, and what is left to do where there is none that fits.

    `wanted` are versions as `requires-python` says them, `ours` the bot's own, by default the one that runs this.
    """
    try:
        needed = SpecifierSet(",".join(filter(None, wanted)))
    except InvalidSpecifier:
        return "", ""
    if needed.contains(ours or platform.python_version(), prereleases=True):
        return "", ""
    for minor in range(_LATEST, 0, -1):
        name = f"python3.{minor}"
        if needed.contains(f"3.{minor}.99") and look(name):
            return name, ""
    return "", f"it needs Python {needed}: install one and name it as `python`, or name an `environment`"
