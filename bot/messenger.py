"""Makes Slack show what the store says: every message of a report is derived from one snapshot of its rows.

No job posts by itself. Drawing is safe to repeat: a message is known by its purpose, one whose post was never answered
is looked for in Slack before it is posted again, and only what changed is edited.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import structlog

from agents.errors import SlackRejected
from agents.terms import Policy
from bot.slack import SlackWriter
from bot.views.escape import link, one_line
from bot.views.limits import cut, within
from bot.views.parts import Drawing, section
from bot.views.report import drawings
from storage.columns import now
from storage.plumbing import OutboxRow
from storage.records import Signal
from storage.snapshot import Snapshot
from storage.status import SignalStatus, Status
from storage.store import Store

log = structlog.get_logger()

_PEN = 30.0  # seconds that one publisher may draw a report, and that a failed drawing waits for the next try
_AGAIN = 10  # how often a drawing begins anew because the rows changed meanwhile
_EARLIER = dt.timedelta(seconds=120)  # clocks differ: a post is looked for from so long before we tried it
SEEN, DONE = "eyes", "white_check_mark"
_PROVEN = "This is fixed, and nothing came back after the merge."


@dataclass(frozen=True)
class SlackMessenger:
    """Draws reports."""

    store: Store
    slack: SlackWriter
    policy: Policy
    clock: Callable[[], dt.datetime] = field(default=now)

    def draw(self, report_id: int, holder: str) -> None:
        """Make Slack agree with the rows, unless somebody else is doing it. Raises SlackDown or SlackRejected.

        When it raises, the pen stays taken for half a minute, so that a Slack that is down is not asked all the time.
        """
        for _ in range(_AGAIN):
            if self.store.outbox.take_pen(report_id, holder, _PEN) is None:
                return
            snapshot = self.store.reports.snapshot(report_id)
            self._draw(snapshot)
            if self.store.outbox.put_pen_down(report_id, holder, snapshot.report.version):
                return

    def _draw(self, snapshot: Snapshot) -> None:
        report = snapshot.report
        rows = self.store.outbox.of_report(report.id or 0)
        root = ""
        refused: SlackRejected | None = None
        for drawing in drawings(snapshot):
            place = root if drawing.in_thread else ""
            try:
                row = self._ensure(report.id or 0, report.channel, place, drawing, rows.get(drawing.purpose))
            except SlackRejected as error:
                refused = refused or error
                if not drawing.in_thread:
                    raise
                continue
            if not drawing.in_thread:
                root = row.ts
            self._shown(snapshot, drawing, row)
        self._tell_reporters(snapshot, root, rows)
        if refused is not None:
            raise refused

    def _ensure(
        self, report_id: int, channel: str, thread_ts: str, drawing: Drawing, row: OutboxRow | None
    ) -> OutboxRow:
        """The message of this purpose, posted, found again, edited or left as it is."""
        drawn = _hash(drawing)
        if row is None or not row.ts:
            return self._post(report_id, channel, thread_ts, drawing, row)
        if row.drawn != drawn:
            try:
                self.slack.update(row.channel, row.ts, drawing.text, drawing.blocks)
            except SlackRejected as error:
                if error.code != "message_not_found":  # somebody deleted it: that is their right
                    self.store.outbox.failed(row.id or 0, str(error))
                    raise
            self.store.outbox.redrawn(row.id or 0, drawn)
        return row

    def _post(self, report_id: int, channel: str, thread_ts: str, drawing: Drawing, row: OutboxRow | None) -> OutboxRow:
        key = {"report": str(report_id), "purpose": drawing.purpose}
        ts = ""
        if row is not None and row.tried_at is not None:  # we tried, and do not know what came of it
            ts = self.slack.find(channel, thread_ts, key, (row.tried_at - _EARLIER).timestamp())
        row = row or self.store.outbox.intend(report_id, drawing.purpose, channel, thread_ts)
        try:
            ts = ts or self.slack.post(channel, drawing.text, drawing.blocks, thread_ts=thread_ts, key=key)
            permalink = "" if drawing.in_thread else self.slack.permalink(channel, ts)
        except SlackRejected as error:
            self.store.outbox.failed(row.id or 0, str(error))
            raise
        self.store.outbox.posted(row.id or 0, ts, _hash(drawing), permalink)
        row.ts, row.permalink = ts, permalink
        return row

    def _shown(self, snapshot: Snapshot, drawing: Drawing, row: OutboxRow) -> None:
        """A plan's time begins when people can see it."""
        kind, _, number = drawing.purpose.partition(":")
        plan = next((each for each in snapshot.plans if kind == "plan" and str(each.revision) == number), None)
        if plan is not None and not plan.posted_ts:
            until = self.clock() + dt.timedelta(seconds=self.policy.waits.approval)
            self.store.plans.shown(snapshot.report.id or 0, plan.revision, row.ts, until)

    def _tell_reporters(self, snapshot: Snapshot, root: str, rows: dict[str, OutboxRow]) -> None:
        """Whoever reported it in Slack hears back: a reaction and a link, and a word when it is proven."""
        report = snapshot.report
        for signal in _from_slack(snapshot.signals):
            if signal.channel == report.channel and signal.thread_ts == root:
                continue
            self._react(report.id or 0, signal, SEEN, rows)
            self._say(report.id or 0, signal, "link", _link_words(snapshot, rows), rows)
            if report.status is Status.RESOLVED:
                self._react(report.id or 0, signal, DONE, rows)
                self._say(
                    report.id or 0, signal, "proven", "This is fixed, and nothing came back after the merge.", rows
                )

    def _react(self, report_id: int, signal: Signal, name: str, rows: dict[str, OutboxRow]) -> None:
        purpose = f"{name}:{signal.id}"
        if purpose in rows and rows[purpose].ts:
            return
        row = self.store.outbox.intend(report_id, purpose, signal.channel, signal.thread_ts)
        try:
            self.slack.react(signal.channel, signal.thread_ts, name)
        except SlackRejected as error:
            log.info("could not react", signal=signal.id, error=str(error))
        self.store.outbox.posted(row.id or 0, signal.thread_ts, name)

    def _say(self, report_id: int, signal: Signal, purpose: str, words: str, rows: dict[str, OutboxRow]) -> None:
        drawing = Drawing(f"{purpose}:{signal.id}", words, [section(words)])
        known = rows.get(drawing.purpose)
        if known is not None and known.ts:
            return
        try:
            self._post(report_id, signal.channel, signal.thread_ts, drawing, known)
        except SlackRejected as error:
            log.info("could not tell the reporter", signal=signal.id, error=str(error))


def _from_slack(signals: Sequence[Signal]) -> Iterator[Signal]:
    for signal in signals:
        if signal.source == "slack" and signal.thread_ts and signal.channel and signal.status is SignalStatus.FILED:
            yield signal


def _link_words(snapshot: Snapshot, rows: dict[str, OutboxRow]) -> str:
    card = rows.get("card")
    title = f"{snapshot.report.ref}: {cut(one_line(snapshot.report.title), 140)}"
    return f"Thanks, I am on it: {link(card.permalink if card else '', title)}"


def _hash(drawing: Drawing) -> str:
    shown = json.dumps([drawing.text, within(drawing.blocks)], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:32]
