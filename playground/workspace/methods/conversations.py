"""conversations.*: channels, who is in them, and what was said there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playground.workspace.core import Core
from playground.workspace.methods.arguments import Args, Method, demand_scopes, joined, page, visible
from playground.workspace.problems import SlackError
from playground.workspace.records import Json, Message
from playground.workspace.shapes import channel_json, message_json
from playground.workspace.state import Channel

KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
SCOPE_OF_KIND = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}


def listed(core: Core, args: Args) -> list[Channel]:
    """The channels of the kinds asked for that the bot may know of. Raises invalid_types or missing_scope."""
    names = [name.strip() for name in (args.text("types") or "public_channel").split(",")]
    if set(names) - set(KINDS):
        raise SlackError("invalid_types")
    kinds = {KINDS[name] for name in names}
    demand_scopes(core, *(SCOPE_OF_KIND[kind] for kind in sorted(kinds)))
    bot = core.app.bot_user_id
    return [c for c in core.state.channels.values() if c.kind in kinds and (not c.is_private or bot in c.members)]


def list_(core: Core, args: Args) -> Json:
    channels, cursor = page(listed(core, args), args)
    return {
        "channels": [channel_json(core.state, channel) for channel in channels],
        "response_metadata": {"next_cursor": cursor},
    }


def info(core: Core, args: Args) -> Json:
    channel = visible(core, args.need("channel", "channel_not_found"))
    demand_scopes(core, f"{channel.scope_prefix}:read")
    return {"channel": channel_json(core.state, channel)}


def members(core: Core, args: Args) -> Json:
    channel = visible(core, args.need("channel", "channel_not_found"))
    demand_scopes(core, f"{channel.scope_prefix}:read")
    ids, cursor = page(sorted(channel.members), args)
    return {"members": ids, "response_metadata": {"next_cursor": cursor}}


def join(core: Core, args: Args) -> Json:
    channel = visible(core, args.need("channel", "channel_not_found"))
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if core.app.bot_user_id not in channel.members:
        channel.members.add(core.app.bot_user_id)
        core.events.joined(channel, core.app.bot_user_id)
    return {"channel": channel_json(core.state, channel)}


def open_(core: Core, args: Args) -> Json:
    if args.has("channel"):
        return {"channel": channel_json(core.state, joined(core, args.text("channel")))}
    users = [user.strip() for user in args.need("users").split(",")]
    if len(users) != 1:
        raise SlackError("not_implemented", detail="the playground opens direct conversations with one person")
    channel = core.state.direct(core.state.user(users[0]).id)
    return {"channel": channel_json(core.state, channel)}


def _between(messages: Sequence[Message], args: Args) -> list[Message]:
    oldest, latest = float(args.text("oldest") or 0), float(args.text("latest") or "inf")
    if args.flag("inclusive"):
        return [m for m in messages if oldest <= float(m.ts) <= latest]
    return [m for m in messages if oldest < float(m.ts) < latest]


def _readable(core: Core, args: Args) -> Channel:
    channel = joined(core, args.need("channel", "channel_not_found"))
    demand_scopes(core, f"{channel.scope_prefix}:history")
    return channel


def _answer(core: Core, messages: list[Message], args: Args, cursor: str) -> Json:
    with_metadata = args.flag("include_all_metadata")
    return {
        "messages": [message_json(core.state, m, with_metadata=with_metadata) for m in messages],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def history(core: Core, args: Args) -> Json:
    """Newest first, without replies."""
    core.read("history")
    channel = _readable(core, args)
    try:
        found = _between(channel.roots(), args)
    except ValueError as unreadable:
        raise SlackError("invalid_ts_latest") from unreadable
    messages, cursor = page(found[::-1], args)
    return _answer(core, messages, args, cursor) | {"pin_count": 0}


def replies(core: Core, args: Args) -> Json:
    """The root, then its replies, oldest first; of a reply's ts that reply alone, as Slack answers."""
    core.read("replies")
    channel = _readable(core, args)
    root = channel.messages.get(args.need("ts", "thread_not_found"))
    if root is None:
        raise SlackError("thread_not_found")
    if root.thread_ts is not None:
        return _answer(core, [root], args, "")
    try:
        found = _between(channel.replies(root.ts), args)
    except ValueError as unreadable:
        raise SlackError("invalid_ts_latest") from unreadable
    messages, cursor = page([root, *found], args, default=999)
    return _answer(core, messages, args, cursor)


METHODS: Mapping[str, Method] = {
    "conversations.list": Method(list_),
    "conversations.info": Method(info),
    "conversations.members": Method(members),
    "conversations.join": Method(join, ("channels:join",)),
    "conversations.open": Method(open_, ("im:write",)),
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
}
