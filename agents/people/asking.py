"""Somebody asks about a report. Whoever may have it looked into may; the answer changes nothing of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from agents import rules
from agents.people.answers import Answer
from agents.people.questions import begins_as_question, is_but_a_question, is_question
from agents.research.case_of import merged_away
from agents.rules import Person
from agents.terms import Policy
from storage.columns import now
from storage.judgments import Stage
from storage.records import Report
from storage.status import Status
from storage.store import Store

LONGEST = 2_000  # characters
_SHARE = 0.25  # of a report's budget that answers may use
_SPENT = (
    "Questions about this report have used the quarter of its budget that they may use; the rest is for its fix. Have "
    "`report_usd` under [budgets] raised."
)
_DAY = dt.timedelta(days=1)
_NO_MODEL = "No model is set up, so I cannot answer questions. Tell whoever runs me to set ANTHROPIC_API_KEY."
_TOO_LONG = f"That is more than {LONGEST:,} characters. Ask in fewer words, and I look it up."
_TAKES_WORDS = frozenset({
    Status.AWAITING_APPROVAL, Status.AWAITING_ANSWER, Status.AWAITING_RESEARCH, Status.AWAITING_FIX, Status.STUCK,
})  # fmt: skip


@dataclass(frozen=True)
class Asking:
    """Takes questions."""

    store: Store
    policy: Policy
    home_team: str
    can_answer: bool  # whether there is a model
    redact: Callable[[str], str]
    nudge: Callable[[int], None]  # wakes the job of a question; losing it costs seconds
    clock: Callable[[], dt.datetime] = now

    def is_for_us(self, report: Report, words: str, person: Person, *, named: bool = True) -> bool:
        """Whether words in a report's thread ask us to be told something; `named`: they name us.

        While an approver's words guide, what is nothing but a question asks us also where it names nobody, and what
        asks for anything to be done, or at such length, is guidance. Others have to name us: a thread is for people to
        talk in. Where the policy allows no questions only who names us hears so; all else is as if there were none.
        """
        if report.status is Status.RESOLVED:  # there any other words may say that it came back
            return named and begins_as_question(words)
        if not self.guides(report, person):
            return named and is_question(words)
        if not named and (report.status is Status.AWAITING_ANSWER or not self.policy.budgets.inquiries_per_day):
            return False
        return len(words) <= LONGEST and is_but_a_question(words)

    def guides(self, report: Report, person: Person) -> bool:
        """Whether words of theirs would revise the plan, answer what we asked, or be kept for the next try."""
        repository = self.policy.repository(report.repository)
        decides = not rules.may_decide(person, repository, self.policy, self.home_team)
        return decides and report.status in _TAKES_WORDS

    def ask(self, report_id: int, words: str, person: Person, message: str) -> Answer:
        """Keep the question and have it answered in the report's thread, or say why not. Twice is once."""
        if why_not := rules.may_ask(person, self.home_team) or self._why_not(report_id, words):
            return Answer(ok=False, sentence=why_not)
        most = self.policy.budgets.inquiries_per_day
        asked = self.store.inquiries.ask(
            report_id, by=person.user_id, words=self.redact(words), message=message, most=most,
            since=self.clock() - _DAY,
        )  # fmt: skip
        if asked is None:
            return Answer(ok=False, sentence=_enough(most))
        self.nudge(asked.id or 0)
        return Answer(ok=True, sentence="")

    def _why_not(self, report_id: int, words: str) -> str:
        if not self.can_answer:
            return _NO_MODEL
        if gone := merged_away(self.store.reports.get(report_id)):
            return gone
        if len(words) > LONGEST:
            return _TOO_LONG
        return _SPENT if self._share_is_spent(report_id) else ""

    def _share_is_spent(self, report_id: int) -> bool:
        """Whether questions used so much that more of them could leave its fix without money."""
        spent = self.store.spending.at_stage(report_id, Stage.INQUIRE).usd
        return spent >= self.policy.budgets.report_usd * _SHARE


def _enough(most: int) -> str:
    if not most:
        return "Questions are not answered here: the policy allows none (`inquiries_per_day` under [budgets])."
    return (
        f"{most} questions about this report were asked in a day, which is all that the policy allows "
        "(`inquiries_per_day` under [budgets]). Ask tomorrow, or have it raised."
    )
