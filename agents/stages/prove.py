"""Prove: is the problem gone? Quiet through the soak is the proof; a signal that comes back is handled by digest."""

from __future__ import annotations

import datetime as dt

from storage.records import Fix, Report, Signal


def is_quiet(report: Report, fix: Fix, signals: list[Signal], at: dt.datetime) -> bool:
    """Whether the soak is over and no signal of the report happened after the merge."""
    if report.soak_until is None or fix.merged_at is None or at < report.soak_until:
        return False
    return not any(signal.happened_at > fix.merged_at for signal in signals)
