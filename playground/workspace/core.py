"""The parts of a workspace, put together; and how the app's own messages come to be shown."""

from __future__ import annotations

from typing import Any

from playground.rate import Rate
from playground.workspace.block_rules import checked_blocks
from playground.workspace.clock import Clock, PostBuckets
from playground.workspace.events import Events
from playground.workspace.interactivity import Interactivity
from playground.workspace.problems import RateLimited, SlackError
from playground.workspace.records import Ephemeral, Json, Message
from playground.workspace.seed import WorkspaceSeed
from playground.workspace.shapes import message_json
from playground.workspace.state import Channel, State
from playground.workspace.switchboard import Switchboard

MAX_TEXT = 40_000
MAX_UPDATE_TEXT = 4_000
MAX_METADATA = 8_000


class Core:
    """State, clock, events, sockets and interactivity of one workspace. Callers hold `state.lock`."""

    def __init__(self, seed: WorkspaceSeed, clock: Clock) -> None:
        self.seed = seed
        self.app = seed.app
        self.clock = clock
        self.state = State(seed, clock)
        self.switchboard = Switchboard(self.state)
        self.events = Events(self.state, self.switchboard)
        self.interactivity = Interactivity(self.state)
        self.reads = {kind: Rate(seed.rules.reads_per_minute, clock=clock.now) for kind in ("history", "replies")}
        self.buckets = PostBuckets(clock, seed.rules.posts_per_second, seed.rules.post_burst)

    def blocks(self, value: Any) -> list[Json]:
        """Blocks as sent by the app, checked, ids filled in."""
        return checked_blocks(value, self.state.fresh_id)

    def root(self, channel: Channel, ts: str | None) -> str | None:
        """The thread to post into. Raises thread_not_found unless it is a root message of the channel."""
        if not ts:
            return None
        message = channel.messages.get(ts)
        if message is None or message.thread_ts is not None or message.subtype == "tombstone":
            raise SlackError("thread_not_found")
        return ts

    def post(self, message: Message) -> Message:
        """Show a message and tell the app about it."""
        self.state.channels[message.channel].add(message)
        self.events.posted(message)
        return message

    def post_as_bot(
        self,
        channel: Channel,
        text: str,
        blocks: list[Json],
        *,
        thread_ts: str | None = None,
        metadata: Json | None = None,
        broadcast: bool = False,
        files: list[str] | None = None,
    ) -> Message:
        message = Message(
            channel.id,
            self.state.stamps.next(),
            self.app.bot_user_id,
            text,
            blocks,
            thread_ts=self.root(channel, thread_ts),
            bot_id=self.app.bot_id,
            metadata=metadata,
            broadcast=broadcast and thread_ts is not None,
            files=files or [],
        )
        if message.broadcast:
            message.subtype = "thread_broadcast"
        elif message.files:
            message.subtype = "file_share"
        return self.post(message)

    def read(self, kind: str) -> None:
        """Count a look into a history, or a thread. Raises RateLimited."""
        if wait := self.reads[kind].wait():
            raise RateLimited(wait)

    def rewrite(self, message: Message, text: str, blocks: list[Json], by: str) -> None:
        """Give a message a new text and new blocks, and tell the app."""
        before = message_json(self.state, message)
        message.text = text
        message.blocks = blocks
        message.edited_by = by
        message.edited_ts = self.state.stamps.next()
        self.events.reworded(message, before)

    def unfurl(self, message: Message, attachments: list[Json]) -> None:
        """Slack shows a preview of a link, and tells the app as of a change; nobody edited anything."""
        before = message_json(self.state, message)
        message.attachments = attachments
        self.events.changed(message, before)

    def erase(self, message: Message) -> None:
        """Delete a message. A root with replies becomes a tombstone, which is told as a change, until they are gone."""
        before = message_json(self.state, message)
        channel = self.state.channels[message.channel]
        if channel.replies(message.ts):
            message.text = "This message was deleted."
            message.blocks, message.files, message.attachments, message.reactions = [], [], [], {}
            message.user, message.bot_id, message.metadata = "USLACKBOT", None, None
            message.subtype = "tombstone"
            self.events.changed(message, before)
            return
        channel.remove(message.ts)
        self.events.deleted(message, before)
        root = channel.messages.get(message.thread_ts or "")
        if root is not None and root.subtype == "tombstone" and not channel.replies(root.ts):
            self.erase(root)

    def whisper(
        self, channel: str, user: str, text: str, blocks: list[Json], thread_ts: str | None = None
    ) -> Ephemeral:
        """Show something to one person only."""
        ephemeral = Ephemeral(user, channel, self.state.stamps.next(), text, blocks, thread_ts)
        self.state.ephemerals.append(ephemeral)
        return ephemeral
