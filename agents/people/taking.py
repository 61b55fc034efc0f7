"""Who works on a report: whoever may see it may take it, give it to somebody who may see it, and let it go.

That decides nothing: a plan is approved by whom the policy names, whoever has the report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents import rules
from agents.people.answers import Answer
from agents.ports import Nudge
from agents.rules import Person
from agents.wording import moment
from storage.records import Decision, Report
from storage.status import CLOSED, WITH_A_FIX, Status, Visibility
from storage.store import Store

Rooms = Callable[[str], bool]  # whether the person is in a channel

_BESIDE = {
    Status.AWAITING_RESEARCH: " I go on looking for the cause; *Stop* in the thread ends that.",
    Status.AWAITING_APPROVAL: " The plan stays: an approver may still approve it, and hears that you have this.",
    Status.AWAITING_FIX: " I am writing a fix already, and go on; *Stop* in the thread ends that.",
    Status.AWAITING_CHECKS: " My pull request is open already, and I go on with it.",
    Status.AWAITING_REVIEW: " My pull request is open already.",
}


@dataclass(frozen=True)
class Takers:
    """Gives reports to people and takes them back, or says why not."""

    store: Store
    nudge: Nudge
    home_team: str

    def take(self, report_id: int, person: Person) -> Answer:
        """Let the person have it, unless somebody else has. Raises NotFound."""
        if refusal := rules.may_ask(person, self.home_team):
            return Answer(ok=False, sentence=refusal)
        before = self.store.reports.get(report_id)
        taking = self.store.takings.take(report_id, person.user_id)
        if taking is None:
            return Answer(ok=False, sentence=_over(before))
        if taking.by != person.user_id:
            since = moment(taking.since)
            over = f"`/signalbox give {before.ref} me`, or “give this to me” to me in its thread, makes it yours."
            return Answer(ok=False, sentence=f"<@{taking.by}> has {before.ref} since {since}. {over}")
        self.nudge.report(report_id)
        again = before.taken_by == person.user_id
        return Answer(ok=True, sentence=f"{before.ref} is {'still ' if again else ''}yours.{_meanwhile(before)}")

    def give(self, report_id: int, to: Person, to_is_in: Rooms, person: Person) -> Answer:
        """Let somebody have it, whoever has it now. Raises NotFound."""
        if refusal := rules.may_ask(person, self.home_team):
            return Answer(ok=False, sentence=refusal)
        report = self.store.reports.get(report_id)
        if refusal := self._cannot_have(report, to, to_is_in):
            return Answer(ok=False, sentence=refusal)
        taking = self.store.takings.give(report_id, to.user_id, person.user_id)
        if taking is None:
            return Answer(ok=False, sentence=_over(report))
        self.nudge.report(report_id)
        if to.user_id == person.user_id:
            return Answer(ok=True, sentence=f"{report.ref} is yours.{_meanwhile(report)}")
        return Answer(ok=True, sentence=f"<@{to.user_id}> has {report.ref} now; its thread tells them.")

    def release(self, report_id: int, person: Person) -> Answer:
        """Let nobody have it. Raises NotFound."""
        if refusal := rules.may_ask(person, self.home_team):
            return Answer(ok=False, sentence=refusal)
        report = self.store.reports.get(report_id)
        taking = self.store.takings.release(report_id, person.user_id)
        if taking is None:
            return Answer(ok=False, sentence=f"Nobody has {report.ref}, so there is nothing to let go.")
        self.nudge.report(report_id)
        whose = "It was yours" if taking.by == person.user_id else f"It was <@{taking.by}>'s"
        return Answer(ok=True, sentence=f"Nobody has {report.ref} any more. {whose}.")

    def _cannot_have(self, report: Report, to: Person, to_is_in: Rooms) -> str:
        """Why somebody cannot be given it; empty if they can."""
        who = f"<@{to.user_id}>"
        if to.is_bot or to.deleted:
            return f"{who} is no person who could work on it; nothing was changed."
        if rules.may_ask(to, self.home_team):
            return f"{who} is a guest or of another workspace, so {report.ref} cannot be theirs; nothing was changed."
        if report.visibility is Visibility.PRIVATE and not to_is_in(report.channel):
            return f"{report.ref} is for <#{report.channel}> alone, and {who} is not in there; nothing was changed."
        return ""


def who_has(report: Report, person: Person, decision: Decision) -> str:
    """What to add to the answer of who approves a plan of a report that somebody else works on."""
    if decision is not Decision.APPROVE or report.taken_by in {"", person.user_id}:
        return ""
    return f" <@{report.taken_by}> works on {report.ref} by hand: tell them."


def _meanwhile(report: Report) -> str:
    """What becomes of the work that is under way, and what to say when it is mended."""
    fixed = f" When it is mended: `/signalbox fixed {report.ref}` and the link of your pull request; I watch it then."
    return f"{_BESIDE.get(report.status, '')}{fixed if report.status not in WITH_A_FIX else ''}"


def _over(report: Report) -> str:
    what = "dismissed" if report.status is Status.DISMISSED else "resolved" if report.status in CLOSED else "over"
    return f"{report.ref} is {what}, so nobody can have it. `/investigate` has the problem looked at again."
