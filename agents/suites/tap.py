"""Which tests failed, by a log in TAP, the Test Anything Protocol: node's runner, ava, tap and tape write it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from agents.suites.counted import Counted

_PLAN = re.compile(r"^1\.\.(\d+)\b", re.MULTILINE)
_POINT = re.compile(
    r"(?P<indent> *)(?P<fails>not )?ok\b(?: (?P<number>\d+))?(?: -)? ?(?P<name>.*?)(?P<directive> # .*)?"
)
_SUBTEST = re.compile(r"( *)# Subtest: (.+)")
_NOT_RUN = re.compile(r" # (?:skip|todo)", re.IGNORECASE)
_FILE = re.compile(r"\S+\.[cm]?[jt]sx?")  # node names a file so in which no test was to be run
_LEVEL = 4  # spaces of a level of subtests


def by_tap(log: str) -> Counted | None:
    """None for a log without TAP's plan. Tests of subtests are named `outer > inner`, and fail with each other."""
    plans = [int(number) for number in _PLAN.findall(log)]
    if not plans or not re.search(r"^(?:not )?ok\b", log, re.MULTILINE):
        return None
    points = list(_points(log))
    top = sum(not match["indent"] for match, _ in points)
    counting = [(match, name) for match, name in points if not _NOT_RUN.match(match["directive"] or "")]
    failed = Counter(name for match, name in counting if match["fails"])
    passed = sum(not match["fails"] and not _FILE.fullmatch(name) for match, name in counting)
    return Counted(failed, failed.total(), passed, whole=top >= sum(plans) and "\nBail out!" not in log)


def _points(log: str) -> Iterator[tuple[re.Match[str], str]]:
    """Each test point with its name, diagnostics left out: they may hold anything."""
    outer: list[str] = []
    skipping = ""
    for line in log.split("\n"):
        if skipping:
            skipping = "" if line == f"{skipping}..." else skipping
        elif line.strip() == "---" and line != "---":
            skipping = line[:-3]
        elif announced := _SUBTEST.fullmatch(line):
            outer[len(announced[1]) // _LEVEL :] = [announced[2]]
        elif (point := _POINT.fullmatch(line)) and len(point["indent"]) % _LEVEL == 0:
            above = outer[: len(point["indent"]) // _LEVEL]
            yield point, " > ".join((*above, point["name"].strip()))
