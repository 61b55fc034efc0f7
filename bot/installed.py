"""Whether what is installed fits the code: a checkout may be pulled without `make setup` being typed."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_ASKED = ("pyproject.toml", "constraints.txt")  # what the Makefile's own stamp is compared with


def outdated_install(root: Path = _ROOT, environment: Path | None = None) -> str:
    """That the code asks for other packages than the last `make setup` brought; empty if not."""
    stamp = (environment or Path(sys.prefix)) / ".ready"
    files = [root / name for name in _ASKED]
    if not stamp.exists() or not all(file.exists() for file in files):
        return ""
    if all(file.stat().st_mtime <= stamp.stat().st_mtime for file in files):
        return ""
    return f"the code was updated and its packages were not; type `make setup` in {root}, then start the bot again"
