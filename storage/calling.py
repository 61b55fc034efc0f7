"""How a report is called: by its first signal or by its pull request; after an undo as before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.groups import Correction, CorrectionKind
from storage.heirs import heir_of, merges_of
from storage.records import Report, Signal
from storage.status import SignalStatus
from storage.transactions import locked


def called(report: Report) -> str:
    """As people read it: by the name that one of them gave it, else by its own title."""
    return report.name or report.title


def call_by_first(report: Report, signals: Sequence[Signal]) -> None:
    """The words of the first of these signals take the place of those of one that went."""
    first = next((signal for signal in signals if signal.status is not SignalStatus.ERASED), signals[0])
    report.subject = first.external_id
    if (said := next((signal.summary for signal in signals if signal.summary), None)) is not None:
        report.title, report.gist = said.title, said.gist


def keep_name(correction: Correction, report: Report) -> None:
    """Keep how the report is called that goes on with more signals, or fewer, than it had."""
    correction.title_before, correction.gist_before = report.title, report.gist
    correction.subject_before = report.subject


def call_as_before(session: Session, correction: Correction) -> bool:
    """Give the report the name that it had before this correction; False when that is not kept, or is nobody's there.

    Later corrections that stand knew it by a name that spoke of what is undone now: for them, too, it had this one.
    What it was merged into since is called as it was before that.
    """
    named = _named(correction)
    is_called = _call(session, correction, named)
    if correction.title_before:
        for later in _standing(session, named):
            if (later.id or 0) > (correction.id or 0):
                later.title_before, later.gist_before = correction.title_before, correction.gist_before
                later.subject_before = correction.subject_before
    for merge in merges_of(session, named):
        _call(session, merge, merge.other_id)
    return is_called


def forget_names(session: Session, external_id: str, report_id: int | None) -> None:
    """Forget what reports were called that this signal was the first of, or is in: the words may be its own."""
    theirs = col(Correction.subject_before) == external_id
    if report_id is not None:
        theirs |= (col(Correction.report_id) == report_id) | (col(Correction.other_id) == report_id)
    session.execute(update(Correction).where(theirs).values(title_before="", gist_before="", subject_before=""))


def _named(correction: Correction) -> int:
    """The report whose name a correction keeps: the one that took another's signals in, or that lost some."""
    return correction.other_id if correction.kind is CorrectionKind.MERGE else correction.report_id


def _standing(session: Session, named: int) -> list[Correction]:
    """The merges and splits that keep its name and stand, the first of them first."""
    part = (col(Correction.report_id) == named) | (col(Correction.other_id) == named)
    rows = session.exec(select(Correction).where(part, Correction.undone_by == "").order_by(col(Correction.id)))
    return [each for each in rows if _named(each) == named]


def _call(session: Session, correction: Correction, report_id: int) -> bool:
    """Call it by the kept name, if the signal is there that it was called by."""
    if not correction.title_before:
        return False
    there = (Signal.report_id == heir_of(session, report_id), Signal.external_id == correction.subject_before)
    if session.exec(select(Signal.id).where(*there).limit(1)).first() is None:
        return False
    report = locked(session, Report, report_id)
    report.title, report.gist = correction.title_before, correction.gist_before
    report.subject = correction.subject_before
    return True
