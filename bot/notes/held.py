"""Channels hear that signals were held: coalesced, once an hour at most, in no word of the signals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agents import rules
from agents.terms import Policy
from bot.notes.notes import DIRECT, alone, tell
from bot.slack.writer import SlackWriter
from bot.views.quarantine import note
from storage.columns import now
from storage.signals.quarantine import Held
from storage.status import Visibility
from storage.store import Store

EVERY = 60.0  # seconds between two looks
APART = dt.timedelta(hours=1)  # two notes in one channel
_GATHERS = dt.timedelta(seconds=60)  # so that what is held together is told together
_AT_ONCE = 5_000  # signals


@dataclass(frozen=True)
class HeldNotes:
    """Posts the notes, each at most once: what it tells of is noted before it is posted."""

    store: Store
    slack: SlackWriter
    policy: Policy
    clock: Callable[[], dt.datetime] = field(default=now)

    def post(self) -> None:
        """Tell each channel of what was held since its last note, if that is an hour ago. Raises nothing of Slack's."""
        if not self.policy.held_notes:
            return
        for room, held in self._by_room().items():
            row = f"held:{room}"  # of a lease, and of a cursor that says when the last note was
            with alone(self.store, row) as is_alone:
                if is_alone and self._is_due(row, held):
                    self._tell(room, row, held)

    def _by_room(self) -> Mapping[str, list[Held]]:
        """What was told of nowhere yet, by the channel that may hear of it: what is private, in its own."""
        rooms: dict[str, list[Held]] = {}
        for held in self.store.quarantine.untold(_AT_ONCE):
            is_private = held.visibility is Visibility.PRIVATE
            elsewhere = "" if is_private else self.policy.held_notes_to
            room = elsewhere or rules.home_from(held.channel, held.visibility, self.policy, held.source)
            rooms.setdefault(room, []).append(held)
        return rooms

    def _is_due(self, row: str, held: Sequence[Held]) -> bool:
        at, last = self.clock(), self.store.cursors.get(row)
        return held[0].received_at <= at - _GATHERS and (not last.value or last.moved_at <= at - APART)

    def _tell(self, room: str, row: str, held: Sequence[Held]) -> None:
        ids = [each.id for each in held]
        if not room or room.startswith(DIRECT):  # who asked there hears it already
            self.store.quarantine.noted(ids)
            return
        told = tell(
            self.slack,
            room,
            note(held),
            {"note": row, "last": str(ids[-1])},
            note=lambda: self.store.quarantine.noted(ids),
            take_back=lambda: self.store.quarantine.noted(ids, told=False),
        )
        if told:
            self.store.cursors.advance(row, "noted", [])
