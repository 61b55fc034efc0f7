"""Which tests failed in a run of mocha, ava or node's own runner, by what they write for people. Pure."""

# ruff: noqa: RUF001 the marks are those of the runners
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agents.suites.counted import SOME_FAILED, Counted

_MOCHA_ENDED = re.compile(r"^  (\d+) passing \(.+\)$")
_MOCHA_COUNT = re.compile(r"^  (\d+) failing$")
_MOCHA_FAILED = re.compile(r"^  (\d+)\) (.+)$")
_AVA_ENDED = re.compile(r"^  (\d+) (tests?) (passed|failed)$|^  (\d+) (uncaught exception|unhandled rejection)s?$")
_AVA_FAILED = re.compile(
    r"^ +✘ \[(?:fail|unexpected pass)\]: (.+)$|^  ((?:Uncaught exception|Unhandled rejection) in .+)$"
)
_AVA_PASSED = re.compile(r"^ +✔ ")
_AVA_BROKE = re.compile(r"^ +✘ Timed out while|^  \d+ tests? remained pending")
_NODE_ENDED = re.compile(r"^ℹ (tests|pass|fail|cancelled) (\d+)$")
_NODE_POINT = re.compile(r"^((?:  )*)([▶✖]) (.+?)(?: \([\d.]+ms\))?(?: # (?:SKIP|TODO).*)?$")
_NODE_FILE = re.compile(r"^✔ \S+\.[cm]?[jt]sx?(?: \([\d.]+ms\))?$")
_NODE_AGAIN = "✖ failing tests:"


def by_mocha(log: str) -> Counted | None:
    """Of what mocha's reporters for people write at their end; tests are named `suite > inner suite > test`."""
    lines = log.split("\n")
    ends = [at for at, line in enumerate(lines) if _MOCHA_ENDED.match(line)]
    if not ends:
        return None
    tests: Counter[str] = Counter()
    failed = passed = 0
    for begin, end in zip(ends, [*ends[1:], len(lines)], strict=True):
        passed += _number(_MOCHA_ENDED, lines[begin])
        failed += sum(_number(_MOCHA_COUNT, line) for line in lines[begin + 1 : begin + 4])
        tests.update(_mocha_failures(lines[begin:end]))
    return Counted(tests, failed, passed, codes=SOME_FAILED | {min(failed, 255)})


def _number(pattern: re.Pattern[str], line: str) -> int:
    found = pattern.match(line)
    return int(found[1]) if found else 0


def _mocha_failures(lines: Sequence[str]) -> Iterator[str]:
    """They are numbered; the title of each inner suite stands on a line of its own, two spaces deeper."""
    number = 1
    for at, line in enumerate(lines):
        found = _MOCHA_FAILED.match(line)
        if found is None or int(found[1]) != number:
            continue
        number += 1
        path = [found[2]]
        for depth, below in enumerate(lines[at + 1 :], start=1):
            indent = " " * (5 + 2 * depth)
            if not below.startswith(indent) or below[len(indent) : len(indent) + 1].isspace():
                break
            path.append(below.strip())
        yield " > ".join(path).removesuffix(":")


def by_ava(log: str) -> Counted | None:
    """Of what ava writes; tests are named with what was wrong, as ava names them on one line."""
    ends = [found for line in log.split("\n") if (found := _AVA_ENDED.match(line))]
    if not ends:
        return None
    named = (_AVA_FAILED.match(line) for line in log.split("\n"))
    tests = Counter(match[1] or match[2] for match in named if match)
    failed = sum(int(end[1] or end[4]) for end in ends if end[3] != "passed")
    passed = sum(bool(_AVA_PASSED.match(line)) for line in log.split("\n"))
    return Counted(tests, failed, passed, whole=not any(_AVA_BROKE.match(line) for line in log.split("\n")))


def by_node(log: str) -> Counted | None:
    """Of node's reporter for people; suites are named too. It counts the tests alone, so that is their least number."""
    counts: Counter[str] = Counter()
    for line in log.split("\n"):
        if ended := _NODE_ENDED.match(line):
            counts[ended[1]] += int(ended[2])
    if "tests" not in counts:
        return None
    tests = Counter(_node_failures(log))
    least = counts["fail"] + counts["cancelled"]
    files = sum(bool(_NODE_FILE.match(line)) for line in log.split("\n"))  # without any test that was to be run
    return Counted(tests, max(tests.total(), least), counts["pass"] - files)


def _node_failures(log: str) -> Iterator[str]:
    """Those of the tree; at the end they are told again, each below a line that says where it stands."""
    outer: list[str] = []
    again = False
    for line in log.split("\n"):
        point = _NODE_POINT.match(line)
        if point and not again and line != _NODE_AGAIN:
            depth = len(point[1]) // 2
            if point[2] == "▶":
                outer[depth:] = [point[3]]
            else:
                yield " > ".join((*outer[:depth], point[3]))
        again = line.startswith("test at ")
