"""A report with all that belongs to it, at one moment: what views draw from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col, select

from storage.gathered import Gathered, gathered, shown_of
from storage.going import Going, going_of, is_in_line
from storage.groups import Correction, Pair
from storage.heirs import heir_of
from storage.in_the_way import in_the_way_by
from storage.inquiries import Inquiry
from storage.linked import LinkedIssue, linked_with
from storage.plumbing import CARD, OutboxRow
from storage.records import Approval, AskedQuestion, Entry, EntryKind, Fix, Report, ShownPlan, Signal
from storage.reminders import last_approver, reminded_at
from storage.reports.naming import named_by
from storage.reports.pairs import pairs_of
from storage.reports.siblings import may_know
from storage.sleep import Sleep
from storage.spending import Spent, spent_by_stage
from storage.standing_rows import StandingApproval, StandingUse, of_report
from storage.status import CLOSED, Status, Visibility
from storage.switches import paused_by
from storage.taking import Taking
from storage.tracked import TrackedIssue
from storage.transactions import Row, found, table_of


@dataclass(frozen=True)
class Snapshot:
    """A report and its rows, each kind oldest first."""

    report: Report
    gathered: Gathered
    signals: tuple[Signal, ...]  # of those that may be shown the first and the newest
    plans: tuple[ShownPlan, ...]
    questions: tuple[AskedQuestion, ...]
    question: AskedQuestion | None  # the open one
    approvals: tuple[Approval, ...]
    fixes: tuple[Fix, ...]
    moves: tuple[Entry, ...]
    by_stage: dict[str, Spent]
    regression_of: Report | None
    dismissing_move: Entry | None = None  # the move by which `regression_of` was dismissed, if it is
    heir: Report | None = None  # that has the signals of a report that was merged away
    heir_address: str = ""  # of its root message
    corrections: tuple[Correction, ...] = ()
    moved: tuple[Signal, ...] = ()  # that people moved to another report
    near: tuple[Near, ...] = ()
    tracked: TrackedIssue | None = None  # its issue in a tracker
    standing: tuple[StandingApproval, ...] = ()  # that came to its plans
    uses: tuple[StandingUse, ...] = ()  # what came of those
    after: tuple[After, ...] = ()  # reports that were opened because it may have come back, oldest first
    siblings: tuple[After, ...] = ()  # others that change the same lines, as its plan or its latest stop named them
    sleeps: tuple[Sleep, ...] = ()
    takings: tuple[Taking, ...] = ()
    linked: tuple[LinkedIssue, ...] = ()  # issues that people linked with it
    named_by: str = ""  # who gave it the name that it has
    inquiries: tuple[Inquiry, ...] = ()  # what people asked about it
    going: Going | None = None  # the work on it that goes on now
    in_line: bool = False  # whether it waits for work that has not begun
    paused_by: str = ""  # who paused all work, while it is
    reminded_at: dt.datetime | None = None  # when the approvers of its latest plan were reminded of that
    last_approver: str = ""  # for its repository, where they were

    @property
    def spending(self) -> Spent:
        """What all its stages cost together."""
        return Spent.sum_of(self.by_stage.values())


@dataclass(frozen=True)
class After:
    """Another report that is told of: one that followed this one, or changes the same lines."""

    report: Report
    address: str  # of its root message in Slack; empty while it is not known


@dataclass(frozen=True)
class Near:
    """Another report that may be the same problem, or that people said is another one."""

    pair: Pair
    report: Report
    address: str  # of its root message in Slack; empty while it is not known


def snapshot_of(session: Session, report_id: int) -> Snapshot:
    """Read it all in one transaction. Raises NotFound."""
    report = found(session, Report, report_id)
    plans = _of(session, ShownPlan, report_id)
    standing, uses = of_report(session, report_id)
    return Snapshot(
        report=report,
        gathered=gathered(session, report, plans[-1].made_at if plans else None),
        signals=shown_of(session, report),
        plans=plans,
        questions=_of(session, AskedQuestion, report_id),
        question=open_question(session, report_id),
        approvals=_of(session, Approval, report_id),
        fixes=_of(session, Fix, report_id),
        moves=_moves(session, report_id),
        by_stage=spent_by_stage(session, report_id),
        regression_of=(before := _before(session, report)),
        dismissing_move=_dismissing_move(session, before.id if before is not None else None),
        heir=(heir := _heir(session, report)),
        heir_address=_address(session, heir),
        corrections=(corrections := _corrections(session, report_id)),
        moved=_moved(session, report_id, corrections),
        standing=standing,
        uses=uses,
        after=_after(session, report),
        siblings=_siblings(session, report),
        tracked=session.get(TrackedIssue, report_id),
        sleeps=_of(session, Sleep, report_id),
        takings=_of(session, Taking, report_id),
        linked=tuple(linked_with(session, report_id)),
        named_by=named_by(session, report),
        inquiries=_of(session, Inquiry, report_id),
        near=_all_near(session, report),
        going=going_of(session, report),
        in_line=is_in_line(session, report),
        paused_by=paused_by(session),
        reminded_at=(reminded := reminded_at(session, report) if plans else None),
        last_approver=last_approver(session, report.repository) if reminded else "",
    )


def _before(session: Session, report: Report) -> Report | None:
    """The one that it may be a return of, if it may be told of here."""
    before = found(session, Report, report.regression_of) if report.regression_of else None
    return before if before is not None and _are_seen_alike(report, before) else None


def _moves(session: Session, report_id: int) -> tuple[Entry, ...]:
    moves = select(Entry).where(Entry.report_id == report_id, Entry.kind == EntryKind.MOVE)
    return tuple(session.exec(moves.order_by(col(Entry.id))))


def _heir(session: Session, report: Report) -> Report | None:
    return found(session, Report, heir_of(session, report.id or 0)) if report.merged_into is not None else None


def _address(session: Session, report: Report | None) -> str:
    if report is None:
        return ""
    card = select(OutboxRow).where(OutboxRow.report_id == report.id, OutboxRow.purpose == CARD)
    row = session.exec(card).first()
    return row.permalink if row is not None else ""


def _corrections(session: Session, report_id: int) -> tuple[Correction, ...]:
    part = (col(Correction.report_id) == report_id) | (col(Correction.other_id) == report_id)
    return tuple(session.exec(select(Correction).where(part).order_by(col(Correction.id))))


def _moved(session: Session, report_id: int, corrections: tuple[Correction, ...]) -> tuple[Signal, ...]:
    ids = {each for correction in corrections for each in correction.signals}
    if not ids:
        return ()
    elsewhere = select(Signal).where(col(Signal.id).in_(ids), col(Signal.report_id) != report_id)
    return tuple(session.exec(elsewhere.order_by(col(Signal.id))))


def _all_near(session: Session, report: Report) -> tuple[Near, ...]:
    all_near = (_near(session, report.id or 0, pair) for pair in pairs_of(session, report.id or 0))
    return tuple(near for near in all_near if _are_seen_alike(report, near.report))


def _near(session: Session, report_id: int, pair: Pair) -> Near:
    report = found(session, Report, pair.other(report_id))
    return Near(pair, report, _address(session, report))


def _are_seen_alike(report: Report, other: Report) -> bool:
    """Whether who sees one may see the other. They could when they were likened: a channel may have turned private."""
    alike = report.visibility is other.visibility
    return alike and (report.visibility is Visibility.PUBLIC or report.channel == other.channel)


def _after(session: Session, report: Report) -> tuple[After, ...]:
    if report.status not in CLOSED:  # no index helps to find them, and only what is closed is followed
        return ()
    followed = select(Report).where(Report.regression_of == report.id, Report.visibility == report.visibility)
    return tuple(After(each, _address(session, each)) for each in session.exec(followed.order_by(col(Report.id))))


def _siblings(session: Session, report: Report) -> tuple[After, ...]:
    """Those that may still be told of here: a channel may have turned private."""
    moves = _moves(session, report.id or 0) if report.status is Status.STUCK else ()
    way = in_the_way_by(moves[-1]) if moves else None
    seen = report.research.assessment if report.research is not None else None
    named = {one.report_id for told in (seen, way) if told is not None for one in told.siblings}
    rows = session.exec(select(Report).where(col(Report.id).in_(named)).order_by(col(Report.id))) if named else ()
    return tuple(After(each, _address(session, each)) for each in rows if may_know(report, each))


def _dismissing_move(session: Session, report_id: int | None) -> Entry | None:
    """The latest move by which a report was dismissed."""
    moves = select(Entry).where(Entry.report_id == report_id, Entry.after == Status.DISMISSED)
    return session.exec(moves.order_by(col(Entry.id).desc()).limit(1)).first() if report_id is not None else None


def open_question(session: Session, report_id: int) -> AskedQuestion | None:
    """The latest question, unless it was answered."""
    latest = session.exec(
        select(AskedQuestion)
        .where(AskedQuestion.report_id == report_id)
        .order_by(col(AskedQuestion.id).desc())
        .limit(1)
    ).first()
    return latest if latest is not None and latest.answered_at is None else None


def _of(session: Session, kind: type[Row], report_id: int) -> tuple[Row, ...]:
    columns = table_of(kind).c
    return tuple(session.exec(select(kind).where(columns.report_id == report_id).order_by(columns.id)))
