"""reactions.*: small marks on messages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playground.workspace.core import Core
from playground.workspace.methods.arguments import Args, Method, demand_scopes, joined, visible
from playground.workspace.problems import SlackError
from playground.workspace.records import Json, Message
from playground.workspace.shapes import message_json

NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def _name(args: Args) -> str:
    name = args.text("name").strip(":")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name")
    return name


def _target(core: Core, args: Args) -> Message:
    channel = joined(core, args.need("channel", "channel_not_found"))
    message = channel.messages.get(args.need("timestamp", "no_item_specified"))
    if message is None:
        raise SlackError("message_not_found")
    return message


def put(core: Core, message: Message, user: str, name: str) -> None:
    """Raises already_reacted."""
    users = message.reactions.setdefault(name, [])
    if user in users:
        raise SlackError("already_reacted")
    users.append(user)
    core.events.reacted("reaction_added", user, name, message)


def take(core: Core, message: Message, user: str, name: str) -> None:
    """Raises no_reaction."""
    users = message.reactions.get(name, [])
    if user not in users:
        raise SlackError("no_reaction")
    users.remove(user)
    if not users:
        del message.reactions[name]
    core.events.reacted("reaction_removed", user, name, message)


def add(core: Core, args: Args) -> Json:
    put(core, _target(core, args), core.app.bot_user_id, _name(args))
    return {}


def remove(core: Core, args: Args) -> Json:
    take(core, _target(core, args), core.app.bot_user_id, _name(args))
    return {}


def get(core: Core, args: Args) -> Json:
    channel = visible(core, args.need("channel", "channel_not_found"))
    demand_scopes(core, f"{channel.scope_prefix}:history")
    message = channel.messages.get(args.need("timestamp", "no_item_specified"))
    if message is None:
        raise SlackError("message_not_found")
    return {"type": "message", "channel": channel.id, "message": message_json(core.state, message)}


METHODS: Mapping[str, Method] = {
    "reactions.add": Method(add, ("reactions:write",)),
    "reactions.remove": Method(remove, ("reactions:write",)),
    "reactions.get": Method(get, ("reactions:read",)),
}
