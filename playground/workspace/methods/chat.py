"""chat.*: posting, editing, deleting, whispering, linking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from playground.workspace.core import MAX_METADATA, MAX_TEXT, MAX_UPDATE_TEXT, Core
from playground.workspace.methods.arguments import Args, Method, joined, visible
from playground.workspace.problems import SlackError
from playground.workspace.records import Json, Message
from playground.workspace.shapes import message_json
from playground.workspace.state import Channel


def _postable(core: Core, channel_id: str) -> Channel:
    if channel_id in core.state.users:
        return core.state.direct(channel_id)
    channel = visible(core, channel_id)
    if channel.is_archived:
        raise SlackError("is_archived")
    if not channel.is_private and "chat:write.public" in core.app.scopes:
        return channel
    return joined(core, channel_id)


def _content(core: Core, args: Args, longest: int) -> tuple[str, list[Json]]:
    text = args.text("text")
    blocks = core.blocks(args.json("blocks", "invalid_blocks_format"))
    if args.has("attachments") and args.json("attachments"):
        raise SlackError("invalid_attachments", detail="the playground shows blocks, not attachments")
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > longest:
        raise SlackError("msg_too_long")
    return text, blocks


def _metadata(args: Args) -> Json | None:
    value: Any = args.json("metadata", "invalid_metadata_format")
    if value is None or value == {}:
        return None
    kind, payload = (value.get("event_type"), value.get("event_payload")) if isinstance(value, dict) else (None, None)
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(value)) > MAX_METADATA:
        raise SlackError("metadata_too_large")
    return {"event_type": kind, "event_payload": payload}


def post_message(core: Core, args: Args) -> Json:
    channel = _postable(core, args.need("channel", "channel_not_found"))
    core.buckets.take(channel.id)
    text, blocks = _content(core, args, MAX_TEXT)
    message = core.post_as_bot(
        channel,
        text,
        blocks,
        thread_ts=args.text("thread_ts") or None,
        metadata=_metadata(args),
        broadcast=args.flag("reply_broadcast"),
    )
    shown = message_json(core.state, message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(core: Core, args: Args) -> Json:
    channel = joined(core, args.need("channel", "channel_not_found"))
    user = args.need("user", "user_not_in_channel")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = _content(core, args, MAX_TEXT)
    thread_ts = core.root(channel, args.text("thread_ts") or None)
    return {"message_ts": core.whisper(channel.id, user, text, blocks, thread_ts).ts}


def _own(core: Core, args: Args, refusal: str) -> tuple[Channel, Message]:
    channel = visible(core, args.need("channel", "channel_not_found"))
    message = channel.messages.get(args.need("ts", "message_not_found"))
    if message is None or message.subtype == "tombstone":
        raise SlackError("message_not_found")
    if message.bot_id != core.app.bot_id:
        raise SlackError(refusal)
    return channel, message


def update(core: Core, args: Args) -> Json:
    channel, message = _own(core, args, "cant_update_message")
    if channel.is_archived:
        raise SlackError("is_inactive")
    text, blocks = _content(core, args, MAX_UPDATE_TEXT)
    if args.has("metadata"):
        message.metadata = _metadata(args)
    core.rewrite(message, text, blocks, core.app.bot_user_id)
    shown = message_json(core.state, message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown}


def delete(core: Core, args: Args) -> Json:
    channel, message = _own(core, args, "cant_delete_message")
    core.erase(message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(core: Core, args: Args) -> Json:
    channel = visible(core, args.need("channel", "channel_not_found"))
    message = channel.messages.get(args.need("message_ts", "message_not_found"))
    if message is None:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": core.state.permalink(message)}


METHODS: Mapping[str, Method] = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink),
}
