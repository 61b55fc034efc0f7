"""What a run of a whole suite says: which tests failed, and what of that a change has brought. Pure.

A repository whose suite is wholly green without a network is rare. So a change answers only for what fails with it and
not without it; that can be told where the log names every test that failed, as those of pytest, unittest, vitest and
jest do.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Self

from agents.exchange import Ran
from agents.javascript_suites import by_jest, by_vitest
from storage.judgments import Proof

_NAMED = 5
_SOME_FAILED = 1  # the exit code of a run that went through to its end; pytest gives others where it did not
_PYTEST = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", re.MULTILINE)
_PYTEST_ENDED = re.compile(
    r"^=* ?(\d+ (?:passed|failed|error|skipped|xfailed|deselected|warning).*) in [\d.]+s", re.MULTILINE
)
_BROKE_OFF = re.compile(r"^!+ .*(?:stopping after|Interrupted)", re.MULTILINE)
_UNITTEST = re.compile(r"^(?:FAIL|ERROR): (\S.*)$", re.MULTILINE)
_UNITTEST_ENDED = re.compile(r"^Ran (\d+) tests? in [\d.]+s\n\nFAILED \((.+)\)$", re.MULTILINE)


@dataclass(frozen=True)
class Failures:
    """The tests that failed in a run that went through to its end, and how many passed."""

    tests: Counter[str]  # a name may stand for several cases
    passed: int

    @classmethod
    def of(cls, ran: Ran) -> Self | None:
        """None where the log does not name each of them, or where the run broke off."""
        if ran.exit_code != _SOME_FAILED:
            return None
        counted = _by_pytest(ran.output) or _by_unittest(ran.output) or by_vitest(ran.output) or by_jest(ran.output)
        if counted is None:
            return None
        tests, failed, passed = counted
        return cls(tests, passed) if tests.total() == failed else None

    def beyond(self, without: Failures) -> tuple[str, ...]:
        """What failed here and did not fail there."""
        return tuple(sorted(self.tests - without.tests))


def _by_pytest(log: str) -> tuple[Counter[str], int, int] | None:
    ends = _PYTEST_ENDED.findall(log)
    if not ends or _BROKE_OFF.search(log):
        return None
    counts = {word.rstrip("s"): int(number) for number, word in re.findall(r"(\d+) (\w+)", ends[-1])}
    failed = counts.get("failed", 0) + counts.get("error", 0)
    return Counter(_PYTEST.findall(log)[-failed:] if failed else ()), failed, counts.get("passed", 0)


def _by_unittest(log: str) -> tuple[Counter[str], int, int] | None:
    ends = _UNITTEST_ENDED.findall(log)
    if not ends:
        return None
    run, counted = ends[-1]
    counts = {word: int(number) for word, number in re.findall(r"(\w+)=(\d+)", counted)}
    failed = counts.get("failures", 0) + counts.get("errors", 0)
    skipped = sum(counts.values()) - failed
    return Counter(_UNITTEST.findall(log)), failed, int(run) - failed - skipped


def suite_said(proof: Proof) -> str:
    """What is known of the whole suite under a proof that holds, for people."""
    if not proof.known_failures and not proof.unsteady:
        return "the whole suite passes"
    parts = ["of the whole suite nothing fails that does not fail without it"]
    if proof.known_failures:
        parts.append(f"{_counted(proof.known_failures)} with it and without it: {named(proof.known_failures)}")
    if proof.unsteady:
        parts.append(f"{_counted(proof.unsteady)} in one run and not in the next: {named(proof.unsteady)}")
    return "; ".join(parts)


def _counted(tests: tuple[str, ...]) -> str:
    return "1 test fails" if len(tests) == 1 else f"{len(tests)} tests fail"


def named(tests: tuple[str, ...]) -> str:
    """Their names, of many the first ones."""
    some = ", ".join(tests[:_NAMED])
    return some if len(tests) <= _NAMED else f"{some} and {len(tests) - _NAMED} more"
