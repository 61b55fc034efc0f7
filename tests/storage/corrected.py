"""Reports to merge and to split, and what is looked at afterwards."""

from __future__ import annotations

from typing import Any

from storage.groups import Correction
from storage.records import Report
from storage.store import Store
from tests.factories import a_signal, a_vector

ADA = "U01ADA"


def ids(store: Store, report: Report | int) -> list[int]:
    report_id = report if isinstance(report, int) else report.id or 0
    return [signal.id or 0 for signal in store.signals.of_report(report_id)]


def found(store: Store, key: str) -> list[int]:
    return [each.report_id for each in store.search.candidates((key,), (), (), b"")]


def two(store: Store, **second: Any) -> tuple[Report, Report]:
    """Two reports with a signal each, which have keys and vectors of their own."""
    one = a_signal(store, filed=True, keys=("k:1",), weight=2.0, vector=a_vector(1.0))
    other = a_signal(store, filed=True, keys=("k:2",), weight=3.0, vector=a_vector(0.0, 1.0), **second)
    return store.reports.get(one.report_id or 0), store.reports.get(other.report_id or 0)


def merge(store: Store, away: Report, into: Report) -> Correction:
    return store.corrections.merge(away.id or 0, into.id or 0, by=ADA)
