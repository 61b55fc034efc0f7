"""The priority: a product of three numbers, each with what was counted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from agents.cases import SeenSignal
from agents.checkout.history import FileUse
from agents.research.urgency import ranked
from storage.assessment import Priority
from storage.raw import Severity

AT = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def a_signal(**fields: Any) -> SeenSignal:
    return SeenSignal(**{"external_id": "1", "source": "slack", "happened_at": AT, **fields})


@pytest.mark.parametrize(
    ("importers", "changes", "people", "severity", "priority"),
    [
        (40, 30, 5_000, Severity.FATAL, Priority.P0),
        (6, 0, 60, Severity.ERROR, Priority.P1),
        (2, 0, 3, Severity.ERROR, Priority.P2),
        (1, 0, 1, Severity.WARNING, Priority.P3),
        (0, 0, 1, Severity.INFO, Priority.P4),
    ],
)
def test_a_priority_follows_from_its_numbers(
    importers: int, changes: int, people: int, severity: Severity, priority: Priority
) -> None:
    found = ranked([FileUse("a.py", importers, changes)], [a_signal(reach=people, severity=severity)])

    assert found.priority is priority
    assert found.product == found.importance.points * found.impact.points * found.severity.points


def test_each_number_says_what_was_counted_and_the_busiest_file_counts() -> None:
    signals = [a_signal(reach=12, severity=Severity.ERROR), a_signal(source="sentry", reach=0)]

    found = ranked([FileUse("a.py", 1, 1), FileUse("b.py", 7, 12)], signals)

    assert found.importance.counted == "b.py is imported by 7 files, changed 12 times in a year"
    assert found.importance.points == 4
    assert found.impact.counted == "2 signals from 2 sources, met by 13"
    assert found.severity.counted == "error, by 1 of 2 signals"


def test_without_a_known_file_the_code_counts_least() -> None:
    assert ranked([], [a_signal()]).importance.points == 1
