"""What pytest said of the files of a checkout before: of the same files, it would say the same again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from agents.exchange import Ran

_PYTEST = ("python", "-m", "pytest")
_LEFT_BY_ITSELF = {".git", "__pycache__", ".pytest_cache"}


@dataclass
class KnownRuns:
    """Runs of pytest by what they could see. A run that changed a file, or told of its folder, is not kept.

    For repositories whose tests say the same each time they are run.
    """

    _kept: dict[str, Ran] = field(default_factory=dict)

    def ran(self, command: Sequence[str], folder: Path, environment: Mapping[str, str], run: Callable[[], Ran]) -> Ran:
        """What the command says in this folder, whether it is run now or was before."""
        if tuple(command[:3]) != _PYTEST:
            return run()
        seen = _sum_of(command, folder, environment)
        if seen in self._kept:
            return self._kept[seen]
        said = run()
        if str(folder) not in said.output and _sum_of(command, folder, environment) == seen:
            self._kept[seen] = said
        return said


@cache
def known_runs() -> KnownRuns:
    """Those of this process."""
    return KnownRuns()


def _sum_of(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    named = {key: value.replace(str(folder.parent), "") for key, value in environment.items()}
    found = hashlib.sha256(repr((tuple(command), sorted(named.items()))).encode())
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if _LEFT_BY_ITSELF.isdisjoint(path.parts):
            found.update(repr((str(path), file.lstat().st_mode, _words_of(file))).encode())
    return found.hexdigest()


def _words_of(file: Path) -> bytes:
    if file.is_symlink():
        return str(file.readlink()).encode()
    return file.read_bytes() if file.is_file() else b""
