"""Slack messages as signals. Slack is not pulled: its events are handed over, and this module only reads them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from agents.terms import Channel
from storage.columns import now
from storage.raw import RawSignal, Severity
from storage.status import Visibility

SOURCE = "slack"
_WRITTEN = frozenset({"", "file_share", "thread_broadcast", "bot_message"})  # subtypes that somebody wrote
_PRIVATE = frozenset({"group", "mpim", "im"})  # channel types
_MOST = 40_000  # characters of text
_ID = 200  # and of anything else
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TS = re.compile(r"\d{9,11}\.\d{1,6}")
_WRAPPED = re.compile(r"<((?:https?://|mailto:|tel:)[^<>\n]{1,3000})>")


class SlackEvent(BaseModel):
    """An event as far as we use it. Whatever else it holds is not kept; what is malformed reads as absent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str = Field(min_length=1, max_length=80)
    subtype: str = ""
    team: str = ""
    user_team: str = ""  # the author's workspace, told when it is another one
    channel: str = ""
    channel_type: str = ""
    user: str = ""
    bot_id: str = ""
    app_id: str = ""
    ts: str = ""
    thread_ts: str = ""
    text: str = ""
    tab: str = ""
    shared: bool = False  # the channel is shared with another workspace

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the body of an events_api delivery. Raises ValidationError when it has no type."""
        event = _object(body.get("event"))
        message = _object(event.get("message"))  # where an edit keeps what it made of the message
        merged = {**event, **{key: value for key, value in message.items() if key not in ("type", "subtype")}}
        if event.get("subtype") == "message_deleted":
            gone = _object(event.get("previous_message"))
            merged |= {"ts": event.get("deleted_ts") or gone.get("ts"), "thread_ts": gone.get("thread_ts")}
        kept = {name: _string(merged.get(name), _ID) for name in cls.model_fields if name not in ("text", "shared")}
        return cls(
            **{
                **kept,
                "type": _string(event.get("type"), _ID),
                "subtype": _string(event.get("subtype"), _ID),
                "channel": _string(event.get("channel"), _ID),
                "team": _string(body.get("team_id"), _ID),
                "text": _text(merged),
                "shared": body.get("is_ext_shared_channel") is True,
            }
        )

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread under another message."""
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def external_id(self) -> str:
        """By what the message is known as a signal."""
        return f"{self.channel}/{self.ts}"

    @property
    def visibility(self) -> Visibility:
        """Who may see it, as far as the event says."""
        return Visibility.PRIVATE if self.channel_type in _PRIVATE else Visibility.PUBLIC


def is_signal(event: SlackEvent, terms: Channel, our_bot: str) -> bool:
    """Whether a message of a watched channel is one: written by people, or by a bot that the policy allows.

    A reply in a thread is none: the thread is one signal.
    """
    if event.subtype not in _WRITTEN or event.is_reply or not event.text.strip() or not _TS.fullmatch(event.ts):
        return False
    if event.bot_id or event.subtype == "bot_message":
        return event.bot_id != our_bot and bool({event.bot_id, event.app_id} & set(terms.allow_bots))
    return bool(event.user)


def raw_signal(event: SlackEvent, visibility: Visibility, *, url: str = "", asked_by: str = "") -> RawSignal:
    """The message as a signal. Raises ValidationError for one whose channel or time is no such thing."""
    return RawSignal(
        source=SOURCE,
        external_id=event.external_id,
        body=words_of(event.text)[:_MOST],
        url=url,
        author=event.user or event.bot_id,
        channel=event.channel,
        thread_ts=event.thread_ts or event.ts,
        visibility=visibility,
        severity=Severity.WARNING,
        happened_at=moment(event.ts),
        asked_by=asked_by,
    )


def words_of(text: str) -> str:
    """What a person typed, without Slack's own writing of it: `<url|label>`, `&lt;`. Mentions and placeholders stay."""
    unwrapped = _WRAPPED.sub(_unwrapped, text)
    return unwrapped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def moment(ts: str) -> dt.datetime:
    """When a message was written; now, if its ts is no time."""
    if not _TS.fullmatch(ts):
        return now()
    return dt.datetime.fromtimestamp(float(ts), dt.UTC)


def _unwrapped(token: re.Match[str]) -> str:
    target, _, label = token[1].partition("|")
    plain = target.removeprefix("mailto:").removeprefix("tel:")
    return plain if not label or label in (target, plain) else f"{label} ({plain})"


def _text(message: Mapping[str, Any]) -> str:
    """The message's words. Tools often leave them empty and write attachments instead."""
    text = _string(message.get("text"), _MOST)
    return text if text.strip() else "\n".join(_attached(message))[:_MOST]


def _attached(message: Mapping[str, Any]) -> Iterator[str]:
    attachments = message.get("attachments")
    for attachment in attachments[:20] if isinstance(attachments, list) else []:
        held = _object(attachment)
        words = [_string(held.get(name), _MOST) for name in ("pretext", "title", "text")]
        yield from filter(None, words if any(words) else [_string(held.get("fallback"), _MOST)])


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _string(value: object, most: int) -> str:
    """A string that every database can hold; empty for anything else."""
    return _UNSTORABLE.sub("", value)[:most] if isinstance(value, str) else ""
