"""Standing approvals: given, stopped, looked at when a plan is shown, and used once for each plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, select

from storage.columns import now
from storage.decisions.deciding import Decided, DecidedKind, decided
from storage.decisions.lapsing import GIVEN_ANEW, heir, lapse
from storage.records import Approval, Decision, Report, ShownPlan
from storage.standing_rows import StandingApproval, StandingUse
from storage.status import Mover, Status
from storage.transactions import Transactions, found, insert_once, locked

VIA = "standing"  # how an approval says that it was given ahead
AHEAD = "standing approval of"  # begins what the journal says of it
SPENT = "as many plans were allowed within a day as may be"
AGAIN = "it allowed this very plan before"
ENDED = "it is not in force any more"


@dataclass(frozen=True)
class Waiting:
    """A plan that was shown and waits, and a standing approval for its repository that nobody has looked at for it."""

    standing: StandingApproval
    plan: ShownPlan


@dataclass(frozen=True)
class Listed:
    """A standing approval, how many plans it allowed, and when the latest."""

    standing: StandingApproval
    used: int
    last: dt.datetime | None


@dataclass(frozen=True)
class Room:
    """How many plans may be allowed since a moment: by this giver in the repository, and by all of them together."""

    since: dt.datetime
    own: int
    all: int


class StandingApprovals:
    """The standing approvals. No row of them is ever deleted."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def give(
        self, repository: str, *, by: str, until: dt.datetime, per_day: int, key: str, at: dt.datetime
    ) -> StandingApproval | None:
        """Keep one; the person's former one for that repository ends with it. None if this very command was heard."""
        with self._on.write() as session:
            new = StandingApproval(repository=repository, by=by, given_at=at, until=until, per_day=per_day, key=key)
            number = insert_once(session, new)
            if number is None:
                return None
            own = (col(StandingApproval.repository) == repository, col(StandingApproval.by) == by)
            for row in _ours(session, *own, col(StandingApproval.id) != number):
                _end(row, by=by, because=GIVEN_ANEW)
            return found(session, StandingApproval, int(number))

    def stop(
        self, repositories: Collection[str], *, by: str, of: str = "", after: dt.datetime | None = None
    ) -> list[StandingApproval]:
        """End those for these repositories, or only those that one person gave. The ones that ended.

        What ran out before `after` is left as it is.
        """
        with self._on.write() as session:
            which = [col(StandingApproval.repository).in_(repositories), col(StandingApproval.until) > (after or now())]
            rows = _ours(session, *which, *([col(StandingApproval.by) == of] if of else []))
            for row in rows:
                _end(row, by=by, because="it was stopped")
            return rows

    def end(self, standing_id: int, because: str) -> None:
        """End one for good, because it must not hold any more. The first reason counts."""
        with self._on.write() as session:
            row = locked(session, StandingApproval, standing_id)
            if row.ended_at is None:
                _end(row, by="", because=because)

    def heir(self, standing_id: int) -> StandingApproval:
        """The one, or the newest that its giver gave in its place. Raises NotFound."""
        with self._on.read() as session:
            return heir(session, standing_id)

    def living(self, at: dt.datetime) -> list[StandingApproval]:
        """Those that are neither ended nor run out, the oldest first."""
        with self._on.read() as session:
            return _open(session, col(StandingApproval.until) > at)

    def listed(self, since: dt.datetime) -> list[Listed]:
        """Those that were in force at any time since a moment, the oldest first."""
        row = StandingApproval
        lately = (col(row.until) > since) & (col(row.ended_at).is_(None) | (col(row.ended_at) > since))
        with self._on.read() as session:
            rows = session.exec(select(row).where(lately).order_by(col(row.id))).all()
            return [Listed(each, *_used(session, each)) for each in rows]

    def waiting(self, at: dt.datetime) -> list[Waiting]:
        """What is to be looked at: plans that people see and nobody decided on, made after the standing approval.

        Of what sleeps not before it wakes.
        """
        with self._on.read() as session:
            given = _open(session, col(StandingApproval.until) > at)
            if not given:
                return []
            plans = session.exec(
                select(ShownPlan, Report.repository)
                .join(Report, (col(Report.id) == ShownPlan.report_id) & (Report.plan_revision == ShownPlan.revision))
                .where(Report.status == Status.AWAITING_APPROVAL, ShownPlan.posted_ts != "")
                .where(col(Report.asleep_since).is_(None))  # nothing begins by itself of what people want left alone
                .where(col(Report.repository).in_({each.repository for each in given}))
                .order_by(col(ShownPlan.id))
            ).all()
            pairs = [(each, plan) for plan, name in plans for each in given if each.repository == name]
            return [
                Waiting(each, plan)
                for each, plan in pairs
                if each.given_at <= plan.made_at and not _is_over(session, each, plan)
            ]

    def waiting_for_others(self) -> list[ShownPlan]:
        """Plans that people see, that a standing approval is a yes to, and that others have yet to approve.

        Of what sleeps not before it wakes.
        """
        same = (col(Approval.report_id) == ShownPlan.report_id, col(Approval.plan_revision) == ShownPlan.revision)
        with self._on.read() as session:
            plans = (
                select(ShownPlan)
                .join(Report, (col(Report.id) == ShownPlan.report_id) & (Report.plan_revision == ShownPlan.revision))
                .join(Approval, and_(*same))
                .where(Report.status == Status.AWAITING_APPROVAL, col(Report.asleep_since).is_(None))
                .where(col(Approval.standing_id).is_not(None), Approval.lapsed_because == "")
            )
            found_once = {plan.id: plan for plan in session.exec(plans.order_by(col(ShownPlan.id)))}
            return list(found_once.values())

    def lapse(self, approval_id: int, because: str) -> None:
        """Have an approval that was given ahead count no more for a plan that still waits for others.

        The first reason counts. Nothing is changed once the plan was decided on.
        """
        with self._on.write() as session:
            report_id = found(session, Approval, approval_id).report_id
            report = locked(session, Report, report_id)
            said = locked(session, Approval, approval_id)
            waits = report.status is Status.AWAITING_APPROVAL and report.plan_revision == said.plan_revision
            if not waits or said.lapsed_because:
                return
            lapse(session, report, said, because)

    def turned_down(self, standing: StandingApproval, plan: ShownPlan, because: str, at: dt.datetime) -> None:
        """Note why a standing approval does not cover a plan, to be told at the plan. The first reason counts."""
        with self._on.write() as session:
            report = locked(session, Report, plan.report_id)  # first, as whoever allows it does
            report.version += insert_once(session, _use(standing, plan, because, at)) is not None

    def allow(
        self,
        standing_id: int,
        plan: ShownPlan,
        room: Room,
        *,
        at: dt.datetime,
        because: str,
        needed: int,
        named: Collection[str],
    ) -> Decided | str:
        """Approve a plan in its giver's name; or why not: it ended meanwhile, or there is no room. Once for each plan.

        Whoever counts is alone with its repository: two workers at the same moment allow no more than there is room.
        """
        with self._on.write() as session:
            report = locked(session, Report, plan.report_id)
            standing = _alone(session, standing_id)
            if standing.ended_at is not None or standing.until <= at:
                return ENDED
            if report.asleep_since is not None or _is_over(session, standing, plan):  # since it was looked at
                return Decided(kind=DecidedKind.ALREADY, by=standing.by)
            if fault := _no_room(session, standing, plan, room):
                return fault
            done = decided(
                session, report, _yes(standing, plan, because), to=Status.AWAITING_FIX, mover=Mover.HUMAN,
                because=because, needed=needed, named=named, changes={},
            )  # fmt: skip
            if done.kind in (DecidedKind.DONE, DecidedKind.NOTED):
                session.add(_use(standing, plan, "", at))
            return done


