"""api.*, auth.*, apps.*, blocks.*: the platform itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.workspace.block_check import Place
from playground.workspace.block_rules import MAX_MESSAGE_BLOCKS, check_blocks, check_view
from playground.workspace.core import Core
from playground.workspace.methods.arguments import Args, Method, Token
from playground.workspace.problems import InvalidBlocks, SlackError
from playground.workspace.records import Json


def api_test(core: Core, args: Args) -> Json:  # noqa: ARG001 - every method has the same signature
    if args.has("error"):
        raise SlackError(args.text("error"))
    return {"args": args.values}


def auth_test(core: Core, args: Args) -> Json:  # noqa: ARG001 - every method has the same signature
    return {
        "url": f"{core.seed.team.url or core.state.address}/",
        "team": core.seed.team.name,
        "user": core.app.name,
        "team_id": core.seed.team.id,
        "user_id": core.app.bot_user_id,
        "bot_id": core.app.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(core: Core, args: Args) -> Json:  # noqa: ARG001 - every method has the same signature
    if "connections:write" not in core.app.app_scopes:
        raise SlackError("missing_scope", needed="connections:write", provided=",".join(core.app.app_scopes))
    address = core.state.address.replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={core.switchboard.ticket()}&app_id={core.app.id}"}


def blocks_validate(core: Core, args: Args) -> Json:  # noqa: ARG001 - every method has the same signature
    errors: list[str] = []
    if args.has("view"):
        _refuse(check_view(args.json("view")), "invalid_view")
        return {}
    error, blocks = "invalid_blocks", args.json("blocks")
    if args.has("message"):
        message: Any = args.json("message")
        error, blocks = "invalid_message", message.get("blocks") if isinstance(message, dict) else None
    check_blocks(Place(errors, "/blocks"), blocks, MAX_MESSAGE_BLOCKS)
    _refuse(errors, error)
    return {}


def _refuse(errors: list[str], error: str) -> None:
    if errors:
        raise InvalidBlocks(errors, error)


METHODS: Mapping[str, Method] = {
    "api.test": Method(api_test, token=Token.NONE),
    "auth.test": Method(auth_test),
    "apps.connections.open": Method(connections_open, token=Token.APP),
    "blocks.validate": Method(blocks_validate),
}
