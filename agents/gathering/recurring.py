"""What becomes of a signal whose problem was closed before. Pure."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from storage.records import Report, Signal
from storage.status import Dismissal, Status

_HEAVIER = 2.0  # so many times its weight, and what was put off is looked at again


class Reception(StrEnum):
    """How a report takes a signal of its problem."""

    JOIN = "join"  # it is open
    ABSORB = "absorb"  # it is closed, and counts it without a word
    REOPEN = "reopen"  # a new report is opened, linked to it


def reception(report: Report, signal: Signal, merged_at: dt.datetime | None = None) -> Reception:
    """By the report's status, and for a dismissed one by why it was dismissed. Who asks is never absorbed.

    Resolved: what happened before its fix was merged, at `merged_at`, is no regression, however late we hear of it.
    Fixed elsewhere, or quiet: what happened after that may be one; wrongly analysed: it is the problem, still there.
    Not now, or unclear: looked at again once it weighs twice as much. Won't fix, not a
    problem, or no reason given: absorbed.
    """
    if report.status is Status.RESOLVED:
        late = merged_at is not None and signal.happened_at <= merged_at and not signal.asked_by
        return Reception.ABSORB if late else Reception.REOPEN
    if report.status is not Status.DISMISSED:
        return Reception.JOIN
    match report.dismissal:
        case _ if signal.asked_by:
            again = True
        case Dismissal.FIXED_ELSEWHERE | Dismissal.QUIET | Dismissal.ANALYSIS_WRONG:
            again = signal.happened_at > report.since
        case Dismissal.NOT_NOW | Dismissal.UNCLEAR:
            again = report.weight >= _HEAVIER * report.dismissed_weight
        case _:
            again = False
    return Reception.REOPEN if again else Reception.ABSORB