def _open(session: Session, *which: ColumnElement[bool]) -> list[StandingApproval]:
    rows = select(StandingApproval).where(col(StandingApproval.ended_at).is_(None), *which)
    return list(session.exec(rows.order_by(col(StandingApproval.id))))


def _ours(session: Session, *which: ColumnElement[bool]) -> list[StandingApproval]:
    """The same, locked."""
    rows = (locked(session, StandingApproval, each.id or 0) for each in _open(session, *which))
    return [each for each in rows if each.ended_at is None]


def _alone(session: Session, standing_id: int) -> StandingApproval:
    """The row, and with it the turn to count what was allowed in its repository: whoever has the oldest row has it."""
    repository = found(session, StandingApproval, standing_id).repository
    oldest = select(func.min(StandingApproval.id)).where(StandingApproval.repository == repository)
    locked(session, StandingApproval, session.exec(oldest).one() or standing_id)
    return locked(session, StandingApproval, standing_id)


def _no_room(session: Session, standing: StandingApproval, plan: ShownPlan, room: Room) -> str:
    """Why it allows no more: it was used for this very plan, or for too many of late."""
    allowed = (StandingUse.because == "", StandingUse.by == standing.by)
    same = (StandingUse.report_id == plan.report_id, StandingUse.plan_hash == plan.hash)
    if session.exec(select(StandingUse.id).where(*allowed, *same)).first() is not None:
        return AGAIN
    lately = (
        select(StandingUse.by)
        .join(StandingApproval, col(StandingApproval.id) == StandingUse.standing_id)
        .where(StandingApproval.repository == standing.repository, StandingUse.because == "")
        .where(col(StandingUse.at) > room.since)
    )
    givers = list(session.exec(lately))
    return SPENT if givers.count(standing.by) >= room.own or len(givers) >= room.all else ""


def _is_over(session: Session, standing: StandingApproval, plan: ShownPlan) -> bool:
    """Whether it was looked at for this plan, or its giver has said yes to that."""
    at_plan = (StandingUse.report_id == plan.report_id, StandingUse.plan_revision == plan.revision)
    looked = select(StandingUse.id).where(*at_plan, StandingUse.by == standing.by)
    same = (Approval.report_id == plan.report_id, Approval.plan_revision == plan.revision)
    said = select(Approval.id).where(*same, Approval.by == standing.by, Approval.decision == Decision.APPROVE)
    return session.exec(looked).first() is not None or session.exec(said).first() is not None


def _used(session: Session, standing: StandingApproval) -> tuple[int, dt.datetime | None]:
    used = select(func.count(), func.max(StandingUse.at)).where(StandingUse.standing_id == standing.id)
    many, last = session.exec(used.where(StandingUse.because == "")).one()
    return many, last


def _end(row: StandingApproval, *, by: str, because: str) -> None:
    row.ended_at, row.ended_by, row.ended_because = now(), by, because


def _yes(standing: StandingApproval, plan: ShownPlan, because: str) -> Approval:
    return Approval(
        report_id=plan.report_id,
        decision=Decision.APPROVE,
        by=standing.by,
        via=VIA,
        plan_revision=plan.revision,
        plan_hash=plan.hash,
        words=because,
        standing_id=standing.id,
    )


def _use(standing: StandingApproval, plan: ShownPlan, because: str, at: dt.datetime) -> StandingUse:
    return StandingUse(
        at=at,
        standing_id=standing.id or 0,
        report_id=plan.report_id,
        plan_revision=plan.revision,
        plan_hash=plan.hash,
        by=standing.by,
        because=because,
    )
