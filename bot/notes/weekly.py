"""Each channel hears once a week what came of its reports: the good and the bad in one line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from agents.hours import is_read, local
from agents.terms import Policy
from bot.notes.notes import DIRECT, alone, may_hear_of_reports, tell
from bot.slack.writer import SlackWriter
from bot.views.week import week
from storage.columns import now
from storage.reports.balance import Balance
from storage.store import Store

EVERY = 3_600.0  # seconds between two looks
WEEK = dt.timedelta(days=7)
_EARLY = dt.timedelta(hours=12)  # a note of Monday at nine is due on the next Monday at seven
_MONDAY = 0


@dataclass(frozen=True)
class WeeklyNotes:
    """Posts the notes, each at most once: that it was told is noted before it is posted."""

    store: Store
    slack: SlackWriter
    policy: Policy
    clock: Callable[[], dt.datetime] = field(default=now)

    def post(self) -> None:
        """Tell each channel on a Monday in which something came of a report. Raises nothing of Slack's."""
        at, zone = self.clock(), self.policy.timezone
        if not self.policy.weekly_notes or local(at, zone).weekday() != _MONDAY or not is_read(at, zone):
            return
        for room, balance in self.store.balances.by_room(at - WEEK).items():
            row = f"week:{room}"  # of a lease, and of a cursor: when the last note was
            with alone(self.store, row) as is_alone:
                if is_alone and not room.startswith(DIRECT) and self._is_due(row, at):
                    self._tell(room, row, balance, at)

    def _is_due(self, row: str, at: dt.datetime) -> bool:
        """Whether the last one is a week ago. The first Monday only begins the count: there is no whole week yet."""
        told = self.store.cursors.get(row).value
        if not told:
            self.store.cursors.advance(row, at.isoformat(), [])
        return bool(told) and dt.datetime.fromisoformat(told) <= at - WEEK + _EARLY

    def _tell(self, room: str, row: str, balance: Balance, at: dt.datetime) -> None:
        if not may_hear_of_reports(self.slack, room):
            return
        cursors = self.store.cursors
        before = cursors.get(row).value
        tell(
            self.slack,
            room,
            week(balance),
            {"note": row, "at": at.isoformat()},
            note=lambda: cursors.advance(row, at.isoformat(), []),
            take_back=lambda: cursors.advance(row, before, []),
        )
