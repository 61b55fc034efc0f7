"""`signalbox doctor`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Verdict, print_finding
from bot.log import configure_logging


def doctor(
    *, tests: Annotated[bool, typer.Option("--tests", help="Clone the repositories too, and run their suites.")] = False
) -> None:
    """Check tokens, scopes, channels, repositories, sandbox, database, sources and model; say what to do."""
    configure_logging(libraries=False)  # a traceback that is written otherwise shows what its frames hold
    findings: list[Finding] = []
    console = Console(highlight=False, soft_wrap=True)
    for finding in examine(tests=tests):
        findings.append(finding)
        print_finding(console, finding)
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise typer.Exit(1)
