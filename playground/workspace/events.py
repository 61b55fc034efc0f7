"""What the app is told about: events, only those it subscribed to, may read, and can see from where it sits."""

from __future__ import annotations

from typing import Any

from playground.workspace.records import Envelope, EnvelopeType, Json, Message
from playground.workspace.shapes import message_json, view_json
from playground.workspace.state import Channel, State
from playground.workspace.switchboard import Switchboard

TOKEN = "playground-verification-token"  # noqa: S105 - the deprecated field of Slack's payloads; it guards nothing


class Events:
    """Builds each event and hands it to the switchboard. Called with the lock held."""

    def __init__(self, state: State, switchboard: Switchboard) -> None:
        self._state = state
        self._app = state.seed.app
        self._switchboard = switchboard

    def posted(self, message: Message) -> None:
        """A message, and beside it a mention when its text names the bot."""
        channel = self._state.channels[message.channel]
        event = message_json(self._state, message)
        for summary in ("reply_count", "reply_users", "reply_users_count", "latest_reply", "is_locked", "subscribed"):
            event.pop(summary, None)
        root = channel.messages.get(message.thread_ts or "")
        if message.subtype == "thread_broadcast" and root is not None:
            event["root"] = message_json(self._state, root)
        self._message(channel, event | {"event_ts": message.ts})
        if f"<@{self._app.bot_user_id}>" in message.text and message.user != self._app.bot_user_id:
            self._mention(channel, message, event)

    def _mention(self, channel: Channel, message: Message, event: Json) -> None:
        if "app_mentions:read" not in self._app.scopes or channel.is_im:
            return
        kept = (
            "user",
            "ts",
            "client_msg_id",
            "text",
            "team",
            "blocks",
            "thread_ts",
            "parent_user_id",
            "bot_id",
            "files",
            "user_team",
            "source_team",
            "edited",
        )
        mention = {"type": "app_mention"} | {key: event[key] for key in kept if key in event}
        self._in_channel("app_mention", channel, mention | {"channel": channel.id, "event_ts": message.ts})

    def changed(self, message: Message, before: Json) -> None:
        """`before` is the message's JSON as it was."""
        stamp = self._state.stamps.next()
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": message_json(self._state, message),
            "previous_message": before,
            "ts": stamp,
            "event_ts": stamp,
        }
        self._message(self._state.channels[message.channel], event)

    def reworded(self, message: Message, before: Json) -> None:
        """Somebody changed it. A mention in it is told anew each time, with when it was edited."""
        self.changed(message, before)
        if f"<@{self._app.bot_user_id}>" in message.text and message.user != self._app.bot_user_id:
            self._mention(self._state.channels[message.channel], message, message_json(self._state, message))

    def deleted(self, message: Message, before: Json) -> None:
        stamp = self._state.stamps.next()
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "deleted_ts": message.ts,
            "previous_message": before,
            "ts": stamp,
            "event_ts": stamp,
        }
        self._message(self._state.channels[message.channel], event)

    def reacted(self, kind: str, user: str, name: str, message: Message) -> None:
        """`kind` is reaction_added or reaction_removed."""
        if "reactions:read" not in self._app.scopes:
            return
        event = {
            "type": kind,
            "user": user,
            "reaction": name,
            "item_user": message.user,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "event_ts": self._state.stamps.next(),
        }
        self._in_channel(kind, self._state.channels[message.channel], event)

    def joined(self, channel: Channel, user: str, inviter: str | None = None) -> None:
        event: Json = {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": self._state.seed.team.id,
            "event_ts": self._state.stamps.next(),
        }
        if inviter:
            event["inviter"] = inviter
        if f"{channel.scope_prefix}:read" in self._app.scopes:
            self._in_channel("member_joined_channel", channel, event)

    def home_opened(self, user: str) -> Envelope | None:
        view = self._state.home(user)
        stamp = self._state.stamps.next()
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._state.direct(user).id,
            "tab": "home",
            "event_ts": stamp,
        }
        if view:
            event["view"] = view_json(self._state, view)
        return self._send("app_home_opened", event) if "app_home_opened" in self._app.events else None

    def _message(self, channel: Channel, event: Json) -> None:
        subscription = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}[channel.kind]
        if f"{channel.scope_prefix}:history" in self._app.scopes:
            here = {"channel": channel.id, "channel_type": channel.kind}
            self._in_channel(subscription, channel, event | here)

    def _in_channel(self, subscription: str, channel: Channel, event: Json) -> None:
        if subscription in self._app.events and self._app.bot_user_id in channel.members:
            self._send(subscription, event, is_ext_shared=channel.is_ext_shared)

    def _send(self, subscription: str, event: Json, *, is_ext_shared: bool = False) -> Envelope:
        team = self._state.seed.team.id
        payload: dict[str, Any] = {
            "token": TOKEN,
            "team_id": team,
            "context_team_id": team,
            "context_enterprise_id": None,
            "api_app_id": self._app.id,
            "event": event,
            "type": "event_callback",
            "event_id": self._state.fresh_id("Ev"),
            "event_time": int(self._state.clock.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team,
                    "user_id": self._app.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": is_ext_shared,
            "event_context": f"4-{subscription}",
        }
        return self._switchboard.send(EnvelopeType.EVENTS, payload)
