"""Channels hear what waits for a person for days, once a week at most, and which of their sources fell silent.

Nobody would be told again of a pull request that nobody reviewed, a question, a plan that expired, or a source that
does not answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agents.hours import is_read
from agents.people.quorum import Quorum, quorum
from agents.terms import Policy
from bot.notes.notes import DIRECT, alone, may_hear_of_reports, tell
from bot.slack.writer import SlackWriter
from bot.views.home import Listed
from bot.views.waiting import Silent, note
from storage.columns import now
from storage.records import Report
from storage.status import Status
from storage.store import Store

EVERY = 3_600.0  # seconds between two looks
APART = dt.timedelta(days=7)  # two notes in one channel
WAITED, FORGOTTEN = dt.timedelta(days=3), dt.timedelta(days=30)  # told of, and told of no more
IN_HAND = dt.timedelta(days=7)  # who works on a report and says nothing for so long is asked whether they still do
SILENT = dt.timedelta(days=1)  # a source that does not answer for so long is told of
_ALL = 1_000  # open reports


@dataclass(frozen=True)
class WaitingNotes:
    """Posts the notes, each at most once."""

    store: Store
    slack: SlackWriter
    policy: Policy
    clock: Callable[[], dt.datetime] = field(default=now)

    def post(self) -> None:
        """Tell each channel, if its last note is a week ago. Raises nothing of Slack's."""
        at = self.clock()
        if not self.policy.waiting_notes or not is_read(at, self.policy.timezone):
            return
        waiting, silent = self._waiting(at), self._silent(at)
        for room in sorted({*waiting, *silent}):
            with alone(self.store, f"waiting:{room}") as is_alone:  # the row of a lease, and of a cursor: the last note
                if is_alone:
                    self._look(room, waiting.get(room, []), silent.get(room, []), at)

    def _look(self, room: str, waiting: list[Listed], silent: list[Silent], at: dt.datetime) -> None:
        lines = waiting if self._is_due(f"waiting:{room}", at) else []
        news = [each for each in silent if self._is_due(_row(each), at, each.since)]
        if (lines or news) and may_hear_of_reports(self.slack, room):
            self._tell(room, lines, news, at)

    def _is_due(self, row: str, at: dt.datetime, since: dt.datetime | None = None) -> bool:
        """Whether it was told of a week ago or never, or not since a moment."""
        value = self.store.cursors.get(row).value
        told = dt.datetime.fromisoformat(value) if value else None
        return told is None or told <= at - APART or (since is not None and told < since)

    def _waiting(self, at: dt.datetime) -> dict[str, list[Listed]]:
        """By the channel of their threads, the longest wait first. One that is not shown there is not told of."""
        rooms: dict[str, list[Listed]] = {}
        every = self.store.reports.open(_ALL)
        quiet = self._in_hand(every, at)
        between = [each for each in every if each.id in quiet or WAITED <= at - each.since < FORGOTTEN]
        ids = [report.id or 0 for report in between]
        by_hand = self.store.fixes.by_hand(ids) if ids else set[int]()
        urls, came_from = self.store.outbox.permalinks(ids), self.store.reports.came_from(ids)
        for report in sorted(between, key=lambda each: each.since):
            url, before = urls.get(report.id or 0, ""), came_from.get(report.id or 0)
            listed = Listed(report, url, before, self._quorum(report), quiet.get(report.id or 0), report.id in by_hand)
            is_told = listed.for_people or listed.in_hand_since is not None
            if is_told and listed.url and not report.channel.startswith(DIRECT):
                rooms.setdefault(report.channel, []).append(listed)
        return rooms

    def _in_hand(self, every: Sequence[Report], at: dt.datetime) -> dict[int, dt.datetime]:
        """Of reports that people have, and of which they said nothing for long: since when."""
        ids = [each.id or 0 for each in every if each.taken_by and each.asleep_since is None]
        takings = self.store.takings.present(ids) if ids else {}
        return {number: each.said_at for number, each in takings.items() if each.said_at <= at - IN_HAND}

    def _quorum(self, report: Report) -> Quorum | None:
        """Of a plan that waits: where some have approved it, the others are asked by name."""
        plan = self.store.plans.latest(report.id or 0) if report.status is Status.AWAITING_APPROVAL else None
        approvals = self.store.plans.approvals(report.id or 0) if plan is not None else []
        return quorum(report, plan, approvals, self.policy) if plan is not None else None

    def _silent(self, at: dt.datetime) -> dict[str, list[Silent]]:
        """By the channel where their reports go."""
        rooms: dict[str, list[Silent]] = {}
        for name, terms in self.policy.sources.items():
            cursor = self.store.cursors.get(name)
            if cursor.rests_since is not None and cursor.rests_since <= at - SILENT:
                rooms.setdefault(terms.report_to, []).append(Silent(name, cursor.rests_since, cursor.trouble))
        return rooms

    def _tell(self, room: str, waiting: list[Listed], silent: list[Silent], at: dt.datetime) -> None:
        rows = [*([f"waiting:{room}"] if waiting else []), *map(_row, silent)]
        before = [self.store.cursors.get(row).value for row in rows]
        tell(
            self.slack,
            room,
            note(waiting, silent, at),
            {"note": rows[0], "at": at.isoformat()},
            note=lambda: self._note(rows, [at.isoformat()] * len(rows)),
            take_back=lambda: self._note(rows, before),
        )

    def _note(self, rows: list[str], values: list[str]) -> None:
        for row, value in zip(rows, values, strict=True):
            self.store.cursors.advance(row, value, [])


def _row(silent: Silent) -> str:
    """The cursor that says when a channel was told of a source."""
    return f"silent:{silent.name}"
