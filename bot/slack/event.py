"""Slack's events as we read them: typed, bounded, with what is missing or malformed read as absent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.slack.blocks import UNSHOWN, said_in
from storage.raw import clipped, unended
from storage.status import Visibility

CHANGED, DELETED = "message_changed", "message_deleted"
REACTIONS = frozenset({"reaction_added", "reaction_removed"})
_TYPES = {
    "channel": Visibility.PUBLIC,
    "group": Visibility.PRIVATE,
    "mpim": Visibility.PRIVATE,
    "im": Visibility.PRIVATE,
}
MOST = 40_000  # characters of text that are kept
_RAW = 5 * MOST  # that are read, to be redacted and then cut
_ID = 200  # and of anything else
_FILES = 10
_NAME, _PREVIEW = 200, 4_000  # characters of a file's name and of what Slack shows of its text
_UNREADABLE = frozenset({"tombstone", "hidden_by_limit", "file_access"})  # modes of files that are not there for us
_TS = re.compile(r"\d{9,11}\.\d{1,6}")
_CHANNEL = re.compile(r"[A-Z0-9]{2,40}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_FLAGS = ("shared", "gone", "unchanged", "forwarded")


class SlackEvent(BaseModel):
    """An event as far as we use it. Whatever else it holds is not kept; what is malformed reads as absent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str = Field(min_length=1, max_length=80)
    subtype: str = ""
    kind: str = ""  # the subtype of the message itself, where the event tells of a change to it
    team: str = ""
    user_team: str = ""  # the author's workspace, told when it is another one
    channel: str = ""
    channel_type: str = ""
    user: str = ""
    bot_id: str = ""
    app_id: str = ""
    ts: str = ""
    thread_ts: str = ""
    parent_user: str = ""  # who wrote the message that this one answers
    text: str = ""
    files: str = ""  # names, kinds and previews of the files that were shared, a line or more each
    version: str = ""  # a ts that grows with every change to the message
    reaction: str = ""
    item_user: str = ""  # who wrote the message that was reacted to
    tab: str = ""
    inviter: str = ""  # who brought somebody into a channel, where Slack says
    shared: bool = False  # the channel is shared with another workspace
    gone: bool = False  # it tells that the message was deleted
    forwarded: bool = False  # of its words some are another message's, which it passes on
    unchanged: bool = False  # it tells of a change to anything but words and files: a preview of a link, a counter

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the body of an events_api delivery. Raises ValidationError when it has no type."""
        event = _object(body.get("event"))
        subtype = _string(event.get("subtype"), _ID)
        message = _message(event, subtype)
        kept = {name: _string(message.get(name), _ID) for name in cls.model_fields if name not in _FLAGS}
        return cls(
            **{
                **kept,
                "type": _string(event.get("type"), _ID),
                "subtype": subtype,
                "kind": _string(message.get("subtype"), _ID),
                "channel": _string(message.get("channel"), _ID),
                "channel_type": _string(event.get("channel_type"), _ID),
                "team": _string(body.get("team_id"), _ID),
                "user_team": _string(message.get("user_team") or message.get("source_team"), _ID),
                "parent_user": _string(message.get("parent_user_id"), _ID),
                "text": _text(message),
                "files": _files(message),
                "version": _version(event, message, subtype),
                "reaction": _string(event.get("reaction"), _ID).partition("::")[0],  # without the tone of the skin
                "shared": body.get("is_ext_shared_channel") is True,
                "gone": subtype == DELETED or (subtype == CHANGED and message.get("subtype") == "tombstone"),
                "forwarded": _text(message) != _own_words(message),
                "unchanged": subtype == CHANGED and _is_unchanged(event, message),
            }
        )

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread under another message."""
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def is_edited(self) -> bool:
        """Whether it tells of a message that was changed since it was written."""
        return self.version != self.ts

    @property
    def is_placed(self) -> bool:
        """Whether it names a message by its channel and time."""
        thread = not self.thread_ts or _TS.fullmatch(self.thread_ts)
        return bool(_TS.fullmatch(self.ts) and _CHANNEL.fullmatch(self.channel) and thread)

    @property
    def external_id(self) -> str:
        """By what the message is known as a signal."""
        return f"{self.channel}/{self.ts}"

    @property
    def thread(self) -> str:
        """By what the message that begins its thread is known; its own id if it answers none."""
        return f"{self.channel}/{self.thread_ts}" if self.is_reply else self.external_id

    @property
    def visibility(self) -> Visibility | None:
        """Who may see it; None when the event does not say."""
        return _TYPES.get(self.channel_type)


