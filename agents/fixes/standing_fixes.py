"""Fixes that a standing approval allowed: it has to hold when they begin, and when they are pushed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agents import rules
from agents.errors import SlackDown, Stopped
from agents.fixes.beginning import NOT_NAMED, Consent, consent, still_missing
from agents.fixes.fix_cases import Approved
from agents.fixes.standing import Standing, given_ahead
from agents.means import Means
from agents.running import STOPPED, ReportRun
from storage.judgments import Outcome, Stage
from storage.records import Approval, Fix, Report, ShownPlan
from storage.status import Mover

_RETRY = "An approver who presses Retry approves the plan."
_SOON = 1.0  # seconds


def is_open(fix: Fix | None, plan: ShownPlan) -> bool:
    """Whether it is this plan's, and has a pull request."""
    return fix is not None and fix.plan_revision == plan.revision and fix.number is not None


def unbegun(means: Means, approved: Approved) -> tuple[Outcome, str, str]:
    """Why a plan that nobody stands for any more is not carried out, and who ended it: who pressed Stop, or we."""
    run = ReportRun(means, Stage.FIX, approved.report.id or 0, "")
    if run.why_stop() == STOPPED:
        return Outcome.STOPPED, STOPPED, run.ended_by(Outcome.STOPPED)
    return Outcome.FAILED, approved.why_not, Mover.MACHINE.value


def need_allowed(means: Means, report_id: int) -> None:
    """Raises Stopped when what a standing approval allowed, and is not pushed yet, is allowed no more."""
    report, plan = means.store.reports.get(report_id), means.store.plans.latest(report_id)
    if because := Allowed(means, report, plan).to_push():
        raise Stopped(Outcome.STOPPED, because)


def announcement(revision: int) -> str:
    """The purpose of the message that says in the thread that a standing approval allowed this revision of the plan."""
    return f"standing:{revision}"


@dataclass(frozen=True)
class Allowed:
    """The consent to a report's plan, where some of it may have been given ahead."""

    means: Means
    report: Report
    plan: ShownPlan | None

    def to_work(self, fix: Fix | None) -> tuple[Consent | None, str]:
        """The consent to a plan that is to be carried out; where its pull request is open that is not asked anew."""
        is_begun = self.plan is not None and is_open(fix, self.plan)
        return self.given_once() if is_begun else self.to_begin()

    def to_begin(self) -> tuple[Consent | None, str]:
        """The consent, None if nobody gave it; and the sentence that says why it does not stand.

        Raises SlackDown while the thread does not say yet that a standing approval allows the work.
        """
        given, because = self._counted(None)
        if self.plan is None or given is None or given.stands or not self._ahead:
            return given, because
        given, because = self._counted(Standing(self.means).lapsed(self.plan, self._approvals))
        if given is not None and given.stands:
            self._need_told(self.plan)
            given = replace(given, ahead=True)
        return given, because

    def given_once(self) -> tuple[Consent | None, str]:
        """The consent as it was given, whatever became of it since; `ahead` where a standing approval was needed."""
        given, _ = self._counted(None)
        everything, because = self._counted({})
        if everything is None or given is None:
            return everything, because
        return replace(everything, ahead=not given.stands and bool(self._ahead)), because

    def to_push(self) -> str:
        """Why what was begun by a standing approval must not be pushed; empty if it may."""
        if self.plan is None:
            return ""
        given, _ = self._counted(None)
        if given is not None and given.stands:
            return ""  # people have said yes since
        given, because = self._counted(Standing(self.means).withdrawn(self.plan, self._approvals))
        return "" if given is not None and given.stands else because

    @property
    def _approvals(self) -> list[Approval]:
        return self.means.store.plans.approvals(self.report.id or 0)

    @property
    def _ahead(self) -> list[Approval]:
        return given_ahead(self._approvals, self.report.plan_revision)

    def _counted(self, lapsed: Mapping[int, str] | None) -> tuple[Consent | None, str]:
        """The consent without what was given ahead and does not hold any more; None: without all of that."""
        policy = self.means.policy
        repository = policy.repository(self.report.repository)
        without = [each.id or 0 for each in self._ahead] if lapsed is None else list(lapsed)
        given = consent(
            self._approvals,
            self.report.plan_revision,
            rules.approvers_of(repository, policy),
            rules.approvals_needed(repository, self.plan.body.files if self.plan is not None else ()),
            without,
        )
        reasons = dict.fromkeys((lapsed or {}).values())
        said = f"The standing approval does not hold any more: {'; '.join(reasons)}. {_RETRY}" if reasons else NOT_NAMED
        return given, f"{said}{still_missing(given)}"

    def _need_told(self, plan: ShownPlan) -> None:
        report_id = self.report.id or 0
        if not self.means.store.outbox.is_posted(report_id, announcement(plan.revision)):
            self.means.messenger.publish(report_id)
            raise SlackDown("The thread does not say yet that a standing approval allows this; I begin then.", _SOON)
