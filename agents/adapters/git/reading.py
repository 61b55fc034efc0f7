"""Files of commits, read from a mirror without a checkout."""

from __future__ import annotations

import re
from pathlib import Path

from agents.adapters.git.inert_git import run_git

LONGEST = 20 * 2**20  # bytes; lock files of large applications have a few million
_FOUND = re.compile(rb"(?P<blob>[0-9a-f]{40}) blob (?P<size>\d+)\n")


def file_at(mirror: Path, sha: str, file: str) -> str | None:
    """What a file says at a commit, links followed within the repository; None where none is there, or one too long.

    `file` is a path from the top, without a line's end in it.
    """
    asked = f"{sha}:{file}\n".encode()
    found = _FOUND.fullmatch(run_git("cat-file", "--batch-check", "--follow-symlinks", at=mirror, stdin=asked))
    if found is None or int(found["size"]) > LONGEST:
        return None
    return run_git("cat-file", "blob", found["blob"].decode(), at=mirror).decode("utf-8-sig", errors="replace")
