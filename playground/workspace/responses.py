"""The response address: what an app may still say about an interaction, five times within half an hour."""

from __future__ import annotations

from playground.workspace.core import Core
from playground.workspace.interactivity import ResponseAddress
from playground.workspace.methods.arguments import Args
from playground.workspace.problems import SlackError
from playground.workspace.records import Json, Message


def answer(core: Core, token: str, body: Json) -> Json:
    """Perform one POST to a response address. Raises SlackError."""
    address = core.interactivity.use(token)
    args = Args(body)
    if args.flag("delete_original"):
        _delete(core, address)
        return {}
    text = args.text("text")
    blocks = core.blocks(args.json("blocks", "invalid_blocks_format"))
    if not text and not blocks:
        raise SlackError("no_text")
    if args.flag("replace_original") and (address.message_ts or address.ephemeral):
        _replace(core, address, text, blocks)
    else:
        show(core, address, text, blocks, in_channel=args.text("response_type") == "in_channel")
    return {}


def show(core: Core, address: ResponseAddress, text: str, blocks: list[Json], *, in_channel: bool) -> None:
    """A new message: to one person only, unless the app says in_channel."""
    if in_channel:
        core.post_as_bot(core.state.channel(address.channel), text, blocks, thread_ts=address.thread_ts)
    else:
        core.whisper(address.channel, address.user, text, blocks, address.thread_ts)


def _source(core: Core, address: ResponseAddress) -> Message | None:
    return core.state.channel(address.channel).messages.get(address.message_ts or "")


def _replace(core: Core, address: ResponseAddress, text: str, blocks: list[Json]) -> None:
    message = _source(core, address)
    if address.ephemeral is not None:
        address.ephemeral.text, address.ephemeral.blocks = text, blocks
    elif message is not None and message.bot_id == core.app.bot_id:
        core.rewrite(message, text, blocks, core.app.bot_user_id)


def _delete(core: Core, address: ResponseAddress) -> None:
    message = _source(core, address)
    if address.ephemeral is not None:
        core.state.ephemerals.remove(address.ephemeral)
    elif message is not None and message.bot_id == core.app.bot_id:
        core.erase(message)
