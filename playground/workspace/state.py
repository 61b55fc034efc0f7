"""The rooms of the workspace and what was said in them. Every access holds `lock`."""

from __future__ import annotations

import threading
import time
import uuid
from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from playground.workspace.clock import Clock, Stamps
from playground.workspace.problems import SlackError
from playground.workspace.records import Call, Envelope, Ephemeral, Message, StoredFile, View
from playground.workspace.seed import ChannelSeed, UserSeed, WorkspaceSeed

T = TypeVar("T")
_POLL_SECONDS = 0.05


@dataclass
class Channel:
    """A room: public, private, or a direct conversation (`is_im`) between the app's bot and one person."""

    id: str
    name: str
    members: set[str]
    is_private: bool = False
    is_im: bool = False
    is_ext_shared: bool = False
    is_archived: bool = False
    topic: str = ""
    messages: dict[str, Message] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    threads: dict[str, list[str]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Slack's `channel_type`."""
        if self.is_im:
            return "im"
        return "group" if self.is_private else "channel"

    @property
    def scope_prefix(self) -> str:
        return {"im": "im", "group": "groups", "channel": "channels"}[self.kind]

    def add(self, message: Message) -> None:
        self.messages[message.ts] = message
        insort(self.order, message.ts)
        if message.thread_ts:
            insort(self.threads.setdefault(message.thread_ts, []), message.ts)

    def remove(self, ts: str) -> None:
        message = self.messages.pop(ts)
        self.order.remove(ts)
        if message.thread_ts:
            self.threads[message.thread_ts].remove(ts)

    def all(self) -> list[Message]:
        """Every message, replies too, oldest first."""
        return [self.messages[ts] for ts in self.order]

    def roots(self) -> list[Message]:
        """What the channel itself shows: no replies but those also sent to the channel; oldest first."""
        return [m for m in self.all() if m.thread_ts is None or m.broadcast]

    def replies(self, ts: str) -> list[Message]:
        return [self.messages[reply] for reply in self.threads.get(ts, ())]


class State:
    """Everything the workspace knows; one lock for all of it, and a version that grows with every change."""

    def __init__(self, seed: WorkspaceSeed, clock: Clock) -> None:
        self.seed = seed
        self.clock = clock
        self.stamps = Stamps(clock)
        self.lock = threading.RLock()
        self.address = ""
        app = seed.app
        self.users = {user.id: user for user in seed.users}
        self.users[app.bot_user_id] = UserSeed(app.bot_user_id, app.name, app.name, is_bot=True, bot_id=app.bot_id)
        self.channels = {channel.id: self._room(channel) for channel in seed.channels}
        self.ephemerals: list[Ephemeral] = []
        self.views: dict[str, View] = {}
        self.homes: dict[str, str] = {}
        self.modals: dict[str, list[str]] = {}
        self.files: dict[str, StoredFile] = {}
        self.journal: list[Call | Envelope] = []
        self._changed = threading.Condition()
        self._version = 0
        self._counter = count(1)
        self._run = uuid.uuid4().hex[:6].upper()

    def _room(self, channel: ChannelSeed) -> Channel:
        everybody = [u.id for u in self.users.values() if not (u.deleted or u.is_guest or u.team_id)]
        members = set(everybody if channel.members is None else channel.members)
        return Channel(
            channel.id,
            channel.name,
            members,
            is_private=channel.is_private,
            is_ext_shared=channel.is_ext_shared,
            topic=channel.topic,
        )

    @property
    def version(self) -> int:
        return self._version

    def fresh_id(self, prefix: str) -> str:
        """An id nobody had before, also not in an earlier life of the workspace."""
        return f"{prefix}{self._run}{next(self._counter):05d}"

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock; whoever waits for a change is told afterwards."""
        with self.lock:
            yield
        self.touch()

    def touch(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def wait_for(self, predicate: Callable[[], T], seconds: float, what: str) -> T:
        """The first true answer of `predicate`, which runs without the lock. Raises TimeoutError naming `what`."""
        deadline = time.monotonic() + seconds
        while True:
            seen = self._version
            answer = predicate()
            if answer:
                return answer
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds:g} s for {what}, in vain")
            with self._changed:
                if self._version == seen:
                    self._changed.wait(_POLL_SECONDS)

    def channel(self, channel_id: str) -> Channel:
        """Raises SlackError channel_not_found."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise SlackError("channel_not_found")
        return channel

    def user(self, user_id: str) -> UserSeed:
        """Raises SlackError user_not_found."""
        user = self.users.get(user_id)
        if user is None:
            raise SlackError("user_not_found")
        return user

    def direct(self, user_id: str) -> Channel:
        """The direct conversation of the app's bot with this person, opened when there is none yet."""
        bot = self.seed.app.bot_user_id
        for channel in self.channels.values():
            if channel.is_im and channel.members == {bot, user_id}:
                return channel
        room = Channel(f"D{user_id[1:]}", "", {bot, user_id}, is_private=True, is_im=True)
        self.channels[room.id] = room
        return room

    def permalink(self, message: Message) -> str:
        base = (self.seed.team.url or self.address).rstrip("/")
        link = f"{base}/archives/{message.channel}/p{message.ts.replace('.', '')}"
        if message.thread_ts:
            link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
        return link

    def home(self, user_id: str) -> View | None:
        view_id = self.homes.get(user_id)
        return self.views[view_id] if view_id else None

    def modal(self, user_id: str) -> View | None:
        """The modal on top of this person's screen."""
        stack = self.modals.get(user_id)
        return self.views[stack[-1]] if stack else None
