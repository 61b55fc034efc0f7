"""The releases that signals name."""

from __future__ import annotations

import re

from agents.cases import SeenSignal

MOST = 5  # names that are looked up
_NAMED = re.compile(
    r"\b(?:release|version)\b\s*[:=]?\s*[`\"']?(?:[\w.-]+@)?(v?\d+\.\d+(?:\.\d+)*(?:[-+.]?(?:rc|alpha|beta|post|a|b)\.?\d+)?)"
    r"(?![\w.]*\d)",
    re.IGNORECASE | re.ASCII,
)


def releases_named(signals: tuple[SeenSignal, ...]) -> list[str]:
    """Those that stand behind the word release or version, of the newest signal first; each once."""
    newest = sorted(signals, key=lambda signal: signal.happened_at, reverse=True)
    names = [name for signal in newest for name in _NAMED.findall(f"{signal.title}\n{signal.body}")]
    return list(dict.fromkeys(names))[:MOST]
