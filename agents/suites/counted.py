"""What a log or a report of a test run counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

SOME_FAILED = frozenset({1})  # the exit code of most runners when a run went through to its end and tests failed


@dataclass(frozen=True)
class Counted:
    """Names of what failed, how many names there have to be, and how many tests passed.

    `whole` is false where more went wrong than the names say, or the run broke off; `codes` are the exit codes of a run
    that did not, any when none are named.
    """

    tests: Counter[str]  # a name may stand for several cases
    failed: int
    passed: int
    whole: bool = True
    codes: frozenset[int] = SOME_FAILED

    def __add__(self, other: Counted) -> Counted:
        """Of two runners that wrote into one log."""
        return Counted(
            self.tests + other.tests,
            self.failed + other.failed,
            self.passed + other.passed,
            self.whole and other.whole,
            self.codes | other.codes if self.codes and other.codes else frozenset(),
        )
