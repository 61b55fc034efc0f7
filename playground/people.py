"""The people of the demo. They see what Slack and the code host show, and type and press what people would.

Nothing here knows the bot's database: a person waits for a card, a plan or a pull request to appear, and acts on it.
A visitor of the page may have been quicker: whoever then finds nothing to do says so and goes on.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from playground.case import Case, Chatter, Tool
from playground.codehost.snapshots import PullSeen
from playground.keeper import Keeper
from playground.onlookers import Onlookers, button_of
from playground.townsfolk import MAYA, OLU, PRIYA, REPOSITORY, REVIEWER, TOM
from playground.workspace.problems import PersonCannot
from playground.workspace.records import Message

T = TypeVar("T")

GUIDANCE = (
    "Please keep `naturaltime` as it is, and cover whole days below zero in the test too, "
    "not only seconds. Then I am fine with it."
)


_LOOK = 0.05  # seconds
_ALREADY = "somebody decided already"
_MENTION = re.compile(r"<@(\w+)>")


QUESTION = "our meters send NaN when they lose the link. does that break the tile too, or only zero?"


class Press(StrEnum):
    """What came of trying to press a plan's button."""

    DONE = "done"
    GONE = "gone"  # somebody else decided: there is nothing to press any more


class Impatience(Exception):
    """Somebody waited for something that did not come."""


