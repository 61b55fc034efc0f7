"""What people do with messages: say, edit, delete, react, come and go."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeVar

from playground.workspace.core import Core
from playground.workspace.methods.reactions import put, take
from playground.workspace.problems import PersonCannot, SlackError
from playground.workspace.records import Message, StoredFile
from playground.workspace.seed import UserSeed
from playground.workspace.state import Channel
from playground.workspace.wording import rich_text, typed

T = TypeVar("T")


class People:
    """Everything raises PersonCannot with a sentence when Slack would not let this person do it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._state = core.state

    def person(self, user_id: str) -> UserSeed:
        user = self._state.users.get(user_id)
        if user is None:
            raise PersonCannot(f"{user_id} is nobody in this workspace")
        if user.id == self._core.app.bot_user_id:
            raise PersonCannot(f"{user_id} is the app's bot: it acts through the Web API, not as a person")
        if user.deleted:
            raise PersonCannot(f"{user.display} has been deactivated and can do nothing in Slack")
        return user

    def seen(self, user_id: str, channel_id: str) -> Channel:
        """A channel this person can look into."""
        user = self.person(user_id)
        channel = self._state.channels.get(channel_id)
        if channel is None:
            raise PersonCannot(f"there is no channel {channel_id}")
        closed = channel.is_private or user.is_guest or user.team_id is not None
        if closed and user_id not in channel.members:
            raise PersonCannot(f"{user.display} cannot see #{channel.name}: they are not a member")
        return channel

    def inside(self, user_id: str, channel_id: str) -> Channel:
        """A channel this person is a member of."""
        channel = self.seen(user_id, channel_id)
        if user_id not in channel.members:
            raise PersonCannot(
                f"{self.person(user_id).display} is not a member of #{channel.name} and must join it first"
            )
        return channel

    def message(self, channel: Channel, ts: str) -> Message:
        message = channel.messages.get(ts)
        if message is None or message.subtype == "tombstone":
            raise PersonCannot(f"there is no message {ts} in #{channel.name}")
        return message

    def say(
        self,
        user_id: str,
        channel_id: str,
        text: str,
        thread_ts: str | None = None,
        ts: str | None = None,
        *,
        broadcast: bool = False,
    ) -> str:
        """Post a message, or a reply, which `broadcast` shows in the channel too."""
        if not text.strip():
            raise PersonCannot("a message needs some text")
        with self._state.changing():
            message = self._written(user_id, channel_id, text, thread_ts, ts)
            if broadcast and message.thread_ts is None:
                raise PersonCannot("only a reply can also be sent to the channel")
            if broadcast:
                message.broadcast, message.subtype = True, "thread_broadcast"
            return self._core.post(message).ts

    def share(self, user_id: str, channel_id: str, file: StoredFile, text: str, thread_ts: str | None = None) -> str:
        """Share a file, with or without words."""
        with self._state.changing():
            message = self._written(user_id, channel_id, text, thread_ts, None)
            self._state.files[file.id] = file
            message.files, message.subtype = [file.id], "file_share"
            return self._core.post(message).ts

    def _written(self, user_id: str, channel_id: str, text: str, thread_ts: str | None, ts: str | None) -> Message:
        channel = self.inside(user_id, channel_id)
        user = self._state.users[user_id]
        if ts is not None and ts in channel.messages:
            raise PersonCannot(f"there is a message {ts} in #{channel.name} already")
        if ts is not None:
            self._state.stamps.take(ts)
        stored = typed(text, self._state.users.values())
        return Message(
            channel.id,
            ts or self._state.stamps.next(),
            user_id,
            stored,
            rich_text(stored, self._state.fresh_id("b")),
            thread_ts=self._thread(channel, thread_ts),
            bot_id=user.bot_id if user.is_bot else None,
            client_msg_id=None if user.is_bot else str(uuid.uuid4()),
        )

    def _thread(self, channel: Channel, thread_ts: str | None) -> str | None:
        try:
            return self._core.root(channel, thread_ts)
        except SlackError as error:
            raise PersonCannot(f"{thread_ts} is no message that starts a thread in #{channel.name}") from error

    def _own(self, user_id: str, channel_id: str, ts: str) -> Message:
        channel = self.inside(user_id, channel_id)
        message = self.message(channel, ts)
        if message.user != user_id:
            raise PersonCannot(f"{self.person(user_id).display} did not write {ts} and cannot change it")
        return message

    def edit(self, user_id: str, channel_id: str, ts: str, text: str) -> None:
        with self._state.changing():
            message = self._own(user_id, channel_id, ts)
            stored = typed(text, self._state.users.values())
            self._core.rewrite(message, stored, rich_text(stored, self._state.fresh_id("b")), user_id)

    def delete(self, user_id: str, channel_id: str, ts: str) -> None:
        with self._state.changing():
            self._core.erase(self._own(user_id, channel_id, ts))

    def react(self, user_id: str, channel_id: str, ts: str, name: str) -> None:
        self._mark(user_id, channel_id, ts, lambda m: put(self._core, m, user_id, name.strip(":")))

    def unreact(self, user_id: str, channel_id: str, ts: str, name: str) -> None:
        self._mark(user_id, channel_id, ts, lambda m: take(self._core, m, user_id, name.strip(":")))

    def _mark(self, user_id: str, channel_id: str, ts: str, do: Callable[[Message], T]) -> T:
        with self._state.changing():
            message = self.message(self.inside(user_id, channel_id), ts)
            try:
                return do(message)
            except SlackError as error:
                raise PersonCannot(f"Slack refuses the reaction: {error.error}") from error

    def join(self, user_id: str, channel_id: str) -> None:
        with self._state.changing():
            channel = self.seen(user_id, channel_id)
            if user_id not in channel.members:
                channel.members.add(user_id)
                self._core.events.joined(channel, user_id)

    def invite(self, user_id: str, channel_id: str, invited: str) -> None:
        """Bring somebody, or the app's bot, into a channel one is in."""
        with self._state.changing():
            channel = self.inside(user_id, channel_id)
            if invited not in self._state.users:
                raise PersonCannot(f"{invited} is nobody in this workspace")
            if invited not in channel.members:
                channel.members.add(invited)
                self._core.events.joined(channel, invited, user_id)
