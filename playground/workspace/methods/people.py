"""users.*, bots.*, team.*: who is who."""

from __future__ import annotations

from collections.abc import Mapping

from playground.workspace.core import Core
from playground.workspace.methods.arguments import Args, Method, page
from playground.workspace.methods.conversations import listed
from playground.workspace.problems import SlackError
from playground.workspace.records import Json
from playground.workspace.seed import UserSeed
from playground.workspace.shapes import bot_profile, channel_json, user_json


def _shown(core: Core, user: UserSeed) -> Json:
    return user_json(core.state, user, with_email="users:read.email" in core.app.scopes)


def info(core: Core, args: Args) -> Json:
    return {"user": _shown(core, core.state.user(args.need("user", "user_not_found")))}


def list_(core: Core, args: Args) -> Json:
    users, cursor = page(list(core.state.users.values()), args)
    return {"members": [_shown(core, user) for user in users], "response_metadata": {"next_cursor": cursor}}


def lookup_by_email(core: Core, args: Args) -> Json:
    email = args.need("email", "users_not_found").lower()
    for user in core.state.users.values():
        if (user.email or "").lower() == email and not user.deleted:
            return {"user": _shown(core, user)}
    raise SlackError("users_not_found")


def conversations(core: Core, args: Args) -> Json:
    user = core.state.user(args.text("user") or core.app.bot_user_id)
    channels, cursor = page([c for c in listed(core, args) if user.id in c.members], args)
    return {
        "channels": [channel_json(core.state, channel) for channel in channels],
        "response_metadata": {"next_cursor": cursor},
    }


def bots_info(core: Core, args: Args) -> Json:
    bot_id = args.need("bot", "bot_not_found")
    user = next((u for u in core.state.users.values() if u.bot_id == bot_id), None)
    if user is None:
        raise SlackError("bot_not_found")
    return {"bot": bot_profile(core.state, bot_id) | {"user_id": user.id}}


def team_info(core: Core, args: Args) -> Json:  # noqa: ARG001 - every method has the same signature
    team = core.seed.team
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "url": core.state.address}}


METHODS: Mapping[str, Method] = {
    "users.info": Method(info, ("users:read",)),
    "users.list": Method(list_, ("users:read",)),
    "users.lookupByEmail": Method(lookup_by_email, ("users:read.email",)),
    "users.conversations": Method(conversations),
    "bots.info": Method(bots_info, ("users:read",)),
    "team.info": Method(team_info, ("team:read",)),
}
