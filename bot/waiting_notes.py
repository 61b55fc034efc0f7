"""Channels hear what waits for a person for days, once a week at most, and which of their sources fell silent.

Nobody would be told again of a pull request that nobody reviewed, a question, a plan that expired, or a source that
does not answer.
"""

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
from bot.views.home import Listed
from bot.views.waiting import Silent, note
from storage.columns import now
from storage.store import Store

log = structlog.get_logger()

EVERY = 3_600.0  # seconds between two looks
APART = dt.timedelta(days=7)  # two notes in one channel
WAITED, FORGOTTEN = dt.timedelta(days=3), dt.timedelta(days=30)  # told of, and told of no more
SILENT = dt.timedelta(days=1)  # a source that does not answer for so long is told of
_HOURS = range(7, 17)  # UTC, on working days: nobody reads it at night or on a Sunday
_SATURDAY = 5
_ALL = 1_000  # open reports
_DIRECT = "D"  # begins the id of a direct message
_HELD = 60.0  # seconds that a note may take before another worker may post one there


@dataclass(frozen=True)
class WaitingNotes:
    """Posts the notes, each at most once."""

    store: Store
    slack: SlackWriter
    policy: Policy
    clock: Callable[[], dt.datetime] = field(default=now)

    def post(self) -> None:
        """Tell each channel, if its last note is a week ago. Raises nothing of Slack's."""
        at = self.clock().astimezone(dt.UTC)
        if not self.policy.waiting_notes or at.weekday() >= _SATURDAY or at.hour not in _HOURS:
            return
        waiting, silent = self._waiting(at), self._silent(at)
        for room in sorted({*waiting, *silent}):
            row, holder = f"waiting:{room}", secrets.token_hex(8)  # of a lease, and of a cursor: when the last note was
            if not self.store.leases.take(row, holder, _HELD):
                continue
            try:
                lines = waiting.get(room, []) if self._is_due(row, at) else []
                news = [each for each in silent.get(room, []) if self._is_due(_row(each), at, each.since)]
                if lines or news:
                    self._tell(room, lines, news, at)
            finally:
                self.store.leases.release(row, holder)

    def _is_due(self, row: str, at: dt.datetime, since: dt.datetime | None = None) -> bool:
        """Whether it was told of a week ago or never, or not since a moment."""
        value = self.store.cursors.get(row).value
        told = dt.datetime.fromisoformat(value) if value else None
        return told is None or told <= at - APART or (since is not None and told < since)

    def _waiting(self, at: dt.datetime) -> dict[str, list[Listed]]:
        """By the channel of their threads, the longest wait first. One that is not shown there is not told of."""
        rooms: dict[str, list[Listed]] = {}
        between = [each for each in self.store.reports.open(_ALL) if WAITED <= at - each.since < FORGOTTEN]
        ids = [report.id or 0 for report in between]
        urls, came_from = self.store.outbox.permalinks(ids), self.store.reports.came_from(ids)
        for report in sorted(between, key=lambda each: each.since):
            listed = Listed(report, urls.get(report.id or 0, ""), came_from.get(report.id or 0))
            if listed.for_people and listed.url and not report.channel.startswith(_DIRECT):
                rooms.setdefault(report.channel, []).append(listed)
        return rooms

    def _silent(self, at: dt.datetime) -> dict[str, list[Silent]]:
        """By the channel where their reports go."""
        rooms: dict[str, list[Silent]] = {}
        for name, terms in self.policy.sources.items():
            cursor = self.store.cursors.get(name)
            if cursor.rests_since is not None and cursor.rests_since <= at - SILENT:
                rooms.setdefault(terms.report_to, []).append(Silent(name, cursor.rests_since, cursor.trouble))
        return rooms

    def _tell(self, room: str, waiting: list[Listed], silent: list[Silent], at: dt.datetime) -> None:
        """Post the note. That it was is noted before, so that who dies in between does not post it again."""
        try:
            place = self.slack.place(room)
        except SlackDown as error:
            log.info("a note on what waits is posted later", channel=room, error=str(error))
            return
        if place is not None and place.is_shared:
            return  # another workspace reads along, as it may none of our reports
        text, blocks = note(waiting, silent, at)
        rows = [*([f"waiting:{room}"] if waiting else []), *map(_row, silent)]
        before = [self.store.cursors.get(row).value for row in rows]
        self._note(rows, [at.isoformat()] * len(rows))
        try:
            self.slack.post(room, text, blocks, key={"note": rows[0], "at": at.isoformat()})
        except NotMade as error:
            self._note(rows, before)
            log.info("a note on what waits is posted later", channel=room, error=str(error))
        except (SlackDown, SlackRejected) as error:
            log.warning("a note on what waits could not be posted", channel=room, error=str(error))

    def _note(self, rows: list[str], values: list[str]) -> None:
        for row, value in zip(rows, values, strict=True):
            self.store.cursors.advance(row, value, [])


def _row(silent: Silent) -> str:
    """The cursor that says when a channel was told of a source."""
    return f"silent:{silent.name}"
