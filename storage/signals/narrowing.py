"""A signal that fewer people may see than its report: it leaves that, with what the report says in its words."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, select

from storage.journal import tell
from storage.plumbing import Epoch
from storage.records import Entry, EntryKind, Report, Signal
from storage.signals.erasing import erase_quotes, left_by, named_after, retitle, touch_neighbours
from storage.status import SignalStatus, Visibility
from storage.transactions import locked

NARROWED_TITLE = "(seen by fewer people now)"
_STEPS = "narrowed:"  # begins the steps of such leavings


def leave_wider(session: Session, signal: Signal, epoch: Epoch) -> None:
    """Make a locked, filed signal private: it is read anew, and filed where only those see it who may.

    `epoch` is that of the filing, locked. Quotes of it in the report's research go, and the report is called after the
    next of its signals; so it is with public reports that were called after it and merged away, or that it left. What
    was written in their threads stays there.
    """
    report_id = signal.report_id or 0
    signal.visibility = Visibility.PRIVATE
    report = locked(session, Report, report_id)
    report.weight -= signal.weight
    report.version += 1
    epoch.value += 1
    words = f"{signal.external_id} may be seen by fewer people than before, and left this report"
    tell(session, report_id, EntryKind.SIGNAL, "world", words, f"{_STEPS}{signal.id}.{epoch.value}")
    signal.filed_epoch = epoch.value  # so that the search learns that it is not there any more
    signal.report_id, signal.status, signal.not_before = None, SignalStatus.AWAITING_DIGEST, None
    session.flush()
    former = named_after(session, (signal,)) | {each.id or 0 for each in left_by(session, signal.id or 0)}
    reports = sorted({report_id, *_wider(session, former)})
    for each in reports:
        erase_quotes(session, each, (signal.external_id,))
        retitle(session, each, signal.external_id, without=NARROWED_TITLE)
    touch_neighbours(session, reports)


def has_lost_any(session: Session, report_id: int) -> bool:
    """Whether a signal left this report in that way."""
    own = (Entry.report_id == report_id, col(Entry.step).startswith(_STEPS))
    return session.exec(select(Entry.id).where(*own).limit(1)).first() is not None


def _wider(session: Session, report_ids: Collection[int]) -> set[int]:
    """Those of the reports that everybody may see."""
    public = (col(Report.id).in_(report_ids), Report.visibility == Visibility.PUBLIC)
    return {each or 0 for each in session.exec(select(Report.id).where(*public))}
