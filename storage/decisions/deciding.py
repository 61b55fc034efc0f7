"""The one transaction in which a person's decision becomes a row, a line of the journal and a move."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Unpack

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, update
from sqlmodel import Session, col, select

from storage import journal
from storage.changes import ReportChanges
from storage.columns import now
from storage.decisions.counting import approvals_of
from storage.decisions.lapsing import lapse_ended
from storage.records import Approval, Decision, Entry, EntryKind, Fix, Report, ShownPlan
from storage.reports.snapshot import open_question
from storage.sleep import Waking, wake
from storage.status import Dismissal, Mover, Status
from storage.transactions import Transactions, locked

_ONLY_FROM = {
    Decision.GUIDE: Status.AWAITING_APPROVAL,
    Decision.ANSWER: Status.AWAITING_ANSWER,
    Decision.PERMIT: Status.STUCK,
    Decision.GO_ON: Status.STUCK,
}


class DecidedKind(StrEnum):
    """What came of a decision."""

    DONE = "done"
    NOTED = "noted"  # an approval that others have to join
    ALREADY = "already"  # somebody was quicker
    STALE = "stale"  # it was about a plan that has been replaced
    EXPIRED = "expired"  # the plan is too old to be approved


class Decided(BaseModel):
    """What came of a decision; `by` is who decided before, when somebody did."""

    model_config = ConfigDict(frozen=True)

    kind: DecidedKind
    by: str = ""
    missing: int = 0  # approvals, of an approval that was noted


class Deciding:
    """Decides. The report's row is locked, so of several clicks at once one is the decision."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def decide(
        self,
        report_id: int,
        decision: Decision,
        *,
        by: str,
        via: str,
        plan_revision: int = 0,
        plan_hash: str = "",
        words: str = "",
        to: Status | None = None,
        mover: Mover = Mover.HUMAN,
        because: str = "",
        needed: int = 1,
        named: Collection[str] = (),
        message: str = "",
        **changes: Unpack[ReportChanges],
    ) -> Decided:
        """Carry out a decision, and move the report to `to` with it, unless it comes too late or is about an old plan.

        An approval must name the latest plan by revision and hash, and so must a `not now` that names a plan at all;
        both come too late once the report no longer waits for an approval. An answer also answers the open question.
        A plan is approved when so many different people as `needed` have approved this very one, of those
        who are `named` if any are. `message`, as `channel/ts`, is the one in which it was said.
        """
        approval = Approval(report_id=report_id, decision=decision, by=by, via=via, words=words, message=message)
        approval.plan_revision, approval.plan_hash = plan_revision, plan_hash
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            return decided(
                session, report, approval, to=to, mover=mover, because=because, needed=needed, named=named,
                changes=changes,
            )  # fmt: skip

    def anew(
        self, report_id: int, status: Status, *, by: str, via: str, words: str, **changes: Unpack[ReportChanges]
    ) -> Decided:
        """Have the machine's present step begun anew with other columns, if the report still waits for it.

        No move: the report waits for what it waited for, under a new attempt. The pass under the old one is over.
        """
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if report.status is not status:
                return Decided(kind=DecidedKind.ALREADY, by=_decider(session, report_id))
            session.add(Approval(report_id=report_id, decision=Decision.RETRY, by=by, via=via, words=words))
            journal.tell(session, report_id, EntryKind.WORD, by, words)
            journal.put(report, changes)
            wake(session, report, Waking.ACTED, by)
            report.since, report.not_before, report.note = now(), None, ""
            report.attempt += 1
            report.tries = 0
            report.version += 1
            return Decided(kind=DecidedKind.DONE, by=by)


def decided(
    session: Session,
    report: Report,
    approval: Approval,
    *,
    to: Status | None,
    mover: Mover,
    because: str,
    needed: int,
    named: Collection[str],
    changes: ReportChanges,
) -> Decided:
    """Carry out what an approval says about a locked report, in the transaction of whoever asks."""
    if fault := _fault(session, report, approval, to, mover):
        return Decided(kind=fault, by=_decider(session, approval.report_id))
    by = approval.by
    if approval.decision is Decision.APPROVE:
        lapse_ended(session, report, now())
    before = {each.by for each in approvals_of(_said(session, report), approval.plan_revision, named or None)}
    missing = needed - len(before | {by}) if approval.decision is Decision.APPROVE else 0
    is_new = not _has_said_so(session, report, approval)
    if missing <= 0 or is_new:
        _write_down(session, approval)
    if missing > 0:
        report.version += is_new
        wake(session, report, Waking.ACTED, by)
        return Decided(kind=DecidedKind.NOTED, by=by, missing=missing)
    _carry_out(session, report, approval, to=to, mover=mover, because=because, changes=changes)
    if approval.decision is Decision.RETRY:
        _grant_rounds(session, approval.report_id)
    return Decided(kind=DecidedKind.DONE, by=by)


