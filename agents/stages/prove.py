"""Prove: is the problem gone? Quiet through the soak is the proof; what comes back is mostly told of by digest."""

from __future__ import annotations

import datetime as dt

from storage.records import Fix, Report, Signal
from storage.status import SignalStatus

_COUNT = frozenset({SignalStatus.FILED, SignalStatus.AWAITING_DIGEST})


def is_quiet(report: Report, fix: Fix, signals: list[Signal], at: dt.datetime) -> bool:
    """Whether the soak is over and no signal of the report happened after the merge, but for held and deleted ones."""
    if report.soak_until is None or fix.merged_at is None or at < report.soak_until:
        return False
    return not any(signal.happened_at > fix.merged_at for signal in signals if signal.status in _COUNT)
