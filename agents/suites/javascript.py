"""Which tests failed in a run of vitest or jest, by its log. Pure.

Of the log of another runner both give None. A file that could not be run counts as one that failed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from agents.suites.counted import Counted

_VITEST_ENDED = re.compile(r"^ {6}Tests  (.+) \(\d+\)$", re.MULTILINE)
_VITEST_FILES = re.compile(r"^ Test Files  (.+) \(\d+\)$", re.MULTILINE)
_VITEST_FAILED = re.compile(r"^ FAIL  (\S.*)$", re.MULTILINE)
_VITEST_STRAY = re.compile(r"^ {5}Errors  \d+ errors?$", re.MULTILINE)  # of no test
_VITEST_UNRUN = re.compile(r"Failed Suites (\d+)")
_JEST_ENDED = re.compile(r"^Tests: +(.+), \d+ total$", re.MULTILINE)
_JEST_FILES = re.compile(r"^Test Suites: +(.+), \d+ total$", re.MULTILINE)
_JEST_AGAIN = "Summary of all failing tests"
_JEST_SAID = re.compile(r"^(?:FAIL (\S+).*|  ● (\S.*))$", re.MULTILINE)
_JEST_UNRUN, _JEST_PRINTED = "Test suite failed to run", "Console"
_SOURCE = re.compile(r"\s*(?:> *)?\d*\s*\|")


def is_source(line: str) -> bool:
    """Whether a line of a log shows the test's own source, or the mark below it."""
    return _SOURCE.match(line) is not None


def by_vitest(log: str) -> Counted | None:
    """Of a log such as vitest 1 to 3 write it."""
    files, ends = _VITEST_FILES.findall(log), _VITEST_ENDED.findall(log)
    if not files:
        return None
    counts = _counts(ends[-1]) if ends else {}  # "no tests" where no file could be run
    unrun = sum(int(number) for number in _VITEST_UNRUN.findall(log))
    tests = Counter(_VITEST_FAILED.findall(log))
    whole = not _VITEST_STRAY.search(log)
    return Counted(tests, counts.get("failed", 0) + unrun, counts.get("passed", 0), whole)


def by_jest(log: str) -> Counted | None:
    """Of a log such as jest writes it; of many files it tells of what failed again at the end."""
    files, ends = _JEST_FILES.findall(log), _JEST_ENDED.findall(log)
    if not files or not ends:
        return None
    counts, failed = _counts(ends[-1]), list(_jest_failures(log.partition(_JEST_AGAIN)[0]))
    unrun = sum(1 for name in failed if name.endswith(_JEST_UNRUN))
    return Counted(Counter(failed), counts.get("failed", 0) + unrun, counts.get("passed", 0))


def _jest_failures(log: str) -> Iterator[str]:
    file = ""
    for named, failed in _JEST_SAID.findall(log):
        file = named or file
        if failed and failed != _JEST_PRINTED:
            yield f"{file} > {failed}"


def _counts(summary: str) -> dict[str, int]:
    return {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", summary)}
