"""What a workspace remembers: messages, ephemerals, views, files, and a journal of all traffic."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


@dataclass
class Message:
    """One message of a channel. `thread_ts` is the root's ts for a reply, None for a root."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    metadata: Json | None = None
    edited_by: str | None = None
    edited_ts: str | None = None
    broadcast: bool = False
    client_msg_id: str | None = None
    files: list[str] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def root_ts(self) -> str:
        return self.thread_ts or self.ts


@dataclass
class Ephemeral:
    """A message that one person sees and nobody can fetch again."""

    user: str
    channel: str
    ts: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None


@dataclass
class View:
    """A modal or a Home tab as one person sees it; `content` is what the app sent, with ids filled in."""

    id: str
    user: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None

    @property
    def is_home(self) -> bool:
        return bool(self.content["type"] == "home")


@dataclass
class StoredFile:
    """An upload; `content` is None until the bytes have arrived, `shared` until it was completed."""

    id: str
    name: str
    length: int
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    is_snippet: bool = False


class EnvelopeType(StrEnum):
    """What travels down a Socket Mode connection to the app."""

    EVENTS = "events_api"
    COMMAND = "slash_commands"
    INTERACTIVE = "interactive"


@dataclass(eq=False)
class Envelope:
    """One delivery to the app, however often it was attempted. Times are seconds since the epoch.

    `envelope_id` is the latest attempt's; `retry_attempt` what that attempt said; `lost` says that it will not be
    tried again although nobody acknowledged it; `settled` is set by the first ack or by the loss.
    """

    type: str
    payload: Json
    created_at: float
    envelope_id: str = ""
    sent: list[float] = field(default_factory=list)
    retry_attempt: int = 0
    acks: int = 0
    acked_at: float | None = None
    answer: Json | None = None
    lost: bool = False
    settled: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def attempts(self) -> int:
        return len(self.sent)

    @property
    def event_id(self) -> str | None:
        found = self.payload.get("event_id")
        return found if isinstance(found, str) else None

    @property
    def label(self) -> str:
        """What the envelope carries, in a word: the event's type, the command, or the interaction's type."""
        event = self.payload.get("event")
        if isinstance(event, dict):
            return ".".join(str(event[key]) for key in ("type", "subtype") if event.get(key))
        return str(self.payload.get("command") or self.payload.get("type") or "?")


@dataclass(eq=False)
class Call:
    """One call of the Web API. `answer` is None until performed; `status` 0 means that no answer was sent."""

    method: str
    args: Json
    at: float
    answer: Json | None = None
    status: int | None = None


@dataclass(frozen=True)
class Delivery:
    """What became of something a person pressed: did the app acknowledge it in time?"""

    envelope_id: str
    acked: bool


@dataclass(frozen=True)
class CommandAnswer:
    """What a person sees at once after a slash command; `error` is Slack's own word when the app did not answer."""

    envelope_id: str
    acked: bool
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    in_channel: bool = False
    error: str | None = None


@dataclass(frozen=True)
class SubmitAnswer:
    """What became of a submitted modal: `errors` by block id keep it open; `view` is what is shown afterwards."""

    envelope_id: str
    acked: bool
    errors: dict[str, str] = field(default_factory=dict)
    view: View | None = None
