"""What the people of the demo see of the workspace and the code host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from playground.case import Case
from playground.codehost.snapshots import PullSeen
from playground.town import Town
from playground.townsfolk import CHANNELS, REPOSITORY, REVIEWER, USERS
from playground.workspace.records import Message

# What a report's card says once its plan was approved, or the report closed.
_DECIDED = ("Writing the fix", "Waiting for the checks", "Ready:", "Merged:", "Resolved", "Dismissed")


@dataclass
class Onlookers:
    """Everybody's eyes. `tell` is told, in a line each, what they do and see."""

    town: Town
    tell: Callable[[str], None]
    patience: float = 240.0  # seconds that anybody waits for one thing
    roots: dict[str, str] = field(default_factory=dict)  # case id -> ts of its report's message

    def _place(self, case: Case) -> tuple[str, str]:
        return case.slack.external_id.split("/")[0], self.roots[case.id]

    def _cards(self, channel: str) -> list[Message]:
        return [m for m in self.town.workspace.messages(channel) if m.bot_id and m.thread_ts is None]

    def _card(self, channel: str, known: set[str]) -> Message | None:
        return next((card for card in self._cards(channel) if card.ts not in known), None)

    def _plan(self, case: Case, after: str) -> Message | None:
        channel, root = self._place(case)
        replies = self.town.workspace.thread(channel, root)
        return next((m for m in replies if m.ts > after and m.thread_ts and button_of(m, "Approve")), None)

    def _standing(self, case: Case) -> str:
        """What the report's card says of its status."""
        channel, root = self._place(case)
        return self.town.workspace.message(channel, root).text.rpartition(" — ")[2]

    def _stands(self, case: Case, *words: str) -> bool:
        channel, root = self._place(case)
        text = self.town.workspace.message(channel, root).text
        return any(f" — {word}" in text for word in words)

    def _is_decided(self, case: Case) -> bool:
        return self._stands(case, *_DECIDED) or self._is_over(case)

    def _is_over(self, case: Case) -> bool:
        """Whether somebody dismissed the report, or said “not now” to its plan."""
        return self._stands(case, "Dismissed") or (self._stands(case, "Gathering") and self._had_a_plan(case))

    def _had_a_plan(self, case: Case) -> bool:
        replies = self.town.workspace.thread(*self._place(case))
        return any(m.bot_id and m.text.startswith("The plan") and not button_of(m, "Approve") for m in replies)

    def _in_thread(self, case: Case, text: str) -> bool:
        channel, root = self._place(case)
        return any(
            text in str(message.blocks) for message in self.town.workspace.thread(channel, root) if message.bot_id
        )

    def _after(self, case: Case, ts: str, text: str) -> Message | None:
        """The bot's first message in the thread that came after another one and shows this text."""
        replies = self.town.workspace.thread(*self._place(case))
        return next((m for m in replies if m.bot_id and m.ts > ts and text in str(m.blocks)), None)

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

    @staticmethod
    def _name(user: str) -> str:
        return next(each.display.split()[0] for each in USERS if each.id == user)

    @staticmethod
    def _channel(channel: str) -> str:
        return next(each.name for each in CHANNELS if each.id == channel)


def button_of(message: Message, label: str) -> dict[str, object] | None:
    return next((button for button in _buttons(message) if button["text"]["text"] == label), None)  # type: ignore[index]


def _buttons(message: Message) -> Iterator[dict[str, object]]:
    for block in message.blocks:
        elements = [*block.get("elements", []), block.get("accessory") or {}]
        yield from (element for element in elements if element.get("type") == "button")
