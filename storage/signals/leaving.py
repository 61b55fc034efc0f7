"""A signal leaves a dismissed report, because somebody asks to have it looked at again."""

from __future__ import annotations

from sqlmodel import Session

from storage.journal import tell
from storage.plumbing import FILING, Epoch
from storage.records import EntryKind, Report, Signal
from storage.signals.erasing import steps_of_leaving
from storage.status import SignalStatus, Status
from storage.transactions import locked

_MAY_LEAVE = frozenset({SignalStatus.FILED, SignalStatus.AWAITING_DIGEST})


def leave_dismissed(session: Session, signal_id: int, by: str) -> Report | None:
    """Take it out of its report, to be digested anew as `by` asks; the report it left.

    None, and nothing is done, when it is under no dismissed report. What was merged away is left alone: its signals
    are looked after where they went.
    """
    epoch = locked(session, Epoch, FILING)
    signal = locked(session, Signal, signal_id)
    if signal.report_id is None or signal.status not in _MAY_LEAVE:
        return None
    report = locked(session, Report, signal.report_id)
    if report.status is not Status.DISMISSED or report.merged_into is not None:
        return None
    signal.revision += 1
    signal.attempt = 1
    signal.asked_by = by
    signal.report_id, signal.status, signal.not_before = None, SignalStatus.AWAITING_DIGEST, None
    epoch.value += 1
    signal.filed_epoch = epoch.value  # so that the search learns that it is not there any more
    report.weight -= signal.weight
    report.version += 1
    text = f"asked to have {signal.external_id} looked at again; it left this report"
    tell(session, report.id or 0, EntryKind.WORD, by, text, f"{steps_of_leaving(signal_id)}{signal.revision}")
    return report
