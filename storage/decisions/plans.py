"""Plans, questions, and what people decided about them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import and_, false, func, or_
from sqlmodel import Session, col, select

from storage import journal
from storage.assessment import Sibling
from storage.columns import now
from storage.decisions.deciding import Decided, DecidedKind, Deciding
from storage.decisions.kept_back import KeptBack, kept_back_by, latest_stop
from storage.decisions.retracting import Retracted, retracted, said_in_threads, still_said
from storage.errors import NotFound
from storage.in_the_way import InTheWay, in_the_way_by
from storage.judgments import Plan, Question
from storage.records import Approval, AskedQuestion, Decision, Entry, EntryKind, Fix, Report, ShownPlan
from storage.reminders import Reminders
from storage.reports.snapshot import open_question
from storage.status import Status
from storage.transactions import found, locked

__all__ = ["Decided", "DecidedKind", "Plans", "Recorded"]


class Recorded(BaseModel):
    """One decision, or an attempt at one, as it is kept; with the pull request that came of the plan it was about."""

    model_config = ConfigDict(frozen=True)

    at: dt.datetime
    report_id: int
    decision: Decision
    by: str
    via: str
    plan_revision: int
    plan_hash: str
    words: str
    standing_id: int | None = None
    lapsed_because: str = ""  # of one that was given ahead, why it did not count any more
    pull_request: str = ""


class Plans(Deciding, Reminders):
    """The plans that were shown, the questions that were asked, the approvals that were given."""

    def propose(self, report_id: int, plan: Plan, *, because: str = "", step: str | None = None) -> ShownPlan:
        """Make a plan the report's latest, under the next revision. Repeating one's own step gives the same plan."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if step and (same := session.exec(select(ShownPlan).where(ShownPlan.step == step)).first()):
                return same
            known = select(func.coalesce(func.max(ShownPlan.revision), 0)).where(ShownPlan.report_id == report_id)
            shown = ShownPlan(
                report_id=report_id,
                revision=max(session.exec(known).one(), report.plan_revision) + 1,
                hash=plan.hash,
                body=plan,
                because=still_said(session, report_id, because),
                step=step,
            )
            session.add(shown)
            report.plan_revision = shown.revision
            report.version += 1
            journal.tell(session, report_id, EntryKind.STAGE, "machine", f"proposed plan {shown.revision}")
            session.flush()
            return shown

    def of(self, report_id: int, revision: int) -> ShownPlan:
        """One revision. Raises NotFound."""
        with self._on.read() as session:
            if (plan := _plan(session, report_id, revision)) is None:
                raise NotFound(f"SB-{report_id} has no plan {revision}.")
            return plan

    def latest(self, report_id: int) -> ShownPlan | None:
        """The newest revision; None when no plan was made."""
        with self._on.read() as session:
            plans = select(ShownPlan).where(ShownPlan.report_id == report_id)
            return session.exec(plans.order_by(col(ShownPlan.revision).desc()).limit(1)).first()

    def shown(self, report_id: int, revision: int, ts: str, expires_at: dt.datetime | None) -> None:
        """Note where a plan was posted and until when it may be approved. The first time counts. Raises NotFound."""
        with self._on.write() as session:
            locked(session, Report, report_id)
            plan = _plan(session, report_id, revision)
            if plan is None:
                raise NotFound(f"SB-{report_id} has no plan {revision}.")
            if not plan.posted_ts:
                plan.posted_ts, plan.expires_at = ts, expires_at

    def tell_of(self, report_id: int, sibling: Sibling) -> bool:
        """Have the plan that waits for a yes tell of a report that joined it at the same lines; whether that is new."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            found = report.research
            seen = found.assessment if found is not None else None
            if found is None or seen is None or report.status is not Status.AWAITING_APPROVAL:
                return False
            if sibling.report_id in {each.report_id for each in seen.siblings}:
                return False
            assessment = seen.model_copy(update={"siblings": (*seen.siblings, sibling)})
            report.research = found.model_copy(update={"assessment": assessment})
            report.version += 1
            return True

    def before(self, report_id: int, ts: str) -> ShownPlan | None:
        """The latest plan that was posted before a message of the thread."""
        with self._on.read() as session:
            plans = session.exec(
                select(ShownPlan)
                .where(ShownPlan.report_id == report_id, ShownPlan.posted_ts != "")
                .order_by(col(ShownPlan.revision).desc())
            )
            return next((plan for plan in plans if Decimal(plan.posted_ts) < Decimal(ts)), None)

    def expired(self, at: dt.datetime, muted: dt.datetime | None = None) -> list[Report]:
        """Reports that wait for an approval which their plan is too old for.

        While one sleeps its plan's time stands still, but of those `muted` before a moment, which have no end.
        """
        forgotten = and_(col(Report.asleep_until).is_(None), col(Report.asleep_since) <= muted) if muted else false()
        with self._on.read() as session:
            return list(
                session.exec(
                    select(Report)
                    .join(ShownPlan, col(ShownPlan.report_id) == Report.id)
                    .where(ShownPlan.revision == Report.plan_revision, Report.status == Status.AWAITING_APPROVAL)
                    .where(or_(forgotten, and_(col(ShownPlan.expires_at) <= at, col(Report.asleep_since).is_(None))))
                    .order_by(col(Report.id))
                )
            )

    def ask(self, report_id: int, question: Question, step: str | None = None) -> AskedQuestion:
        """Ask a question in the report's thread. Repeating one's own step gives the same question."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            if step and (same := session.exec(select(AskedQuestion).where(AskedQuestion.step == step)).first()):
                return same
            asked = AskedQuestion(report_id=report_id, body=question, step=step)
            session.add(asked)
            report.version += 1
            journal.tell(session, report_id, EntryKind.STAGE, "machine", f"asked: {question.text}")
            session.flush()
            return asked

    def question(self, report_id: int) -> AskedQuestion | None:
        """The question that waits for its answer."""
        with self._on.read() as session:
            return open_question(session, report_id)

    def kept_back(self, report_id: int, *, entry_id: int = 0, ts: str = "") -> KeptBack | None:
        """The words for which the report is stuck; None when it is not, or not for words.

        Nor when another move than the one that is named asked about them, or when they were asked about after `ts`.
        """
        entry = self._stop(report_id, entry_id, ts)
        return None if entry is None else kept_back_by(entry)

    def in_the_way(self, report_id: int, *, entry_id: int = 0, ts: str = "") -> InTheWay | None:
        """What the report is stuck for, if somebody else may be at it; else None, in the same cases."""
        entry = self._stop(report_id, entry_id, ts)
        return None if entry is None else in_the_way_by(entry)

    def _stop(self, report_id: int, entry_id: int, ts: str) -> Entry | None:
        with self._on.read() as session:
            entry = latest_stop(session, report_id)
            if entry is None or (entry_id and entry.id != entry_id) or (ts and float(ts) < entry.at.timestamp()):
                return None
            return entry

    def answer(self, question_id: int, answer: str, by: str) -> AskedQuestion:
        """Keep the answer. The first one counts. Raises NotFound."""
        with self._on.write() as session:
            report_id = found(session, AskedQuestion, question_id).report_id
            locked(session, Report, report_id).version += 1
            asked = locked(session, AskedQuestion, question_id)
            if asked.answered_at is None:
                asked.answer, asked.answered_by, asked.answered_at = answer, by, now()
            return asked

    def was_heard(self, message: str) -> bool:
        """Whether a message (`channel/ts`) decided something, or told us what to do."""
        with self._on.read() as session:
            return session.exec(select(Approval.id).where(Approval.message == message)).first() is not None

    def retract(self, message: str) -> Retracted | None:
        """Forget what a deleted message (`channel/ts`) told us to do; None where it told us nothing."""
        with self._on.write() as session:
            return retracted(session, message)

    def said_in_threads(self, since: dt.datetime) -> list[tuple[str, str]]:
        """The messages since a moment that told us what to do, and those that begin their threads."""
        with self._on.read() as session:
            return said_in_threads(session, since)

    def refuse(self, report_id: int, by: str, via: str, words: str, because: str) -> None:
        """Keep that somebody without the right tried."""
        with self._on.write() as session:
            report = found(session, Report, report_id)
            session.add(
                Approval(
                    report_id=report_id,
                    decision=Decision.REFUSED,
                    plan_revision=report.plan_revision,
                    by=by,
                    via=via,
                    words=words,
                )
            )
            journal.tell(session, report_id, EntryKind.WORD, by, f"was refused: {because}")

    def approvals(self, report_id: int) -> list[Approval]:
        """All that people decided or tried to, oldest first."""
        with self._on.read() as session:
            rows = select(Approval).where(Approval.report_id == report_id).order_by(col(Approval.id))
            return list(session.exec(rows))

    def recorded(self, since: dt.datetime, report_id: int | None = None) -> list[Recorded]:
        """What was decided from a moment on, about every report or about one; oldest first."""
        same = (col(Fix.report_id) == Approval.report_id, col(Fix.plan_revision) == Approval.plan_revision)
        asked = select(Approval, Fix.url).join(Fix, and_(*same), isouter=True).where(col(Approval.at) >= since)
        if report_id is not None:
            asked = asked.where(Approval.report_id == report_id)
        with self._on.read() as session:
            rows = session.exec(asked.order_by(col(Approval.id)))
            return [
                Recorded(**each.model_dump(exclude={"id", "message"}), pull_request=url or "") for each, url in rows
            ]


def _plan(session: Session, report_id: int, revision: int) -> ShownPlan | None:
    return session.exec(
        select(ShownPlan).where(ShownPlan.report_id == report_id, ShownPlan.revision == revision)
    ).first()
