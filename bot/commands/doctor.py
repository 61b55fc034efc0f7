"""`signalbox doctor`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Verdict
from bot.log import configure_logging

_COLOUR = {Verdict.GOOD: "green", Verdict.MISSING: "yellow", Verdict.BAD: "red"}


def doctor(
    *, tests: Annotated[bool, typer.Option("--tests", help="Clone the repositories too, and run their suites.")] = False
) -> None:
    """Check tokens, scopes, channels, repositories, sandbox, database, sources and model; say what to do."""
    configure_logging(libraries=False)  # a traceback that is written otherwise shows what its frames hold
    findings: list[Finding] = []
    console = Console(highlight=False, soft_wrap=True)
    for finding in examine(tests=tests):
        findings.append(finding)
        colour = _COLOUR[finding.verdict]
        console.print(f"[{colour}]{finding.verdict.value:>7}[/{colour}]  {finding.what}:", end=" ")
        console.print(finding.sentence, markup=False)
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise typer.Exit(1)
