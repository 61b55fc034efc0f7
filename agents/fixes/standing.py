"""Standing approvals at work: whether one covers a plan when people see it, and still does when the fix begins.

It never says yes by itself: `rules.may_decide` is asked about its giver each time, as if they pressed the button then.
Whatever is not known to be harmless is left to people, who are asked as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from agents import rules
from agents.errors import NotReadYet, Rejected
from agents.fixes.beginning import DAY
from agents.gathering.digesting import was_let_through
from agents.means import Means
from agents.patches.guards import is_guarded
from agents.terms import Autonomy, Policy, Repository
from storage.decisions.counting import approvals_of
from storage.decisions.lapsing import RAN_OUT
from storage.decisions.standing import AHEAD, Room, Waiting
from storage.errors import SignalboxError
from storage.groups import Correction, CorrectionKind
from storage.raw import SLACK
from storage.records import Approval, Decision, Report, ShownPlan, Signal
from storage.standing_rows import StandingApproval
from storage.status import Dismissal, SignalStatus, Visibility

LEFT = "the policy file does not name who gave it any more"
_HELD = "something that was reported here is, or was, held"
_GONE = "something that was reported here is not there any more"
_NO_MORE = "who gave it may not approve here any more"
_OBJECTED = frozenset({Decision.GUIDE, Decision.NOT_NOW, Decision.DISMISS, Decision.STOP})
_A_DIGEST = 30.0  # seconds


@dataclass(frozen=True)
class Standing:
    """What is decided in the name of people who allowed it ahead."""

    means: Means

    def look(self) -> None:
        """Look at every plan that people see and a standing approval may cover; once for each, and while others
        have to join it again, since it may end before they do.

        Raises what came of one that could not be looked at, after all others were: the next look comes to it.
        """
        store, at = self.means.store, self.means.clock()
        for given in store.standing.living(at):
            if given.by not in rules.approvers_of(self.means.policy.repository(given.repository), self.means.policy):
                store.standing.end(given.id or 0, LEFT)
        looks = [partial(self._look_again, plan) for plan in store.standing.waiting_for_others()]
        looks += [partial(self._weigh, each) for each in store.standing.waiting(at)]
        fault: SignalboxError | None = None
        for look in looks:
            try:
                look()
            except NotReadYet:
                continue
            except SignalboxError as error:
                fault = error
        if fault is not None:
            raise fault

    def why_not(self, given: StandingApproval, plan: ShownPlan) -> str:
        """Why it does not cover a plan; empty if it does.

        Raises NotReadYet while something that was reported is read anew, SlackDown and CodeHostDown.
        """
        report, policy = self.means.store.reports.get(plan.report_id), self.means.policy
        repository = policy.repository(given.repository)
        if repository is None or plan.body.repository != given.repository or report.repository != given.repository:
            return "the plan is for another repository"
        return (
            self._no_longer(given, repository)
            or self._by_policy(report, repository, policy)
            or _by_plan(plan, repository)
            or _by_assessment(report)
            or self._by_people(report, given)
            or self._by_signals(report, repository)
        )

    def lapsed(self, plan: ShownPlan, approvals: Sequence[Approval]) -> dict[int, str]:
        """Of the approvals of a plan those by standing approvals that do not hold any more, by their id, and why."""

        def because(given: StandingApproval, said: Approval) -> str:
            return _stopped(approvals, said) or self.why_not(given, plan)

        return self._of(plan, approvals, because)

    def withdrawn(self, plan: ShownPlan, approvals: Sequence[Approval]) -> dict[int, str]:
        """The same while the fix is written: only what people did since counts, not that its time ran out."""

        def because(given: StandingApproval, said: Approval) -> str:
            return _stopped(approvals, said) or self._taken_back(given, plan)

        return self._of(plan, approvals, because)

    def _of(
        self, plan: ShownPlan, approvals: Sequence[Approval], why_not: Callable[[StandingApproval, Approval], str]
    ) -> dict[int, str]:
        found: dict[int, str] = {}
        for each in given_ahead(approvals, plan.revision):
            if because := why_not(self.means.store.standing.heir(each.standing_id or 0), each):
                found[each.id or 0] = because
        return found

    def _look_again(self, plan: ShownPlan) -> None:
        """What does not hold any more counts no more for those who have to join it, and they read why."""
        lapsed = self.lapsed(plan, self.means.store.plans.approvals(plan.report_id))
        for number, because in lapsed.items():
            self.means.store.standing.lapse(number, because)
        if lapsed:
            self.means.nudge.report(plan.report_id)

    def _weigh(self, waiting: Waiting) -> None:
        given, plan = waiting.standing, waiting.plan
        because = self.why_not(given, plan) or self._allow(given, plan)
        if because:
            self.means.store.standing.turned_down(given, plan, because, self.means.clock())
        self.means.nudge.report(plan.report_id)

    def _allow(self, given: StandingApproval, plan: ShownPlan) -> str:
        policy, at = self.means.policy, self.means.clock()
        repository, most = policy.repository(given.repository), policy.standing.per_day
        if (end := rules.good_until(given, policy)) <= at:
            return RAN_OUT  # while others were asked about the plan, which takes its time
        done = self.means.store.standing.allow(
            given.id or 0,
            plan,
            Room(at - DAY, own=min(given.per_day, most), all=most),
            at=at,
            because=f"{AHEAD} {given.given_at:%Y-%m-%d}, good until {end:%Y-%m-%d}, allowed this",
            needed=rules.approvals_needed(repository, plan.body.files),
            named=rules.approvers_of(repository, policy),
        )
        return done if isinstance(done, str) else ""

    def _no_longer(self, given: StandingApproval, repository: Repository) -> str:
        """Whether its giver could not press the button now, or it is over."""
        if given.ended_at is not None:
            return given.ended_because
        if rules.good_until(given, self.means.policy) <= self.means.clock():
            return RAN_OUT
        return self._refused(given, repository)

    def _refused(self, given: StandingApproval, repository: Repository) -> str:
        people = self.means.people
        refused = rules.may_decide(people.person(given.by), repository, self.means.policy, people.home_team)
        return _NO_MORE if refused else ""

    def _taken_back(self, given: StandingApproval, plan: ShownPlan) -> str:
        if given.ended_at is not None:
            return given.ended_because
        repository = self.means.policy.repository(given.repository)
        if repository is None or self._refused(given, repository):
            return _NO_MORE
        signals = self.means.store.signals.of_report(plan.report_id)
        return _HELD if any(each.status is SignalStatus.HELD for each in signals) else ""

    def _by_policy(self, report: Report, repository: Repository, policy: Policy) -> str:
        count = self.means.store.signals.count(report.id or 0)
        autonomy = rules.autonomy_of(report, count, policy, repository.name, report.priority)
        if autonomy is not Autonomy.DRAFT:
            return "the policy file wants a person asked here (`autonomy`)"
        if policy.dry_run:
            return "this is a dry run"
        return "" if repository.draft else "its pull requests are not opened as drafts"

    def _by_people(self, report: Report, given: StandingApproval) -> str:
        store = self.means.store
        if report.visibility is Visibility.PRIVATE and not self.means.people.is_in(given.by, report.channel):
            return "who gave it is not in this channel"
        if report.asleep_since is not None:
            return "people want this left alone for now"
        if report.taken_by:
            return "somebody works on this by hand"
        if any(each.decision in _OBJECTED for each in store.plans.approvals(report.id or 0)):
            return "people have objected here"
        former = store.reports.get(report.regression_of) if report.regression_of else None
        refused = former is not None and former.dismissal is not None and not former.dismissal.may_come_back
        if former is not None and former.dismissal is Dismissal.ANALYSIS_WRONG:
            return "the analysis of this problem was wrong before"
        return "people have said no to this problem before" if refused else ""

    def _by_signals(self, report: Report, repository: Repository) -> str:
        if report.visibility is Visibility.PRIVATE and self._may_be_public(repository):
            return "this report is private, and the repository is public"
        if self._has_lost_any(report.id or 0):
            return _GONE
        signals = self.means.store.signals.of_report(report.id or 0)
        if any(each.status is SignalStatus.HELD or was_let_through(each) for each in signals):
            return _HELD
        if any(each.status is SignalStatus.AWAITING_DIGEST for each in signals):
            raise NotReadYet("Something that was reported here is read anew; I look again after that.", _A_DIGEST)
        read = report.research.gathered if report.research is not None else 0  # what left since was read for the plan
        if any(each.status is not SignalStatus.FILED for each in signals) or len(signals) < max(1, read):
            return _GONE
        if all(self._is_vouched_for(each) for each in signals):
            return ""
        return "the policy does not vouch for everybody who reported it"

    def _has_lost_any(self, report_id: int) -> bool:
        """Whether people, or what fewer of them may see now, took from it what its plan may have been made of."""
        store = self.means.store
        corrected = any(_took_away(each, report_id) for each in store.corrections.of_report(report_id))
        return corrected or store.turning_private.has_taken_from(report_id)

    def _may_be_public(self, repository: Repository) -> bool:
        """Whether it is, or the code host does not say."""
        try:
            return self.means.code_host.is_public(repository)
        except Rejected:
            return True

    def _is_vouched_for(self, signal: Signal) -> bool:
        """Whether the policy trusts where it comes from: a source as `trusted`, a channel by `draft` of its own.

        In such a channel it has to be the word of full members alone, in the whole thread.
        """
        policy = self.means.policy
        if signal.source != SLACK:
            return rules.is_trusted(signal.source, policy)
        channel = policy.channel(signal.channel)
        if channel is None or channel.autonomy is not Autonomy.DRAFT or channel.connect or channel.allow_bots:
            return False  # an app that may write there may do so under a member's name
        thread = f"{signal.channel}/{signal.thread_ts}"
        return self._are_members({signal.author, *self.means.store.messages.authors(thread)})

    def _are_members(self, authors: Iterable[str]) -> bool:
        people = self.means.people
        return all(author and not rules.may_ask(people.person(author), people.home_team) for author in authors)


def _took_away(correction: Correction, report_id: int) -> bool:
    """Whether signals that may have been read for the report's plan left it."""
    if correction.kind is CorrectionKind.SPLIT:
        return correction.report_id == report_id and not correction.undone_by
    return correction.other_id == report_id and bool(correction.undone_by)


def _stopped(approvals: Sequence[Approval], said: Approval) -> str:
    pressed = any(each.decision is Decision.STOP and (each.id or 0) > (said.id or 0) for each in approvals)
    return "Stop was pressed" if pressed else ""


def given_ahead(approvals: Sequence[Approval], revision: int) -> list[Approval]:
    """Those of this revision of a plan that were given by standing approvals, and count."""
    return [each for each in approvals_of(approvals, revision) if each.standing_id is not None]


def _by_plan(plan: ShownPlan, repository: Repository) -> str:
    guarded = next((path for path in plan.body.files if is_guarded(path, repository)), "")
    return f"the plan names {guarded}, which only a person may let it change" if guarded else ""


def _by_assessment(report: Report) -> str:
    """What people read beside a plan and might not approve it for. Code that changed since is asked about later."""
    seen = report.research.assessment if report.research is not None else None
    if seen is None or seen.unseen:
        return "whether somebody is at this already could not be seen"
    if seen.siblings:
        return "another report of ours changes the same lines"
    return "a pull request is open on the same files" if seen.in_flight else ""
