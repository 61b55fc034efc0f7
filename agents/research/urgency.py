"""How urgent a report is: code importance x user impact x severity, in numbers that people can check. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agents.cases import SeenSignal
from agents.checkout.history import FileUse
from storage.assessment import Factor, Priority, Ranked
from storage.raw import Severity

_IMPORTERS = (2, 6, 20)  # files that import the faulty one, for 2, 3 and 4 points
_OFTEN = 12  # changes a year that are worth a point
_PEOPLE = (3, 20, 100)  # who met it, for 2, 3 and 4 points
_SEVERITY = {Severity.INFO: 1, Severity.WARNING: 2, Severity.ERROR: 3, Severity.FATAL: 4}
_AT_LEAST = ((48, Priority.P0), (27, Priority.P1), (9, Priority.P2), (2, Priority.P3))  # products
_MOST = 4


def ranked(files: Sequence[FileUse], signals: Sequence[SeenSignal]) -> Ranked:
    """The priority with the numbers behind it. Without a known file the code counts as little as it can."""
    importance, impact, severity = _importance(files), _impact(signals), _severity(signals)
    product = importance.points * impact.points * severity.points
    priority = next((name for least, name in _AT_LEAST if product >= least), Priority.P4)
    return Ranked(priority=priority, importance=importance, impact=impact, severity=severity)


def scale_text() -> str:
    """How much the product must come to for each priority."""
    steps = ", ".join(f"{name} from {least}" for least, name in _AT_LEAST)
    return f"of {_MOST**3}; {steps}"


def _importance(files: Sequence[FileUse]) -> Factor:
    if not files:
        return Factor(points=1, counted="no file is known to be at fault")
    points, use = max(((_points_of(use), use) for use in files), key=lambda each: each[0])
    counted = (
        f"{use.path} is imported by {_count(use.importers, 'file')}, changed {_count(use.changes, 'time')} in a year"
    )
    return Factor(points=points, counted=counted)


def _points_of(use: FileUse) -> int:
    return min(_MOST, _step(use.importers, _IMPORTERS) + (use.changes >= _OFTEN))


def _impact(signals: Sequence[SeenSignal]) -> Factor:
    people = sum(max(1, signal.reach) for signal in signals)
    sources = len({signal.source for signal in signals})
    counted = f"{_count(len(signals), 'signal')} from {_count(sources, 'source')}, met by {people:,}"
    return Factor(points=_step(people, _PEOPLE), counted=counted)


def _severity(signals: Sequence[SeenSignal]) -> Factor:
    worst = max((signal.severity for signal in signals), key=lambda each: _SEVERITY[each])
    times = sum(signal.severity is worst for signal in signals)
    return Factor(points=_SEVERITY[worst], counted=f"{worst}, by {times} of {_count(len(signals), 'signal')}")


def _step(number: int, steps: Sequence[int]) -> int:
    return 1 + sum(number >= step for step in steps)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
