"""The arguments of one Web API call, however the client wrote them; and what a method is."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from playground.workspace.core import Core
from playground.workspace.problems import SlackError
from playground.workspace.records import Json
from playground.workspace.state import Channel

T = TypeVar("T")


class Token(StrEnum):
    """Which token a method wants."""

    BOT = "bot"
    APP = "app"
    NONE = "none"


@dataclass(frozen=True)
class Args:
    """Query, form and JSON body merged; nested values may still be JSON strings."""

    values: Json

    def text(self, name: str) -> str:
        """A string, "" when absent."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def need(self, name: str, error: str = "invalid_arguments") -> str:
        """A string that must be there. Raises SlackError."""
        if not (value := self.text(name)):
            raise SlackError(error, response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.text(name).lower()
        return default if not value else value in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        """An integer from 1 to `most`. Raises SlackError."""
        value = self.text(name)
        if not value:
            return default
        if not value.isdigit() or not 1 <= int(value) <= most:
            raise SlackError("invalid_limit" if name == "limit" else "invalid_arguments")
        return int(value)

    def has(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """A nested value. Raises SlackError when it is a string that is not JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as unreadable:
            raise SlackError(error) from unreadable


@dataclass(frozen=True)
class Method:
    """One method of the Web API: what it does, what it needs."""

    perform: Callable[[Core, Args], Json]
    scopes: tuple[str, ...] = ()
    token: Token = Token.BOT


def demand_scopes(core: Core, *needed: str) -> None:
    """Raises missing_scope."""
    missing = [scope for scope in needed if scope not in core.app.scopes]
    if missing:
        raise SlackError("missing_scope", needed=missing[0], provided=",".join(core.app.scopes))


def visible(core: Core, channel_id: str) -> Channel:
    """A channel the bot may know of: private ones only from inside. Raises channel_not_found."""
    channel = core.state.channel(channel_id)
    if channel.is_private and core.app.bot_user_id not in channel.members:
        raise SlackError("channel_not_found")
    return channel


def joined(core: Core, channel_id: str) -> Channel:
    """A channel the bot is in. Raises channel_not_found or not_in_channel."""
    channel = visible(core, channel_id)
    if core.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def page(items: Sequence[T], args: Args, *, default: int = 100, most: int = 999) -> tuple[list[T], str]:
    """One page of the items and the cursor of the next, "" at the end. Raises invalid_cursor."""
    start = 0
    if cursor := args.text("cursor"):
        try:
            start = int(base64.urlsafe_b64decode(cursor.encode()).decode().removeprefix("next:"))
        except (ValueError, binascii.Error) as unreadable:
            raise SlackError("invalid_cursor") from unreadable
    end = start + args.number("limit", default, most)
    following = base64.urlsafe_b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return list(items[start:end]), following