@dataclass
class People(Onlookers):
    """Plays everybody. `tell` is told, in a line each, what they do and see. Without a `keeper` no bot may end."""

    refused: int = 0
    answers: int = 0  # to questions
    keeper: Keeper | None = None  # starts a bot again that ended

    def chat(self, chatter: tuple[Chatter, ...]) -> None:
        """Ordinary talk, and one message that tries to command the bot."""
        for line in chatter:
            self.town.workspace.say(line.user, line.channel, line.text, ts=line.ts or None)
            self.tell(f"#{self._channel(line.channel)}  {self._name(line.user)}: {_short(line.text)}")

    def report(self, case: Case) -> None:
        """Type the case's message, and wait for the report's card."""
        said = case.slack
        channel, ts = said.external_id.split("/")
        known = {card.ts for card in self._cards(channel)}
        self.town.workspace.say(case.reporter, channel, said.body, ts=ts)
        self.tell(f"#{self._channel(channel)}  {self._name(case.reporter)}: {_short(said.body)}")
        card = self._wait(lambda: self._card(channel, known), f"a card in #{self._channel(channel)}")
        self.roots[case.id] = card.ts
        self.tell(f"#{self._channel(channel)}  signalbox opens a report: {_short(card.text)}")

    def repeat(self, line: Chatter) -> None:
        """Somebody posts the words of their report a second time."""
        self.town.workspace.say(line.user, line.channel, line.text, ts=line.ts)
        self.tell(f"#{self._channel(line.channel)}  {self._name(line.user)} posts the same words again")

    def say_twice(self, case: Case) -> None:
        """Slack delivers the reporter's message once more, as it does when an answer got lost."""
        channel, ts = case.slack.external_id.split("/")
        self.town.workspace.redeliver(channel, ts)
        self.tell(f"#{self._channel(channel)}  Slack delivers {self._name(case.reporter)}'s message a second time")

    def fail_in_production(self, case: Case) -> None:
        """Sentry records the case's error, and the bot pulls it."""
        case.add_to_sentry(self.town.sentry)
        self.tell(f"Sentry  {case.sentry.title}")

    def open_issue(self, case: Case) -> None:
        """Somebody files the case's issue on the code host."""
        case.add_to_code_host(self.town.code_host)
        self.tell(f"GitHub  {case.github.external_id} {case.github.title}")

    def use(self, tool: Tool, case: Case) -> None:
        """The case shows itself in another tool."""
        title = case.tools[tool]
        if tool is Tool.TICKET:
            case.add_to_zendesk(self.town.zendesk)
            self.tell(f"Zendesk  {case.ticket.user.split()[0]}, a customer, writes {case.ticket.external_id}: {title}")
        elif tool is Tool.REPLAY:
            case.add_to_posthog(self.town.posthog)
            self.tell(f"PostHog  a session replay: {title}")
        else:
            self.tell(f"Linear  {case.add_to_linear(self.town.linear)}: {title}")

    def wait_for_evidence(self, case: Case, title: str) -> None:
        """See the signal listed in the report's thread, unless somebody dismissed the report."""
        self._wait(
            lambda: self._in_thread(case, title) or self._stands(case, "Dismissed"),
            f"“{_short(title)}” in the thread of {case.id}",
        )
        if self._in_thread(case, title):
            self._tell_in(case, f"the thread now lists “{_short(title)}”")
        else:
            self._tell_in(case, "somebody dismissed the report; nobody waits for more of it")

    def wait_for_plan(self, case: Case, after: str = "") -> Message | None:
        """See a plan with an Approve button that was posted after `after`; None when somebody decided before."""
        self._wait(lambda: self._plan(case, after) or self._is_decided(case), f"a plan for {case.id}")
        plan = self._plan(case, after)
        self._tell_in(case, f"a plan is shown: {_short(plan.text)}" if plan else f"a plan was shown; {_ALREADY}")
        return plan

    def try_without_right(self, case: Case) -> None:
        """Tom from sales presses Approve."""
        before = len(self.town.workspace.ephemerals(TOM))
        if self._press_approve(TOM, case) is Press.GONE:
            self._tell_in(case, f"Tom wants to press Approve, but somebody pressed it already: {self._standing(case)}")
            return
        told = self._wait(lambda: self.town.workspace.ephemerals(TOM)[before:], "the refusal that only Tom sees")
        self.refused += 1
        self._tell_in(case, f"only Tom sees: {_short(self._named(told[0].text))}")

    def ask(self, case: Case) -> None:
        """Who reported it asks the bot about it, in the thread, and reads the answer."""
        channel, root = self._place(case)
        us = self.town.workspace.seed.app.bot_user_id
        asked = self.town.workspace.say(case.reporter, channel, f"<@{us}> {QUESTION}", thread_ts=root)
        self._tell_in(case, f"{self._name(case.reporter)} asks: {_short(QUESTION)}")
        answer = self._wait(lambda: self._after(case, asked, QUESTION[:40]), "an answer to that")
        self.answers += 1
        self._tell_in(case, f"signalbox answers: {_short(answer.text)}")

    def approve_by_button(self, case: Case) -> None:
        """Priya presses Approve."""
        if self._press_approve(PRIYA, case) is Press.GONE:
            self._tell_in(
                case, f"Priya wants to press Approve, but somebody pressed it already: {self._standing(case)}"
            )
        else:
            self._tell_in(case, "Priya presses Approve")

    def guide(self, case: Case) -> Message | None:
        """Olu asks for a change of the plan, in the thread. The plan meant; None when it was decided on before."""
        self._wait(lambda: self._plan(case, "") or self._is_decided(case), f"a plan for {case.id} to talk about")
        plan = self._plan(case, "")
        if plan is None:
            self._tell_in(case, f"Olu wants to change the plan, but {_ALREADY}: {self._standing(case)}")
            return None
        channel, root = self._place(case)
        self.town.workspace.say(OLU, channel, GUIDANCE, thread_ts=root)
        self._tell_in(case, f"Olu replies: {_short(GUIDANCE)}")
        return plan

    def approve_by_reply(self, case: Case) -> None:
        """Olu says yes, in the thread."""
        channel, root = self._place(case)
        self.town.workspace.say(OLU, channel, "go ahead", thread_ts=root)
        self._tell_in(case, "Olu replies: go ahead")

    def review_and_merge_all(self, cases: list[Case]) -> None:
        """Merge a pull request for every case, but for those that somebody dismissed or put off."""
        merged: set[int] = set()

        def wanted() -> bool:
            return len(merged) + sum(self._is_over(case) for case in cases) < len(cases)

        while wanted():
            self._wait(lambda: self._ready(merged) or not wanted(), "a pull request that is ready for review")
            if (ready := self._ready(merged)) is not None:
                merged.add(self._merge(ready))

    def review_and_merge(self, known: set[int]) -> int:
        """Wait for a pull request that is ready and green, look at it, and merge it."""
        return self._merge(self._wait(lambda: self._ready(known), "a pull request that is ready for review"))

    def wait_for_the_end(self, case: Case) -> None:
        """See the report's own message say that it is resolved, or that somebody dismissed it or put it off."""
        self._wait(lambda: self._stands(case, "Resolved") or self._is_over(case), f"{case.id} to be resolved")
        if self._is_over(case):
            self._tell_in(case, f"the story of it ends here: {self._standing(case)}")
        else:
            self._tell_in(case, "resolved: nothing came back after the merge")

    def greet(self) -> None:
        """Maya looks at the app's Home tab."""
        self.town.workspace.open_home(MAYA)

    def _merge(self, pull: PullSeen) -> int:
        self.town.code_host.merge(REPOSITORY, pull.number, REVIEWER)
        self.tell(f"GitHub  pull request #{pull.number} is green and ready: “{pull.title}”; Priya merges it")
        return pull.number

    def _press_approve(self, user: str, case: Case) -> Press:
        """Press Approve on the plan that can be decided on, as soon as there is one."""
        return self._wait(lambda: self._try_to_approve(user, case), f"an Approve button for {case.id}")

    def _try_to_approve(self, user: str, case: Case) -> Press | None:
        """None: neither is it pressed, nor is it known that somebody else decided."""
        plan = self._plan(case, "")
        if plan is None:
            return Press.GONE if self._is_decided(case) else None
        try:
            self._press(user, self._place(case)[0], plan, "Approve")
        except PersonCannot:
            if self._plan(case, "") == plan and self.town.workspace.connected:
                raise
            return None  # somebody was quicker in this moment, or the bot is being started again
        return Press.DONE

    def _press(self, user: str, channel: str, message: Message, label: str) -> None:
        button = button_of(message, label)
        if button is None:
            raise Impatience(f"there is no button “{label}” on the message {message.ts}")
        value = button.get("value")
        self.town.workspace.click(user, channel, message.ts, str(button["action_id"]), str(value) if value else None)

    def _wait(self, look: Callable[[], T | None], what: str) -> T:
        deadline = time.monotonic() + self.patience
        while not (seen := look()):
            if time.monotonic() > deadline:
                raise Impatience(f"{what} did not come within {self.patience:.0f} seconds")
            if trouble := self._trouble():
                raise Impatience(f"{trouble}, while people waited for {what}")
            time.sleep(_LOOK)
        return seen

    def _trouble(self) -> str:
        if self.keeper is not None:
            return self.keeper.trouble
        codes = [code for bot in self.town.bots if (code := bot.poll()) is not None]
        return f"the bot ended with code {codes[0]}" if codes else ""

    def _named(self, text: str) -> str:
        """As the page shows it: people by their names."""
        return _MENTION.sub(lambda match: f"@{self._name(match[1])}", text)

    def _tell_in(self, case: Case, text: str) -> None:
        self.tell(f"#{self._channel(self._place(case)[0])}  {text}")


def _short(text: str, limit: int = 96) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
