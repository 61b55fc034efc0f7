"""The journal, and the moves it tells of: written in one transaction, once per (job, step)."""

from __future__ import annotations

from typing import cast

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.changes import ReportChanges
from storage.columns import now
from storage.errors import IllegalMove
from storage.judgments import Judgment, Outcome
from storage.records import Entry, EntryKind, Report
from storage.sleep import wake_by_move
from storage.status import CLOSED, WITH_A_FIX, Mover, Status, may_move
from storage.taking import LetGo, let_go


def told(session: Session, step: str | None) -> Entry | None:
    """The entry of a step that was done already."""
    if step is None:
        return None
    return session.exec(select(Entry).where(Entry.step == step)).first()


def told_of(session: Session, step: str | None, report_id: int) -> Entry | None:
    """The same, for a step of this report. Raises IllegalMove when the step was done to another one."""
    entry = told(session, step)
    if entry is not None and entry.report_id != report_id:
        raise IllegalMove(f"The step {step!r} belongs to SB-{entry.report_id}, not to SB-{report_id}.")
    return entry


def tell(  # noqa: PLR0917 the columns of an entry, in their order
    session: Session,
    report_id: int,
    kind: EntryKind,
    who: str,
    text: str,
    step: str | None = None,
    judgment: Judgment | None = None,
) -> Entry:
    """Write a line."""
    entry = Entry(report_id=report_id, kind=kind, who=who, text=text, step=step, judgment=_shape(judgment))
    session.add(entry)
    return entry


def move(
    session: Session,
    report: Report,
    to: Status,
    *,
    mover: Mover,
    who: str,
    because: str,
    step: str | None,
    judgment: Judgment | None,
    changes: ReportChanges,
    by_hand: bool = False,
) -> None:
    """Move a locked report and write the line; `by_hand` to what a person mends. Raises IllegalMove."""
    if not allowed(report, to, mover, by_hand=by_hand):
        raise IllegalMove(
            f"{report.ref} is {report.status}; the {mover} may not move it to {to}. Look at the report and its journal."
        )
    wake_by_move(session, report, to, mover, who)
    if to in CLOSED:
        let_go(session, report, LetGo.OVER)
    before = report.status
    entry = tell(session, cast("int", report.id), EntryKind.MOVE, who, because, step, judgment)
    entry.before, entry.after = before, to
    report.stuck_from = before if to is Status.STUCK else None
    report.stuck_because = Outcome.FAILED if to is Status.STUCK else None
    report.note = because if to is Status.STUCK else ""  # what was in its way before is so no more
    if to is Status.DISMISSED:
        report.dismissed_weight = report.weight
    report.status = to
    report.since = now()
    report.attempt += 1
    report.tries = 0
    report.not_before = None
    report.version += 1
    put(report, changes)


def allowed(report: Report, to: Status, mover: Mover, *, by_hand: bool = False) -> bool:
    """Whether the state chart allows it. From `stuck` only back to where it was: a retry is not an approval.

    What got stuck with a pull request may have been merged by people, its checks may turn green after all, and anything
    may be mended by hand. From `dismissed` only what was merged away.
    """
    if report.status is Status.STUCK and not by_hand and to not in (report.stuck_from, Status.DISMISSED):
        by_others = (to is Status.AWAITING_PROOF and report.stuck_from in WITH_A_FIX) or (
            to is Status.AWAITING_REVIEW and report.stuck_from is Status.AWAITING_CHECKS and mover is Mover.WORLD
        )
        return by_others and may_move(Status.STUCK, to, mover)
    if report.status is Status.DISMISSED and report.merged_into is None:
        return False
    return may_move(report.status, to, mover)


def put(report: Report, changes: ReportChanges) -> None:
    """Set columns by name."""
    for name, value in changes.items():
        setattr(report, name, value)


def touch(session: Session, report_id: int) -> None:
    """Say that Slack should show the report anew."""
    session.execute(update(Report).where(col(Report.id) == report_id).values(version=Report.version + 1))


def _shape(judgment: Judgment | None) -> dict[str, object] | None:
    return None if judgment is None else judgment.model_dump(mode="json")
