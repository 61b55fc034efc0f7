"""Each channel hears once a week what came of its reports: the good and the bad in one line."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from agents.errors import SlackDown, SlackRejected
from agents.terms import Policy
from bot.slack import SlackWriter
from bot.slack_calls import NotMade
from bot.views.week import week
from storage.balance import Balance
from storage.columns import now
from storage.store import Store

log = structlog.get_logger()

EVERY = 3_600.0  # seconds between two looks
WEEK = dt.timedelta(days=7)
_EARLY = dt.timedelta(hours=12)  # a note of Monday at nine is due on the next Monday at seven
_HOURS = range(7, 17)  # UTC
_MONDAY = 0
_DIRECT = "D"  # begins the id of a direct message
_HELD = 60.0  # seconds that a note may take before another worker may post one there


@dataclass(frozen=True)
class WeeklyNotes:
    """Posts the notes, each at most once: that it was told is noted before it is posted."""

    store: Store
    slack: SlackWriter
    policy: Policy
    clock: Callable[[], dt.datetime] = field(default=now)

    def post(self) -> None:
        """Tell each channel on a Monday in which something came of a report. Raises nothing of Slack's."""
        at = self.clock().astimezone(dt.UTC)
        if not self.policy.weekly_notes or at.weekday() != _MONDAY or at.hour not in _HOURS:
            return
        for room, balance in self.store.balances.by_room(at - WEEK).items():
            row, holder = f"week:{room}", secrets.token_hex(8)  # of a lease, and of a cursor: when the last note was
            if room.startswith(_DIRECT) or not self.store.leases.take(row, holder, _HELD):
                continue
            try:
                if self._is_due(row, at):
                    self._tell(room, row, balance, at)
            finally:
                self.store.leases.release(row, holder)

    def _is_due(self, row: str, at: dt.datetime) -> bool:
        """Whether the last one is a week ago. The first Monday only begins the count: there is no whole week yet."""
        told = self.store.cursors.get(row).value
        if not told:
            self.store.cursors.advance(row, at.isoformat(), [])
        return bool(told) and dt.datetime.fromisoformat(told) <= at - WEEK + _EARLY

    def _tell(self, room: str, row: str, balance: Balance, at: dt.datetime) -> None:
        try:
            place = self.slack.place(room)
        except SlackDown as error:
            log.info("a note on the week is posted later", channel=room, error=str(error))
            return
        if place is not None and place.is_shared:
            return  # another workspace reads along
        text, blocks = week(balance)
        before = self.store.cursors.get(row).value
        self.store.cursors.advance(row, at.isoformat(), [])
        try:
            self.slack.post(room, text, blocks, key={"note": row, "at": at.isoformat()})
        except NotMade as error:
            self.store.cursors.advance(row, before, [])
            log.info("a note on the week is posted later", channel=room, error=str(error))
        except (SlackDown, SlackRejected) as error:
            log.warning("a note on the week could not be posted", channel=room, error=str(error))
