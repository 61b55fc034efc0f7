"""Slack messages as signals. Slack is not pulled: its events are handed over, and this module only reads them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from agents.terms import Channel
from storage.columns import now
from storage.raw import RawSignal, Severity
from storage.status import Visibility

SOURCE = "slack"
_PEOPLE = frozenset({"", "file_share", "thread_broadcast", "bot_message"})  # subtypes that somebody wrote
_MOST = 40_000


class SlackEvent(BaseModel):
    """An event as far as we use it. Whatever else it holds is not kept; what is malformed reads as absent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str = Field(max_length=80)
    subtype: str = ""
    team: str = ""
    channel: str = ""
    user: str = ""
    bot_id: str = ""
    app_id: str = ""
    ts: str = ""
    thread_ts: str = ""
    text: str = ""
    tab: str = ""
    shared: bool = False  # the channel is shared with another workspace

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        """Read the body of an events_api delivery. Raises ValidationError when it has no type."""
        event = body.get("event")
        event = event if isinstance(event, dict) else {}
        inner = event.get("message")
        inner = inner if isinstance(inner, dict) else {}
        merged = {**event, **{key: value for key, value in inner.items() if key not in ("type", "subtype")}}
        if event.get("deleted_ts"):
            merged["ts"] = event["deleted_ts"]
        kept = {key: value[:_MOST] for key, value in merged.items() if isinstance(value, str)}
        kept["team"] = str(body.get("team_id") or "")
        kept["subtype"] = str(event.get("subtype") or "")
        kept["channel"] = str(event.get("channel") or "") if not isinstance(event.get("channel"), dict) else ""
        shared = body.get("is_ext_shared_channel") is True
        return cls.model_validate({**{key: kept[key] for key in kept if key in cls.model_fields}, "shared": shared})

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread under another message."""
        return bool(self.thread_ts) and self.thread_ts != self.ts


def is_signal(event: SlackEvent, terms: Channel, our_bot: str) -> bool:
    """Whether a message of a watched channel is one: written by people, or by a bot that the policy allows."""
    if event.subtype not in _PEOPLE or event.is_reply or not event.text.strip():
        return False
    if event.bot_id or event.subtype == "bot_message":
        return event.bot_id != our_bot and bool({event.bot_id, event.app_id} & set(terms.allow_bots))
    return bool(event.user)


def raw_signal(
    event: SlackEvent, visibility: Visibility, *, url: str = "", asked_by: str = "", occurrence: str = ""
) -> RawSignal:
    """The message as a signal. Raises ValidationError for one without a channel or a time."""
    return RawSignal(
        source=SOURCE,
        external_id=f"{event.channel}/{event.ts}",
        occurrence=occurrence,
        body=event.text,
        url=url,
        author=event.user or event.bot_id,
        channel=event.channel,
        thread_ts=event.ts,
        visibility=visibility,
        severity=Severity.WARNING,
        happened_at=moment(event.ts),
        asked_by=asked_by,
    )


def moment(ts: str) -> dt.datetime:
    """When a message was written; now, if its ts is no time."""
    if not re.fullmatch(r"\d{9,11}\.\d{1,6}", ts):
        return now()
    return dt.datetime.fromtimestamp(float(ts), dt.UTC)
