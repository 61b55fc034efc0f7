"""What the doctor says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the doctor thinks of one thing."""

    GOOD = "good"
    MISSING = "missing"  # the bot runs without it, and does less
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was examined."""

    what: str
    verdict: Verdict
    sentence: str