def _message(event: Mapping[str, Any], subtype: str) -> Mapping[str, Any]:
    """The message that an event is about, with the event's channel."""
    channel = {"channel": event.get("channel")}
    if subtype == DELETED:
        gone = _object(event.get("previous_message"))
        return {"ts": event.get("deleted_ts") or gone.get("ts"), "thread_ts": gone.get("thread_ts"), **channel}
    if str(event.get("type")) in REACTIONS:
        item = _object(event.get("item"))
        return {**event, "ts": item.get("ts") if item.get("type") == "message" else "", "channel": item.get("channel")}
    nested = _object(event.get("message"))
    if subtype == CHANGED:
        return {**nested, **channel}
    return {**event, **nested, **channel}


def _version(event: Mapping[str, Any], message: Mapping[str, Any], subtype: str) -> str:
    if subtype == CHANGED or str(event.get("type")) in REACTIONS:
        return _string(event.get("event_ts") or event.get("ts"), _ID)
    return _string(_object(message.get("edited")).get("ts") or message.get("ts"), _ID)


def _is_unchanged(event: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    """Slack tells of a change also when it previews a link or counts a thread's answers."""
    before = _object(event.get("previous_message"))
    same = _text(before) == _text(message) and _files(before) == _files(message)
    return bool(before) and same and message.get("subtype") != "tombstone"


def _text(message: Mapping[str, Any]) -> str:
    """The message's words, and those it forwards. Tools often leave them empty and write attachments or blocks."""
    text = _own_words(message)
    attached = "\n".join(_attached(message, forwarded_only=bool(text.strip())))
    return clipped("\n".join(filter(str.strip, (text, attached))), _RAW)


def _own_words(message: Mapping[str, Any]) -> str:
    text = _string(message.get("text"), _RAW)
    return text if text.strip() not in ("", *UNSHOWN) else _string(said_in(message.get("blocks")), _RAW)


def _attached(message: Mapping[str, Any], *, forwarded_only: bool) -> Iterator[str]:
    """What attachments say. A preview of a link is not what somebody wrote."""
    attachments = message.get("attachments")
    for attachment in attachments[:20] if isinstance(attachments, list) else []:
        held = _object(attachment)
        forwarded = held.get("is_share") is True
        if not forwarded and (forwarded_only or held.get("from_url") or held.get("original_url")):
            continue
        words = [*(_string(held.get(name), _RAW) for name in ("pretext", "title", "text")), *_fields(held)]
        yield from filter(None, words if any(words) else [_instead(held)])


def _fields(attachment: Mapping[str, Any]) -> Iterator[str]:
    """What alerting tools write beside the text: environment, host, how many."""
    fields = attachment.get("fields")
    for field in map(_object, fields[:20] if isinstance(fields, list) else []):
        pair = (_string(field.get(name), _PREVIEW) for name in ("title", "value"))
        yield ": ".join(filter(str.strip, pair))


def _instead(attachment: Mapping[str, Any]) -> str:
    """What an attachment without words of its own says."""
    fallback = _string(attachment.get("fallback"), _RAW)
    return _string(said_in(attachment.get("blocks")), _RAW) or ("" if fallback in UNSHOWN else fallback)


def _files(message: Mapping[str, Any]) -> str:
    """The files that were shared: what they are called, what they are, and what Slack shows of a snippet."""
    files = message.get("files")
    return "\n".join(filter(None, map(_file, files[:_FILES] if isinstance(files, list) else [])))


def _file(shared: object) -> str:
    file = _object(shared)
    if not file or str(file.get("mode")) in _UNREADABLE:
        return ""
    name = _string(file.get("title"), _NAME).strip() or _string(file.get("name"), _NAME).strip() or "without a name"
    kind = next((_string(file.get(key), 80) for key in ("pretty_type", "filetype", "mimetype") if file.get(key)), "")
    preview = _string(file.get("preview"), _PREVIEW).strip()
    if file.get("preview_is_truncated") is True:  # Slack cut it wherever it was
        preview = unended(preview)
    line = f"[file: {name}{', ' if kind else ''}{kind}]"
    return f"{line}\n{preview}" if preview else line


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _string(value: object, most: int) -> str:
    """A string that every database can hold; empty for anything else."""
    return clipped(_UNSTORABLE.sub("", value), most) if isinstance(value, str) else ""
