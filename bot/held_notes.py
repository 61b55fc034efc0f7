"""Channels hear that signals were held: coalesced, once an hour at most, in no word of the signals."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from agents import rules
from agents.errors import SlackDown, SlackRejected
from agents.terms import Policy
from bot.slack import SlackWriter
from bot.slack_calls import NotMade
from bot.views.quarantine import note
from storage.columns import now
from storage.quarantine import Held
from storage.status import Visibility
from storage.store import Store

log = structlog.get_logger()

EVERY = 60.0  # seconds between two looks
APART = dt.timedelta(hours=1)  # two notes in one channel
_GATHERS = dt.timedelta(seconds=60)  # so that what is held together is told together
_AT_ONCE = 5_000  # signals
_DIRECT = "D"  # begins the id of a direct message: who asked there hears it already
_HELD = 60.0  # seconds that a note may take before another worker may post one there


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
            holder = secrets.token_hex(8)
            if not self.store.leases.take(row, holder, _HELD):
                continue
            try:
                if self._is_due(row, held):
                    self._tell(room, row, held)
            finally:
                self.store.leases.release(row, holder)

    def _by_room(self) -> Mapping[str, list[Held]]:
        """What was told of nowhere yet, by the channel that may hear of it: what is private, in its own."""
        rooms: dict[str, list[Held]] = {}
        for held in self.store.quarantine.untold(_AT_ONCE):
            is_private = held.visibility is Visibility.PRIVATE
            elsewhere = "" if is_private else self.policy.held_notes_to
            room = elsewhere or rules.home_from(held.channel, held.visibility, self.policy)
            rooms.setdefault(room, []).append(held)
        return rooms

    def _is_due(self, row: str, held: Sequence[Held]) -> bool:
        at, last = self.clock(), self.store.cursors.get(row)
        return held[0].received_at <= at - _GATHERS and (not last.value or last.moved_at <= at - APART)

    def _tell(self, room: str, row: str, held: Sequence[Held]) -> None:
        ids = [each.id for each in held]
        self.store.quarantine.noted(ids)
        if not room or room.startswith(_DIRECT):
            return
        text, blocks = note(held)
        try:
            self.slack.post(room, text, blocks, key={"note": row, "last": str(ids[-1])})
        except NotMade as error:
            self.store.quarantine.noted(ids, told=False)
            log.info("a note on what is held is posted later", channel=room, error=str(error))
            return
        except (SlackDown, SlackRejected) as error:
            log.warning("a note on what is held could not be posted", channel=room, held=len(ids), error=str(error))
        self.store.cursors.advance(row, "noted", [])
