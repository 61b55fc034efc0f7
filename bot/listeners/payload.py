"""What we read of buttons, commands and shortcuts: typed, bounded, with what is missing or malformed read as empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from storage.raw import clipped

_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_MOST = 40_000


@dataclass(frozen=True)
class Press:
    """Somebody pressed a button, or chose a shortcut on a message: `ts`, in the thread under `thread_ts` if in one."""

    user: str
    team: str
    channel: str
    ts: str
    thread_ts: str
    action: str = ""
    value: str = ""
    address: str = ""  # where it can be answered for half an hour
    trigger: str = ""  # by which a window can be opened for three seconds
    alone: bool = False  # on a message that nobody else sees

    @classmethod
    def of(cls, body: Mapping[str, Any], action: Mapping[str, Any] | None = None) -> Self:
        """Read a block_actions or message_action payload."""
        user, message, container = (part(body, name) for name in ("user", "message", "container"))
        return cls(
            user=name_of(user.get("id")),
            team=name_of(user.get("team_id")),
            channel=name_of(part(body, "channel").get("id") or container.get("channel_id")),
            ts=name_of(message.get("ts") or container.get("message_ts")),
            thread_ts=name_of(message.get("thread_ts") or container.get("thread_ts")),
            action=words((action or {}).get("action_id")),
            value=words((action or {}).get("value")),
            address=words(body.get("response_url")),
            trigger=name_of(body.get("trigger_id")),
            alone=container.get("is_ephemeral") is True,
        )


@dataclass(frozen=True)
class Typed:
    """Somebody typed a slash command, or said what would be one: `message` is where."""

    user: str
    team: str
    channel: str
    text: str
    trigger: str
    message: str = ""
    address: str = ""  # where it can be answered for half an hour

    @classmethod
    def of(cls, command: Mapping[str, Any]) -> Self:
        """Read a slash command's payload."""
        return cls(
            user=name_of(command.get("user_id")),
            team=name_of(command.get("team_id")),
            channel=name_of(command.get("channel_id")),
            text=words(command.get("text")),
            trigger=words(command.get("trigger_id")),
            address=words(command.get("response_url")),
        )


def part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside another, empty if it is none."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def name_of(value: object) -> str:
    """An id of Slack's; empty if it is none."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def words(value: object) -> str:
    """Text that every database can hold."""
    return clipped(re.sub("[\x00\ud800-\udfff]", "", value), _MOST) if isinstance(value, str) else ""
