"""Which tests failed, by a JUnit XML report, which nearly every test runner can write. Pure."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # what could expand without bound is refused below
from collections import Counter
from collections.abc import Iterator, Sequence

from agents.suites.counted import Counted

_ANY: frozenset[int] = frozenset()  # the report says whether the run came to its end, not the exit code
_FAILED = ("failure", "error")
_DEEPEST = 100  # suites in each other
_UNNAMED = frozenset({"", "test"})  # as node's runner calls every class


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


def _read(report: str) -> Counted:
    try:
        return _counted(ET.fromstring(report, ET.XMLParser(target=_Untyped())))  # noqa: S314 it takes no entities
    except (ET.ParseError, ValueError):  # numbers too long to be any are among these
        return Counted(Counter(), 0, 0, whole=False, codes=_ANY)


def _counted(top: ET.Element) -> Counted:
    failed: Counter[str] = Counter()
    passed = told = 0
    for suite, path in _suites(top, ()):
        cases = suite.findall("testcase")
        told += _told(suite) if cases or suite.find("testsuite") is None else 0
        for case in cases:
            if any(case.find(mark) is not None for mark in _FAILED):
                failed[_name(case, path)] += 1
            elif case.find("skipped") is None:
                passed += 1
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
