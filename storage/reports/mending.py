"""Reports that people mend by hand: a pull request of their own is followed, or their word begins the soak.

Such a mending is a fix of a person's: a row like those of our own fixes, under a revision of the plan that has no plan,
so that what waited for a decision can be decided on no more.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from storage import journal
from storage.changes import ReportChanges
from storage.columns import now
from storage.records import EntryKind, Fix, Report
from storage.reports.soaks import KnownReleases
from storage.status import CLOSED, Mover, Status
from storage.taking import give
from storage.transactions import Transactions, found, locked

MENDS, SAYS = "mends it by hand", "says that it is mended"  # how the journal's line begins
BY_HAND = frozenset({Status.AWAITING_REVIEW, Status.AWAITING_PROOF})  # while it is, it waits in these
TAKEN_BACK = "took back that it is mended by hand"


class MendedKind(StrEnum):
    """What came of somebody's word that they mend it."""

    DONE = "done"
    ALREADY = "already"  # the same was said before
    AT_WORK = "at_work"  # a fix of ours is being written
    WATCHED = "watched"  # the soak runs
    OVER = "over"  # the report is closed


class ByHand(BaseModel):
    """What a person says: the pull request that mends it, or only that it is mended, and in what."""

    model_config = ConfigDict(frozen=True)

    by: str
    repository: str = ""
    number: int | None = None
    url: str = ""
    words: str = ""  # such as a version


class Mendings:
    """Keeps what people mend."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def declare(
        self, report_id: int, said: ByHand, soak_until: dt.datetime, released: KnownReleases | None = None
    ) -> MendedKind:
        """Follow their pull request, in place of one that was followed before; without one the soak begins.

        `released` are the releases that were named by then.

        Whose pull request it is works on it, if nobody does. Raises NotFound.
        """
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            known = _latest(session, report)
            if known is not None and _is_same(known, said) and report.status is _status(said):
                return MendedKind.ALREADY
            if (fault := _fault(report)) is not None:
                return fault
            report.plan_revision = max(report.plan_revision, known.plan_revision if known is not None else 0) + 1
            session.add(_fix(report, said))
            _move(session, report, said, soak_until, released)
            if said.number is not None and not report.taken_by:
                give(session, report, said.by, said.by)
            session.flush()
            return MendedKind.DONE

    def latest(self, report_id: int) -> Fix | None:
        """What the report waits for, or watches, if that is a person's own; else None."""
        with self._on.read() as session:
            fix = _latest(session, found(session, Report, report_id))
            return fix if fix is not None and fix.by_hand else None

    def take_back(self, report_id: int, by: str) -> bool:
        """Have it gather again, if it waits for what a person mends, or watches that. Raises NotFound."""
        with self._on.write() as session:
            report = locked(session, Report, report_id)
            fix = _latest(session, report)
            if fix is None or not fix.by_hand or report.status not in BY_HAND:
                return False
            journal.move(session, report, Status.GATHERING, mover=Mover.HUMAN, who=by, because=TAKEN_BACK, step=None,
                         judgment=None, changes={"soak_until": None})  # fmt: skip
            return True


def _latest(session: Session, report: Report) -> Fix | None:
    fixes = select(Fix).where(Fix.report_id == report.id).order_by(col(Fix.plan_revision).desc())
    return session.exec(fixes.limit(1)).first()


def _is_same(fix: Fix, said: ByHand) -> bool:
    return bool(fix.by_hand) and (fix.repository, fix.number) == (said.repository, said.number)


def _status(said: ByHand) -> Status:
    return Status.AWAITING_PROOF if said.number is None else Status.AWAITING_REVIEW


def _fault(report: Report) -> MendedKind | None:
    if report.status in CLOSED:
        return MendedKind.OVER
    at_work = {Status.AWAITING_FIX: MendedKind.AT_WORK, Status.AWAITING_PROOF: MendedKind.WATCHED}
    return at_work.get(report.status)


def _fix(report: Report, said: ByHand) -> Fix:
    """It counts from now: what happened before somebody said so is no proof of the contrary."""
    return Fix(
        report_id=report.id or 0,
        plan_revision=report.plan_revision,
        repository=said.repository,
        branch="",
        base_sha="",
        by_hand=said.by,
        mended_in=said.words,
        number=said.number,
        url=said.url,
        merged_at=now() if said.number is None else None,
    )


def _move(
    session: Session, report: Report, said: ByHand, soak_until: dt.datetime, released: KnownReleases | None
) -> None:
    to = _status(said)
    if report.status is to:  # another pull request is followed: it waits for what it waited for
        journal.tell(session, report.id or 0, EntryKind.WORD, said.by, f"{MENDS}: {said.url}")
        report.attempt += 1
        report.version += 1
        return
    because = f"{SAYS}{f' in {said.words}' if said.words else ''}" if said.number is None else f"{MENDS}: {said.url}"
    changes: ReportChanges = {"soak_until": soak_until} if said.number is None else {}
    judgment = released if said.number is None else None
    journal.move(session, report, to, mover=Mover.HUMAN, who=said.by, because=because, step=None, judgment=judgment,
                 changes=changes, by_hand=True)  # fmt: skip
