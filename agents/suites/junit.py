"""Which tests failed, by a JUnit XML report, which nearly every test runner can write. Pure."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # what could expand without bound is refused below
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.suites.counted import Counted

_ANY: frozenset[int] = frozenset()  # the report says whether the run came to its end, not the exit code
_FAILED = ("failure", "error")
_DEEPEST = 100  # suites in each other
_UNNAMED = frozenset({"", "test"})  # as node's runner calls every class


@dataclass(frozen=True)
class Case:
    """One test in a report: neither failed nor passed when it was skipped. `said` is what is told of its failure."""

    name: str
    failed: bool
    passed: bool
    said: str


class _Typed(ValueError):
    """A document type, which may define entities that expand without bound."""


class _Untyped(ET.TreeBuilder):
    """Stops at a document type, not at one in what a test printed."""

    def doctype(self, name: str, *_: str | None) -> None:
        raise _Typed(name)


def by_junit(reports: Sequence[str]) -> Counted | None:
    """None without any report. One that cannot be read counts as broken off."""
    if not reports:
        return None
    return sum((_read(report) for report in reports), Counted(Counter(), 0, 0, codes=_ANY))


def cases(reports: Sequence[str]) -> list[Case]:
    """All tests of the reports that can be read, in their order."""
    return [case for report in reports for case in _cases(report)]


def _cases(report: str) -> list[Case]:
    try:
        suites = _suites(_parsed(report), ())
        return [_case(one, path) for suite, path in suites for one in suite.findall("testcase")]
    except (ET.ParseError, ValueError):
        return []


def _case(case: ET.Element, path: tuple[str, ...]) -> Case:
    marks = [found for mark in _FAILED if (found := case.find(mark)) is not None]
    said = "\n".join(f"{mark.get('message', '')}\n{''.join(mark.itertext())}" for mark in marks)
    return Case(_name(case, path), bool(marks), not marks and case.find("skipped") is None, said)


def _parsed(report: str) -> ET.Element:
    return ET.fromstring(report, ET.XMLParser(target=_Untyped()))  # noqa: S314 it takes no entities


def _read(report: str) -> Counted:
    try:
        return _counted(_parsed(report))
    except (ET.ParseError, ValueError):  # numbers too long to be any are among these
        return Counted(Counter(), 0, 0, whole=False, codes=_ANY)


def _counted(top: ET.Element) -> Counted:
    failed: Counter[str] = Counter()
    passed = told = 0
    for suite, path in _suites(top, ()):
        ran = [_case(one, path) for one in suite.findall("testcase")]
        told += _told(suite) if ran or suite.find("testsuite") is None else 0
        failed.update(case.name for case in ran if case.failed)
        passed += sum(case.passed for case in ran)
    return Counted(failed, max(told, failed.total()), passed, codes=_ANY)


def _suites(element: ET.Element, path: tuple[str, ...]) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
    """All of them, with the names of those that hold them. Raises ValueError for what no test runner writes."""
    if len(path) > _DEEPEST:
        raise ValueError(f"more than {_DEEPEST} suites in each other")
    yield element, path
    for suite in element.findall("testsuite"):
        yield from _suites(suite, (*path, suite.get("name", "")))


def _told(suite: ET.Element) -> int:
    """How many failures a suite without suites in it counts itself: one of them may have no test of its own."""
    if suite.tag != "testsuite" or suite.find("testsuite") is not None:
        return 0
    counts = (suite.get(f"{mark}s", "0") for mark in _FAILED)
    return sum(int(count) for count in counts if count.isdecimal())


def _name(case: ET.Element, path: tuple[str, ...]) -> str:
    """What does not change from one run to the next: no times, no lines, no folder of this machine."""
    of = case.get("classname", "")
    parts = (*path, case.get("name", "")) if of in _UNNAMED else (of, case.get("name", ""))
    return " > ".join(dict.fromkeys(part for part in parts if part))