def _said(session: Session, report: Report) -> Sequence[Approval]:
    return session.exec(select(Approval).where(Approval.report_id == report.id).order_by(col(Approval.id))).all()


def _has_said_so(session: Session, report: Report, approval: Approval) -> bool:
    """Whether this person approved the very plan before; what was allowed ahead is less than what they press now."""
    said = approvals_of(_said(session, report), approval.plan_revision, {approval.by})
    return any(approval.standing_id is not None or each.standing_id is None for each in said)


def _named(decision: Decision) -> str:
    return decision.value.replace("_", " ")


def _fault(session: Session, report: Report, approval: Approval, to: Status | None, mover: Mover) -> DecidedKind | None:
    """Why the decision cannot be carried out."""
    decision = approval.decision
    about_a_plan = decision is Decision.APPROVE or (decision is Decision.NOT_NOW and approval.plan_revision > 0)
    if to is not None:
        only_from = Status.AWAITING_APPROVAL if about_a_plan else _ONLY_FROM.get(decision, report.status)
        if report.status is not only_from or not journal.allowed(report, to, mover):
            return DecidedKind.ALREADY
    return _plan_fault(session, report, approval) if about_a_plan else None


def _carry_out(
    session: Session,
    report: Report,
    approval: Approval,
    *,
    to: Status | None,
    mover: Mover,
    because: str,
    changes: ReportChanges,
) -> None:
    """Move the report, if the decision moves it."""
    if to is None:
        journal.put(report, changes)
        report.version += 1
        wake(session, report, Waking.ACTED, approval.by)
        return
    if to is Status.DISMISSED and approval.decision is Decision.NOT_NOW:
        changes["dismissal"] = Dismissal.NOT_NOW
    who, why = approval.by, because or _named(approval.decision)
    journal.move(session, report, to, mover=mover, who=who, because=why, step=None, judgment=None, changes=changes)


def _grant_rounds(session: Session, report_id: int) -> None:
    """Let the report's latest fix, if there is one, have as many rounds again as it has had."""
    latest = select(func.max(Fix.plan_revision)).where(Fix.report_id == report_id).scalar_subquery()
    theirs = (col(Fix.report_id) == report_id, col(Fix.plan_revision) == latest)
    session.execute(update(Fix).where(*theirs).values(granted=Fix.rounds))


def _write_down(session: Session, approval: Approval) -> None:
    """Keep who decided what, in the record of approvals and in the journal; an answer also answers the question."""
    session.add(approval)
    said = approval.words or _named(approval.decision)
    journal.tell(session, approval.report_id, EntryKind.WORD, approval.by, said)
    _answer(session, approval)


def _answer(session: Session, approval: Approval) -> None:
    """An answer is the open question's."""
    if approval.decision is Decision.ANSWER and (question := open_question(session, approval.report_id)) is not None:
        question.answer, question.answered_by, question.answered_at = approval.words, approval.by, now()
    session.flush()


def _plan_fault(session: Session, report: Report, approval: Approval) -> DecidedKind | None:
    plan = session.exec(
        select(ShownPlan).where(ShownPlan.report_id == report.id, ShownPlan.revision == report.plan_revision)
    ).first()
    if plan is None or (approval.plan_revision, approval.plan_hash) != (plan.revision, plan.hash):
        return DecidedKind.STALE
    at = report.asleep_since or now()  # a plan's time stands still while its report sleeps
    if approval.decision is Decision.APPROVE and plan.expires_at is not None and plan.expires_at <= at:
        return DecidedKind.EXPIRED
    return None


def _decider(session: Session, report_id: int) -> str:
    """Who made the report's last move, if a person did."""
    moves = (
        select(Entry)
        .where(Entry.report_id == report_id, Entry.kind == EntryKind.MOVE)
        .order_by(col(Entry.id).desc())
        .limit(1)
    )
    last = session.exec(moves).first()
    return "" if last is None or last.who in {Mover.MACHINE, Mover.WORLD} else last.who
