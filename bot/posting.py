"""One effect in Slack, made once: its outbox row is written before the call and completed after it.

A row without a ts is a post that was never answered. It may have been made, so it is looked for first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog
from slack_sdk.models.blocks import Block

from agents.errors import SlackRejected
from bot.slack.calls import NotMade
from bot.slack.writer import SlackWriter
from bot.views.drawing import Drawing, Effect, Reaction, Spot, Upload, Whisper
from bot.views.escape import one_line, plain
from bot.views.limits import TEXT
from storage.outbox import Outbox, Told
from storage.plumbing import OutboxRow

T = TypeVar("T")

log = structlog.get_logger()

PEN = 60.0  # seconds that one publisher may draw a report without a sign of life; longer than any one call takes
_EARLIER = dt.timedelta(seconds=120)  # clocks differ: a post is looked for from so long before we first tried it
_GONE = frozenset(
    {"message_not_found", "thread_not_found", "cannot_reply_to_message"}
)  # it was deleted: that is anybody's right
_UNCHANGEABLE = _GONE | {"cant_update_message", "edit_window_closed"}  # another app of ours posted it, or long ago
_REFUSED_BLOCKS = frozenset({
    "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "too_many_blocks",
    "invalid_arguments",
})  # fmt: skip


class PenLost(Exception):
    """Another publisher draws the report now; this one must not touch Slack any more."""


@dataclass
class Pen:
    """The right to draw a report, which one publisher has at a time."""

    outbox: Outbox
    report_id: int
    holder: str

    def take(self) -> bool:
        """Whether it is ours now."""
        return self.outbox.take_pen(self.report_id, self.holder, PEN) is not None

    def hold(self) -> None:
        """Show that we are alive, before each call. Raises PenLost."""
        if not self.take():
            raise PenLost

    def keep(self, seconds: float) -> None:
        """Let nobody else draw for a while: Slack is to be left alone."""
        self.outbox.take_pen(self.report_id, self.holder, seconds)

    def put_down(self, version: int, told: Told) -> bool:
        """Say which version was drawn, and what reporters were told; whether it is the newest."""
        return self.outbox.put_pen_down(self.report_id, self.holder, version, told)


@dataclass
class Posting:
    """Makes Slack show effects of one report."""

    outbox: Outbox
    slack: SlackWriter
    pen: Pen
    rows: dict[str, OutboxRow]

    def ensure(self, effect: Effect, thread: Spot) -> None:
        """Make it so. What somebody deleted stays deleted. Raises SlackDown, SlackRejected or PenLost."""
        try:
            match effect:
                case Drawing(past=True) if effect.purpose not in self.rows:
                    return
                case Drawing(under=under):
                    self.message(effect, under or thread)
                case Upload():
                    self._upload(effect, thread)
                case Reaction():
                    self._react(effect)
                case Whisper():
                    self._whisper(effect)
        except SlackRejected as error:
            if error.code not in _GONE:
                raise
            log.info("what it belongs to was deleted", report=self.pen.report_id, purpose=effect.purpose)

    def message(self, drawing: Drawing, place: Spot) -> OutboxRow:
        """Post it under `place` (in the channel itself if that has no ts), find it again, edit it or leave it."""
        drawn = _hash(drawing)
        row = self.rows.get(drawing.purpose)
        if row is None or not row.ts:
            return self._post(drawing, place, row, drawn)
        if row.drawn != drawn:
            self._update(drawing, row, drawn)
        return row

    def _post(self, drawing: Drawing, place: Spot, row: OutboxRow | None, drawn: str) -> OutboxRow:
        key = {"report": str(self.pen.report_id), "purpose": drawing.purpose}
        text = plain(one_line(drawing.text), TEXT)
        ts = self._found(row, lambda oldest: self.slack.find(place.channel, place.ts, key, oldest))
        row = row or self.outbox.intend(self.pen.report_id, drawing.purpose, place.channel, place.ts)
        if not ts:
            ts = self._try(
                row,
                drawing,
                lambda blocks: self.slack.post(place.channel, text, blocks, thread_ts=place.ts, key=key),
            )
        address = self.slack.address(place.channel, ts, place.ts)
        return self._posted(row, ts, drawn, address)

    def _update(self, drawing: Drawing, row: OutboxRow, drawn: str) -> None:
        text = plain(one_line(drawing.text), TEXT)
        try:
            self._try(row, drawing, lambda blocks: self.slack.update(row.channel, row.ts, text, blocks))
        except SlackRejected as error:  # the rest of the thread is to be told all the same
            if error.code not in _UNCHANGEABLE:
                raise
            log.info("it stays as it is", report=self.pen.report_id, purpose=drawing.purpose, error=str(error))
        self.outbox.redrawn(row.id or 0, drawn)

    def _upload(self, upload: Upload, thread: Spot) -> None:
        row = self.rows.get(upload.purpose)
        if row is not None and row.ts:
            return
        name = upload.files[0].name
        ts = self._found(row, lambda oldest: self.slack.find_file(thread.channel, thread.ts, name, oldest))
        row = row or self.outbox.intend(self.pen.report_id, upload.purpose, thread.channel, thread.ts)
        if not ts:
            self.pen.hold()
            ts = self.slack.upload(thread.channel, thread.ts, upload.comment, upload.files)
        self._posted(row, ts, "")

    def _react(self, reaction: Reaction) -> None:
        """Slack itself knows a reaction again. One that it refuses is not worth another try."""
        row = self.rows.get(reaction.purpose)
        if row is not None and row.ts:
            return
        row = row or self.outbox.intend(self.pen.report_id, reaction.purpose, reaction.on.channel, reaction.on.ts)
        self.pen.hold()
        try:
            self.slack.react(reaction.on.channel, reaction.on.ts, reaction.name)
        except SlackRejected as error:
            log.info("could not react", report=self.pen.report_id, purpose=reaction.purpose, error=str(error))
        self._posted(row, f"reaction {reaction.name}", "")

    def _whisper(self, whisper: Whisper) -> None:
        """One that was tried is not tried again, unless it certainly was not made. Whoever cannot hear it is let be."""
        row = self.rows.get(whisper.purpose)
        if row is not None and (row.ts or row.tried_at is not None):
            return
        self.pen.hold()
        row = self.outbox.intend(self.pen.report_id, whisper.purpose, whisper.channel)
        text = plain(one_line(whisper.text), TEXT)
        try:
            self.slack.whisper(whisper.channel, whisper.user, text, blocks=whisper.blocks)
        except NotMade:
            self.outbox.withdraw(row.id or 0)
            raise
        except SlackRejected as error:
            log.info("could not whisper", report=self.pen.report_id, purpose=whisper.purpose, error=str(error))
        self._posted(row, "whisper", "")

    def _found(self, row: OutboxRow | None, look: Callable[[float], str]) -> str:
        """The ts of what an earlier, unanswered try may have made; empty if nothing is there or nothing was tried."""
        if row is None or row.tried_at is None:
            return ""
        self.pen.hold()
        return look((row.tried_at - _EARLIER).timestamp())

    def _try(self, row: OutboxRow, drawing: Drawing, send: Callable[[Sequence[Block]], T]) -> T:
        """Send the blocks. Ones that Slack refuses are a defect of ours: people get the words all the same."""
        self.pen.hold()
        try:
            return send(drawing.blocks)
        except SlackRejected as error:
            self.outbox.failed(row.id or 0, str(error))
            if error.code not in _REFUSED_BLOCKS:
                raise
            log.exception("blocks were refused", report=self.pen.report_id, purpose=drawing.purpose)
        return send(())

    def _posted(self, row: OutboxRow, ts: str, drawn: str, address: str = "") -> OutboxRow:
        self.outbox.posted(row.id or 0, ts, drawn, address)
        row.ts, row.drawn, row.permalink = ts, drawn, address
        self.rows[row.purpose] = row
        return row


def _hash(drawing: Drawing) -> str:
    shown = json.dumps([drawing.text, [block.to_dict() for block in drawing.blocks]], sort_keys=True)
    return hashlib.sha256(shown.encode(errors="replace")).hexdigest()[:32]
