"""What the doctor says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console


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


_COLOUR = {Verdict.GOOD: "green", Verdict.MISSING: "yellow", Verdict.BAD: "red"}


def print_finding(console: Console, finding: Finding) -> None:
    """One line of it, whose sentence is shown as it is."""
    colour = _COLOUR[finding.verdict]
    console.print(f"[{colour}]{finding.verdict.value:>7}[/{colour}]  {finding.what}:", end=" ")
    console.print(finding.sentence, markup=False)
