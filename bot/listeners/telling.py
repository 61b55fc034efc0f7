"""Tells one person something, at most once, and never so that what was done is undone or done again for it."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from slack_sdk.models.blocks import Block

from agents.errors import SlackRejected
from bot.listeners.deps import Deps
from bot.listeners.payload import Press
from bot.slack.answering import answer_at
from bot.slack.event import SlackEvent

log = structlog.get_logger()


def reply_to(event: SlackEvent, text: str, deps: Deps, blocks: Sequence[Block] = ()) -> None:
    """Tell who wrote it, where they wrote it. Raises SlackDown; then the event waits and is dealt with again."""
    tell(event.channel, event.user, text, deps, thread_ts=event.thread_ts, blocks=blocks)


def answer_press(press: Press, text: str, deps: Deps, blocks: Sequence[Block] = ()) -> None:
    """Tell who pressed, where they pressed. Raises SlackDown."""
    tell(press.channel, press.user, text, deps, thread_ts=press.thread_ts, blocks=blocks, address=press.address)


def tell(
    channel: str,
    user: str,
    text: str,
    deps: Deps,
    *,
    thread_ts: str = "",
    blocks: Sequence[Block] = (),
    address: str = "",
) -> None:
    """Tell one person in a channel; where Slack refuses that, at the address that came with what they did.

    That may be anything: the bot is no member, only admins may post, the channel was archived. What the person did
    counts all the same, so that a refusal is logged and nothing more. Raises SlackDown.
    """
    try:
        deps.slack.whisper(channel, user, text, thread_ts=thread_ts, blocks=blocks)
    except SlackRejected as refused:
        try:
            if not address:
                raise
            answer_at(address, text, blocks)
        except SlackRejected:
            log.warning("a person could not be told", channel=channel, error=str(refused))
