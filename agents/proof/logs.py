"""What a proof keeps of its runs: the command, what it printed, how it ended. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from agents.exchange import Ran
from agents.suites.suite import lacks_coverage_alone

LOG_LIMIT = 20_000
TIMED_OUT = 124  # the port's number
_WIDE = re.compile(r"([-=_─━═ ])\1{59,}")  # the rules and blanks of tables, such as those of coverage
_LEFT = 20  # of them


def _narrowed(output: str) -> str:
    """Without the width of tables: a few hundred signs a line left no room for what failed."""
    return _WIDE.sub(lambda wide: wide[1] * _LEFT, output)


def log_of(command: Sequence[str], ran: Ran) -> str:
    """The command, what it printed and how it ended; cut in the middle, so that the last lines with the times stay."""
    head, output = f"$ {shlex.join(command)}\n", _narrowed(ran.output).rstrip()
    if len(output) > LOG_LIMIT:
        left = len(output) - LOG_LIMIT
        output = f"{output[: LOG_LIMIT // 4]}\n[… {left} characters left out …]\n{output[-LOG_LIMIT * 3 // 4 :]}"
    why = ": every test passed, and only coverage is too low, which counts for nothing here"
    return f"{head}{output}\n[exit code {ran.exit_code} after {ran.seconds:.1f} s{why * lacks_coverage_alone(ran)}]"


def ended(ran: Ran) -> str:
    """How a run ended, for a sentence."""
    return "it ran out of time" if ran.exit_code == TIMED_OUT else f"exit code {ran.exit_code}"
