"""What people of a life do beside approving: commands and buttons, again and again until they see what came of it.

Somebody whose bot dies looks first whether it shows what they asked for, and only then asks again.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from playground.case import Case
from playground.onlookers import button_of
from playground.patient import PatientPeople
from playground.people import Impatience
from playground.townsfolk import OLU, PRIYA, REPOSITORY, REVIEWER, SOLAR
from playground.workspace.problems import PersonCannot
from playground.workspace.records import Ephemeral, Message
from storage.columns import now
from storage.store import Store

_LOOK = 0.05
_AGAIN = 4.0  # seconds after which people do again what had no effect
_COMMAND = "/signalbox"


@dataclass
class Hands(PatientPeople):
    """People who type and press. `lost` are the acts whose rows are written by a bot that dies at once after that."""

    lost: Collection[str] = ()
    done: list[str] = field(default_factory=list)  # of those

    def type(self, words: str, shown: Callable[[], object], *, user: str = PRIYA, channel: str = SOLAR) -> None:
        """Type a command until it shows."""
        self._until(lambda: self._typed(user, channel, words), shown, f"`{_COMMAND} {words}` to show")
        self.tell(f"{self._name(user)}: {_COMMAND} {words}")

    def press(
        self, find: Callable[[], Message | None], label: str, shown: Callable[[], object], *, user: str = PRIYA
    ) -> None:
        """Press the button of a message until it shows."""
        self._until(lambda: self._pressed_on(find(), label, user), shown, f"“{label}” to show")
        self.tell(f"{self._name(user)} presses {label}")

    def lose(self, act: str, store: Store, write: Callable[[Store], object]) -> bool:
        """Whether this act is one whose rows are written by a bot that dies then; writes them."""
        if act not in self.lost:
            return False
        if self.keeper is None:
            raise Impatience("nobody keeps the bot, so it cannot be killed after it wrote a row")
        with self.keeper.down():
            write(store)
        self.done.append(act)
        return True

    def card(self, case: Case) -> Message:
        """The report's own message."""
        return self.town.workspace.message(*self._place(case))

    def says(self, case: Case, *words: str) -> bool:
        """Whether the report's message says all that."""
        card = self.card(case)
        return all(word in f"{card.text} {card.blocks}" for word in words)

    def reply_with(self, case: Case, label: str) -> Message | None:
        """The latest message of the report's thread that has such a button."""
        replies = self.town.workspace.thread(*self._place(case))[1:]
        return next((each for each in reversed(replies) if button_of(each, label)), None)

    def in_thread(self, case: Case, *words: str) -> bool:
        """Whether one message of the bot in the thread says all that."""
        told = (f"{m.text} {m.blocks}" for m in self.town.workspace.thread(*self._place(case))[1:] if m.bot_id)
        return any(all(word in each for word in words) for each in told)

    def wait_until(self, shown: Callable[[], object], what: str) -> None:
        """Wait for it. Raises Impatience."""
        self._wait(shown, what)

    def take_out(self, case: Case, title: str, shown: Callable[[], object]) -> None:
        """Priya splits the signal of this title off, by the list that only she sees, until it shows."""
        self._until(lambda: self._taken_out(case, title), shown, f"“{title}” to be split off")
        self.tell(f"{self._name(PRIYA)} splits off “{title}”")

    def close_unmerged(self) -> None:
        """Priya closes the pull request, some minutes ago: so long it might be opened again."""
        for pull in self.town.code_host.pull_requests(REPOSITORY):
            self.town.code_host.close(REPOSITORY, pull.number, REVIEWER)
            self.town.code_host.find(REPOSITORY).issue(pull.number).closed_at = now() - dt.timedelta(minutes=10)
        self.tell(f"GitHub  {self._name(PRIYA)} closes the pull request")

    def give_ahead(self, store: Store) -> None:
        """Priya and Olu allow plans ahead, each in their name."""
        for user in (PRIYA, OLU):
            self.type(f"standing give {REPOSITORY} for 1d at most 1", partial(_has_given, store, user), user=user)

    def _taken_out(self, case: Case, title: str) -> None:
        before = len(self._lists())
        self._pressed_on(self.reply_with(case, "Split…"), "Split…")
        picking = self._soon(lambda: self._lists()[before:])
        if picking is None:
            return
        shown = picking[-1]
        places = [number for number, block in enumerate(shown.blocks) if title in str(block)]
        buttons = [each for block in shown.blocks[places[0] :] for each in _buttons(block)]
        self._click(shown.ts, buttons[0])
        drawn = self._soon(
            lambda: [each for each in self._lists() if "Split off" in str(each.blocks) and each.ts >= shown.ts]
        )
        if drawn is not None:
            last = [each for block in drawn[-1].blocks for each in _buttons(block)][-1]
            self._click(drawn[-1].ts, last)

    def _lists(self) -> list[Ephemeral]:
        return [each for each in self.town.workspace.ephemerals(PRIYA) if "pick:" in str(each.blocks)]

    def _click(self, ts: str, button: dict[str, object]) -> None:
        value = button.get("value")
        try:
            self.town.workspace.click(PRIYA, SOLAR, ts, str(button["action_id"]), str(value) if value else None)
        except PersonCannot:
            time.sleep(_LOOK)

    def _soon(self, look: Callable[[], list[Ephemeral]]) -> list[Ephemeral] | None:
        deadline = time.monotonic() + _AGAIN
        while not (seen := look()):
            if time.monotonic() > deadline:
                return None
            time.sleep(_LOOK)
        return seen

    def _until(self, act: Callable[[], None], shown: Callable[[], object], what: str) -> None:
        def done() -> bool:
            if shown():
                return True
            act()
            deadline = time.monotonic() + _AGAIN
            while time.monotonic() < deadline:
                if shown():
                    return True
                time.sleep(_LOOK)
            return False

        self._wait(done, what)

    def _typed(self, user: str, channel: str, words: str) -> None:
        try:
            self.town.workspace.command(user, channel, _COMMAND, words)
        except PersonCannot:  # Slack shows a warning sign while nobody listens
            time.sleep(_LOOK)

    def _pressed_on(self, message: Message | None, label: str, user: str = PRIYA) -> None:
        button = button_of(message, label) if message is not None else None
        if message is None or button is None:
            time.sleep(_LOOK)
            return
        value = button.get("value")
        try:
            self.town.workspace.click(
                user, message.channel, message.ts, str(button["action_id"]), str(value) if value else None
            )
        except PersonCannot:
            time.sleep(_LOOK)


def _has_given(store: Store, user: str) -> bool:
    return any(each.standing.by == user for each in store.standing.listed(now() - dt.timedelta(days=1)))


def _buttons(block: dict[str, Any]) -> list[dict[str, object]]:
    return [each for each in block.get("elements", []) if each.get("type") == "button"]
