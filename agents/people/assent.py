"""What a person's click or words in a thread mean, and what comes of them. No model has a say here."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from agents import rules
from agents.people.answers import Answer, told
from agents.people.assent_words import (
    KEPT,
    REWORDED,
    STOPPING,
    UNCLEAR,
    because,
    nothing_to_decide,
    plain,
    unshown_plan,
)
from agents.people.taking import Takers, who_has
from agents.phrases import Phrase, phrase_of
from agents.ports import Nudge
from agents.rules import Person
from agents.terms import Policy
from storage.changes import ReportChanges
from storage.columns import now
from storage.decisions.counting import approvals_of
from storage.records import Decision, Report, ShownPlan
from storage.status import CLOSED, WATCHED, Status
from storage.store import Store

__all__ = ["Answer", "Assent", "Person", "Via"]


_POSTING, _LOOK = 3.0, 0.05  # seconds


class Via(StrEnum):
    """How somebody said it."""

    BUTTON = "button"
    REPLY = "reply"
    COMMAND = "command"


@dataclass(frozen=True)
class Assent:
    """Buttons, replies and commands all decide through here, and `rules.may_decide` is asked first."""

    store: Store
    policy: Policy
    nudge: Nudge
    home_team: str
    clock: Callable[[], dt.datetime] = now

    def press(
        self,
        report_id: int,
        decision: Decision,
        *,
        plan_revision: int = 0,
        plan_hash: str = "",
        person: Person,
        via: Via,
        words: str = "",
        message: str = "",
    ) -> Answer:
        """Carry out a decision, or say why not. Pressing the same thing again changes nothing."""
        report = self.store.reports.get(report_id)
        if refusal := self._refusal(report, person):
            self.store.plans.refuse(report_id, by=person.user_id, via=via, words=words or decision, because=refusal)
            return Answer(ok=False, sentence=refusal)
        if decision is Decision.STOP:
            return self._stop(report, person, via)
        if (to := self._destination(report, decision)) is None:
            return Answer(ok=False, sentence=f"{report.ref} is {plain(report.status)}: nothing to decide now.")
        repository = self.policy.repository(report.repository)
        changes: ReportChanges = {"dismissed_because": words or _why(decision)} if to is Status.DISMISSED else {}
        decided = self.store.plans.decide(
            report_id,
            decision,
            by=person.user_id,
            via=via,
            plan_revision=plan_revision,
            plan_hash=plan_hash,
            words=words,
            to=to,
            because=because(decision, words),
            needed=rules.approvals_needed(repository, self._files(report_id, plan_revision)),
            named=rules.approvers_of(repository, self.policy),
            message=message,
            **changes,
        )
        self.nudge.report(report_id)
        return told(report, decision, decided, who_has(report, person, decision))

    def reply(
        self, report_id: int, words: str, ts: str, person: Person, *, forwarded: bool = False, channel: str = ""
    ) -> Answer | None:
        """What a reply in the report's thread decides; None when it is not for us.

        A reply that is wholly a known phrase decides on the latest plan posted before it, unless that plan has been
        replaced. Any other words of somebody who may decide revise the plan, or answer the open question. While no
        plan waits, `stop` dismisses the report, `retry` tries again what is stuck, a no ends a fix that only a standing
        approval allowed, other phrases are answered, and
        words that come while it works or is stuck are kept for the next try. Of words that are `forwarded`, and so
        another message's, none is a phrase of the person's. Who says that they mend it by hand takes the report: that
        decides and guides nothing.
        """
        report, message = self.store.reports.get(report_id), f"{channel}/{ts}" if channel else ""
        phrase = phrase_of(words)
        if forwarded and phrase is not None:
            phrase = Phrase.UNCLEAR
        if phrase is Phrase.BY_HAND or (report.status is Status.AWAITING_ANSWER and phrase is not Phrase.STOP):
            by_hand = phrase is Phrase.BY_HAND
            return self._taken(report, person) if by_hand else self._answer(report, words, person, message)
        if report.status is not Status.AWAITING_APPROVAL:
            return self._meanwhile(report, phrase, words, ts, person, message=message)
        if phrase is None:
            return self._guide(report, words, person, message)
        if phrase not in (Phrase.YES, Phrase.NO, Phrase.STOP):
            return self._only_for_deciders(report, person, UNCLEAR)
        decision = Decision.APPROVE if phrase is Phrase.YES else Decision.NOT_NOW
        plan = self._plan_before(report_id, ts)
        if plan is None:
            return Answer(ok=False, sentence=unshown_plan(report))
        return self.press(
            report_id,
            decision,
            plan_revision=plan.revision,
            plan_hash=plan.hash,
            person=person,
            via=Via.REPLY,
            words=words,
            message=message,
        )

    def _taken(self, report: Report, person: Person) -> Answer | None:
        """They work on it themselves; where a pull request of ours is open, their words may be about that."""
        if report.status in CLOSED or report.status in WATCHED:
            return None
        return Takers(self.store, self.nudge, self.home_team).take(report.id or 0, person)

    def _plan_before(self, report_id: int, ts: str) -> ShownPlan | None:
        """The latest plan posted before a message. One just being posted is waited for: a reply may be that quick."""
        until = time.monotonic() + _POSTING
        while (latest := self.store.plans.latest(report_id)) and not latest.posted_ts and time.monotonic() < until:
            time.sleep(_LOOK)
        return self.store.plans.before(report_id, ts)

    def _stop(self, report: Report, person: Person, via: Via) -> Answer:
        """End the work that goes on. Whoever does it hears of that before its next turn."""
        if report.status not in _AT_WORK:
            return Answer(ok=False, sentence=f"{report.ref} is {plain(report.status)}: there is nothing to stop.")
        self.store.plans.decide(report.id or 0, Decision.STOP, by=person.user_id, via=via, to=None, not_before=None)
        self.nudge.report(report.id or 0)
        return Answer(ok=True, sentence=STOPPING)

    def restore(self, signal_id: int, person: Person, *, revision: int) -> Answer:
        """Take a signal out of the quarantine. What it was held for is not held again when its source brings it.

        `revision` is the one that the person saw: it covers no words that they were not shown. Raises NotFound.
        """
        signal = self.store.signals.get(signal_id)
        repository = rules.repository_of([signal], self.policy)
        if refusal := rules.may_decide(person, repository, self.policy, self.home_team):
            return Answer(ok=False, sentence=refusal)
        if signal.revision != revision:
            return Answer(ok=False, sentence=REWORDED)
        if not self.store.signals.restore(signal_id, person.user_id, revision):
            return Answer(ok=False, sentence="It is not held any more; nothing was changed.")
        self.nudge.signal(signal_id)
        return Answer(ok=True, sentence="Restored.")

    def _guide(self, report: Report, words: str, person: Person, message: str) -> Answer | None:
        if self._refusal(report, person):
            return None  # people may talk in the thread; only those who may decide change the plan
        return self.press(report.id or 0, Decision.GUIDE, person=person, via=Via.REPLY, words=words, message=message)

    def _meanwhile(
        self, report: Report, phrase: Phrase | None, words: str, ts: str, person: Person, *, message: str
    ) -> Answer | None:
        """A reply while neither a plan nor a question waits for one."""
        if let := self._let_pass(report.id or 0, phrase, ts):
            decision, said = let
            return self.press(report.id or 0, decision, person=person, via=Via.REPLY, words=said, message=message)
        if (meant := self._meant(report, phrase)) is not None:
            said = "" if meant is Decision.DISMISS else words
            return self.press(report.id or 0, meant, person=person, via=Via.REPLY, words=said, message=message)
        if phrase is not None:
            return self._only_for_deciders(report, person, nothing_to_decide(report))
        if report.status in KEPT and not self._refusal(report, person):
            self.store.plans.decide(
                report.id or 0,
                Decision.GUIDE,
                by=person.user_id,
                via=Via.REPLY,
                words=words,
                to=None,
                message=message,
            )
            return Answer(ok=True, sentence=KEPT[report.status])
        return None

    def _let_pass(self, report_id: int, phrase: Phrase | None, ts: str) -> tuple[Decision, str] | None:
        """What a phrase lets pass of what the report is stuck for: words, or what somebody else is at."""
        if phrase is Phrase.PERMIT and (kept := self.store.plans.kept_back(report_id, ts=ts)):
            return Decision.PERMIT, kept.said
        if phrase in (Phrase.GO_ON, Phrase.YES) and (way := self.store.plans.in_the_way(report_id, ts=ts)):
            return Decision.GO_ON, way.said
        return None

    def _meant(self, report: Report, phrase: Phrase | None) -> Decision | None:
        """What a phrase decides while no plan waits; None if nothing."""
        match phrase:
            case Phrase.STOP if report.status not in CLOSED:
                return Decision.DISMISS
            case Phrase.NO if report.status is Status.AWAITING_FIX and self._is_ahead(report):
                return Decision.STOP
            case Phrase.RETRY if report.status is Status.STUCK:
                return Decision.RETRY
            case _:
                return None

    def _is_ahead(self, report: Report) -> bool:
        """Whether nobody but a standing approval approved the plan: then a no is the first word of a person on it."""
        said = approvals_of(self.store.plans.approvals(report.id or 0), report.plan_revision)
        return bool(said) and all(each.standing_id is not None for each in said)

    def _only_for_deciders(self, report: Report, person: Person, sentence: str) -> Answer | None:
        """People may talk in the thread; only those who may decide are told what their words do not do."""
        return None if self._refusal(report, person) else Answer(ok=False, sentence=sentence)

    def _answer(self, report: Report, words: str, person: Person, message: str) -> Answer | None:
        if self._refusal(report, person):
            return None
        return self.press(report.id or 0, Decision.ANSWER, person=person, via=Via.REPLY, words=words, message=message)

    def _refusal(self, report: Report, person: Person) -> str:
        repository = self.policy.repository(report.repository)
        return rules.may_decide(person, repository, self.policy, self.home_team)

    def _destination(self, report: Report, decision: Decision) -> Status | None:
        if decision is Decision.RETRY:
            return report.stuck_from if report.status is Status.STUCK else _ask_again(report)
        if decision in (Decision.NOT_NOW, Decision.DISMISS):
            return None if report.status in CLOSED else Status.DISMISSED
        return {
            Decision.APPROVE: Status.AWAITING_FIX,
            Decision.GUIDE: Status.AWAITING_RESEARCH,
            Decision.ANSWER: Status.AWAITING_RESEARCH,
            Decision.PERMIT: report.stuck_from,
            Decision.GO_ON: report.stuck_from,
        }.get(decision)

    def _files(self, report_id: int, revision: int) -> tuple[str, ...]:
        """Of the plan that is decided on. An approval of any other than the latest counts for nothing."""
        plan = self.store.plans.latest(report_id)
        return plan.body.files if plan is not None and plan.revision == revision else ()


_AT_WORK = frozenset({Status.AWAITING_RESEARCH, Status.AWAITING_FIX})


def _ask_again(report: Report) -> Status | None:
    return Status.AWAITING_RESEARCH if report.status is Status.GATHERING else None


def _why(decision: Decision) -> str:
    return "not now" if decision is Decision.NOT_NOW else ""
