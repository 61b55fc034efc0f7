"""What a run of a whole suite says: which tests failed, and what of that a change has brought. Pure.

A repository whose suite is wholly green without a network is rare. So a change answers only for what fails with it and
not without it; that can be told where a JUnit report, or the log, names every test that failed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Self

from agents.exchange import Ran
from agents.suites.compiled import by_cargo, by_go
from agents.suites.counted import SOME_FAILED, Counted
from agents.suites.javascript import by_jest, by_vitest
from agents.suites.junit import by_junit
from agents.suites.node import by_ava, by_mocha, by_node
from agents.suites.tap import by_tap
from storage.judgments import Proof

_NAMED = 5
_PYTEST = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", re.MULTILINE)
_PYTEST_ENDED = re.compile(
    r"^=* ?(\d+ (?:passed|failed|error|skipped|xfailed|deselected|warning).*) in [\d.]+s", re.MULTILINE
)
_FILE = re.compile(r"\S+\.(?:[cm]?[jt]sx?|py|go|rs|rb|php|java|kts?|cs|exs?)")
_UNCOVERED = re.compile(  # as coverage, pytest-cov, jest, vitest and nyc say it
    r"^(?:FAIL Required test coverage of .* not reached|(?:ERROR: )?Coverage failure: total of "
    r"|Jest: \S+ coverage threshold for .* not met|ERROR: Coverage for .* does not meet .*threshold)",
    re.MULTILINE,
)
_UNCOVERED_CODES = SOME_FAILED | {2}  # coverage's own
_KILLED = frozenset({124, 137})
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
        told = counted(ran)
        if told is None or not told.whole or not told.tests or told.tests.total() != told.failed:
            return None
        ended = ran.exit_code in told.codes if told.codes else ran.exit_code not in _KILLED
        return cls(told.tests, told.passed) if ended else None

    def beyond(self, without: Failures) -> tuple[str, ...]:
        """What failed here and did not fail there."""
        return tuple(sorted(self.tests - without.tests))

    def missing(self, tests: Sequence[str]) -> list[str]:
        """Those of the tests after which nothing that failed is named. How names begin differs, their ends do not."""
        return [test for test in tests if _end(test) and not any(is_named(test, name) for name in self.tests)]


def is_named(test: str, name: str) -> bool:
    """Whether a log or report means this test by that name; a whole file is none."""
    end = _words(_end(test))
    return bool(end) and f" {end} " in f" {_words(name)} "


def _end(test: str) -> str:
    """What every runner's log says of it; of a whole file there is no such thing."""
    return "" if _FILE.fullmatch(test) else re.split(r" [>›] |::|[./]", test)[-1]  # noqa: RUF001 jest's mark


def _words(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", name.lower()))


def counted(ran: Ran) -> Counted | None:
    """What a run counts, by its reports or else by its log, in which several runners may have written."""
    if ran.reports:
        return by_junit(ran.reports)
    found = [told for read in _READERS if (told := read(ran.output)) is not None]
    if not ran.cut:
        found += [told for read in _UNCOUNTING if (told := read(ran.output)) is not None]
    return reduce(add, found) if found else None


def is_green(ran: Ran) -> bool:
    """Whether the tests passed; where they are counted one must have, so that skipped ones prove nothing."""
    if is_red(ran):
        return False
    told = counted(ran)
    return told is None or told.passed > 0


def is_red(ran: Ran) -> bool:
    """Whether the run failed: by its exit code, or by its reports, for whose sake many builds go on and end well."""
    told = by_junit(ran.reports)
    if told is not None and told.failed > 0:
        return True
    return ran.exit_code != 0 and not lacks_coverage_alone(ran)


def lacks_coverage_alone(ran: Ran) -> bool:
    """Whether every test passed, and the run ended badly since they covered too little, as a few by themselves do."""
    if ran.exit_code not in _UNCOVERED_CODES or not _UNCOVERED.search(ran.output):
        return False
    told = counted(ran)
    return told is not None and told.whole and told.failed == 0 and told.passed > 0


def _by_pytest(log: str) -> Counted | None:
    ends = _PYTEST_ENDED.findall(log)
    if not ends:
        return None
    counts = {word.rstrip("s"): int(number) for number, word in re.findall(r"(\d+) (\w+)", ends[-1])}
    failed = counts.get("failed", 0) + counts.get("error", 0)
    tests = Counter(_PYTEST.findall(log)[-failed:] if failed else ())
    return Counted(tests, failed, counts.get("passed", 0), whole=not _BROKE_OFF.search(log))


def _by_unittest(log: str) -> Counted | None:
    ends = _UNITTEST_ENDED.findall(log)
    if not ends:
        return None
    run, said = ends[-1]
    counts = {word: int(number) for word, number in re.findall(r"(\w+)=(\d+)", said)}
    failed = counts.get("failures", 0) + counts.get("errors", 0)
    skipped = sum(counts.values()) - failed
    return Counted(Counter(_UNITTEST.findall(log)), failed, int(run) - failed - skipped)


_READERS = (_by_pytest, _by_unittest, by_vitest, by_jest, by_mocha, by_ava, by_go, by_cargo)
_UNCOUNTING = (by_tap, by_node)  # they do not say how many names there are, so nothing of such a log may be missing


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


def lint_said(proof: Proof) -> str:
    """What linters and their like say under a proof that holds, for people; empty when none was asked."""
    if not proof.linted:
        return ""
    return f"{named(proof.linted)} {'has' if len(proof.linted) == 1 else 'have'} nothing against it"


def _counted(tests: tuple[str, ...]) -> str:
    return "1 test fails" if len(tests) == 1 else f"{len(tests)} tests fail"


def named(tests: tuple[str, ...]) -> str:
    """Their names, of many the first ones."""
    some = ", ".join(tests[:_NAMED])
    return some if len(tests) <= _NAMED else f"{some} and {len(tests) - _NAMED} more"
