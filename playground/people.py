"""The people of the demo. They see what Slack and the code host show, and type and press what people would.

Nothing here knows the bot's database: a person waits for a card, a plan or a pull request to appear, and acts on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from playground.case import Case, Chatter, Tool
from playground.codehost.snapshots import PullSeen
from playground.town import Town
from playground.townsfolk import CHANNELS, MAYA, OLU, PRIYA, REPOSITORY, REVIEWER, TOM, USERS
from playground.workspace.records import Message

T = TypeVar("T")

GUIDANCE = (
    "Please keep `naturaltime` as it is, and cover whole days below zero in the test too, "
    "not only seconds. Then I am fine with it."
)


class Impatience(Exception):
    """Somebody waited for something that did not come."""


@dataclass
class People:
    """Plays everybody. `tell` is told, in a line each, what they do and see."""

    town: Town
    tell: Callable[[str], None]
    patience: float = 60.0  # seconds that anybody waits for one thing
    refused: int = 0
    roots: dict[str, str] = field(default_factory=dict)  # case id -> ts of its report's message

    def chat(self, chatter: tuple[Chatter, ...]) -> None:
        """Ordinary talk, and one message that tries to command the bot."""
        for line in chatter:
            self.town.workspace.say(line.user, line.channel, line.text, ts=line.ts or None)
            self.tell(f"#{self._channel(line.channel)}  {self._name(line.user)}: {_short(line.text)}")

    def report(self, case: Case) -> None:
        """Type the case's message, and wait for the report's card."""
        said = case.slack
        channel, ts = said.external_id.split("/")
        self.town.workspace.say(case.reporter, channel, said.body, ts=ts)
        self.tell(f"#{self._channel(channel)}  {self._name(case.reporter)}: {_short(said.body)}")
        card = self._wait(lambda: self._card(channel), f"a card in #{self._channel(channel)}")
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
        """See the signal listed in the report's thread."""
        self._wait(lambda: self._in_thread(case, title), f"“{_short(title)}” in the thread of {case.id}")
        self.tell(f"#{self._channel(self._place(case)[0])}  the thread now lists “{_short(title)}”")

    def wait_for_plan(self, case: Case, after: str = "") -> Message:
        """See a plan with an Approve button that was posted after `after`."""
        plan = self._wait(lambda: self._plan(case, after), f"a plan for {case.id}")
        self.tell(f"#{self._channel(self._place(case)[0])}  a plan is shown: {_short(plan.text)}")
        return plan

    def try_without_right(self, case: Case, plan: Message) -> None:
        """Tom from sales presses Approve."""
        channel, _ = self._place(case)
        before = len(self.town.workspace.ephemerals(TOM))
        self._press(TOM, channel, plan, "Approve")
        told = self._wait(lambda: self.town.workspace.ephemerals(TOM)[before:], "the refusal that only Tom sees")
        self.refused += 1
        self.tell(f"#{self._channel(channel)}  only Tom sees: {_short(told[0].text)}")

    def approve_by_button(self, case: Case, plan: Message) -> None:
        """Priya presses Approve."""
        self._press(PRIYA, self._place(case)[0], plan, "Approve")
        self.tell(f"#{self._channel(self._place(case)[0])}  Priya presses Approve")

    def guide(self, case: Case) -> None:
        """Olu asks for a change of the plan, in the thread."""
        channel, root = self._place(case)
        self.town.workspace.say(OLU, channel, GUIDANCE, thread_ts=root)
        self.tell(f"#{self._channel(channel)}  Olu replies: {_short(GUIDANCE)}")

    def approve_by_reply(self, case: Case) -> None:
        """Olu says yes, in the thread."""
        channel, root = self._place(case)
        self.town.workspace.say(OLU, channel, "go ahead", thread_ts=root)
        self.tell(f"#{self._channel(channel)}  Olu replies: go ahead")

    def review_and_merge(self, known: set[int]) -> int:
        """Wait for a pull request that is ready and green, look at it, and merge it."""
        ready = self._wait(lambda: self._ready(known), "a pull request that is ready for review")
        self.town.code_host.merge(REPOSITORY, ready.number, REVIEWER)
        self.tell(f"GitHub  pull request #{ready.number} is green and ready: “{ready.title}”; Priya merges it")
        return ready.number

    def wait_for_the_end(self, case: Case) -> None:
        """See the report's own message say that it is resolved."""
        channel, root = self._place(case)
        self._wait(lambda: self._says(channel, root, "Resolved"), f"{case.id} to be resolved")
        self.tell(f"#{self._channel(channel)}  resolved: nothing came back after the merge")

    def greet(self) -> None:
        """Maya looks at the app's Home tab."""
        self.town.workspace.open_home(MAYA)

    # ── what they see ───────────────────────────────────────────────────────────────────────────────────────────

    def _place(self, case: Case) -> tuple[str, str]:
        return case.slack.external_id.split("/")[0], self.roots[case.id]

    def _card(self, channel: str) -> Message | None:
        roots = [m for m in self.town.workspace.messages(channel) if m.bot_id and m.thread_ts is None]
        return next((message for message in roots if message.ts not in self.roots.values()), None)

    def _plan(self, case: Case, after: str) -> Message | None:
        channel, root = self._place(case)
        replies = self.town.workspace.thread(channel, root)
        return next((m for m in replies if m.ts > after and m.thread_ts and _button(m, "Approve")), None)

    def _in_thread(self, case: Case, text: str) -> bool:
        channel, root = self._place(case)
        return any(
            text in str(message.blocks) for message in self.town.workspace.thread(channel, root) if message.bot_id
        )

    def _says(self, channel: str, ts: str, text: str) -> bool:
        found = next((m for m in self.town.workspace.messages(channel) if m.ts == ts), None)
        return found is not None and text in f"{found.text} {found.blocks}"

    def _ready(self, known: set[int]) -> PullSeen | None:
        """Priya looks at a pull request when she is asked to."""
        for pull in self.town.code_host.pull_requests(REPOSITORY):
            waits = pull.number not in known and not pull.draft and pull.state == "open"
            if waits and REVIEWER in pull.reviewers:
                return pull
        return None

    def _press(self, user: str, channel: str, message: Message, label: str) -> None:
        button = _button(message, label)
        if button is None:
            raise Impatience(f"there is no button “{label}” on the message {message.ts}")
        value = button.get("value")
        self.town.workspace.click(user, channel, message.ts, str(button["action_id"]), str(value) if value else None)

    def _wait(self, look: Callable[[], T | None], what: str) -> T:
        deadline = time.monotonic() + self.patience
        while not (seen := look()):
            if time.monotonic() > deadline:
                raise Impatience(f"{what} did not come within {self.patience:.0f} seconds")
            if dead := [bot for bot in self.town.bots if bot.poll() is not None]:
                raise Impatience(f"the bot ended with code {dead[0].returncode} while people waited for {what}")
            time.sleep(0.05)
        return seen

    @staticmethod
    def _name(user: str) -> str:
        return next(each.display.split()[0] for each in USERS if each.id == user)

    @staticmethod
    def _channel(channel: str) -> str:
        return next(each.name for each in CHANNELS if each.id == channel)


def _button(message: Message, label: str) -> dict[str, object] | None:
    return next((button for button in _buttons(message) if button["text"]["text"] == label), None)  # type: ignore[index]


def _buttons(message: Message) -> Iterator[dict[str, object]]:
    for block in message.blocks:
        elements = [*block.get("elements", []), block.get("accessory") or {}]
        yield from (element for element in elements if element.get("type") == "button")


def _short(text: str, limit: int = 96) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
