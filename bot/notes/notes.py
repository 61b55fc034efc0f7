"""A note in a channel, not on one report: told at most once, by one worker at a time, noted before it is posted."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog
from slack_sdk.models.blocks import Block

from agents.errors import SlackDown, SlackRejected
from bot.slack.calls import NotMade
from bot.slack.writer import SlackWriter
from storage.store import Store

log = structlog.get_logger()

DIRECT = "D"  # begins the id of a direct message
_SECONDS = 60.0  # that a note may take before another worker may post one there


@contextmanager
def alone(store: Store, row: str) -> Iterator[bool]:
    """Whether this process may tell what the row stands for; until the block ends no other may."""
    holder = secrets.token_hex(8)
    if not store.leases.take(row, holder, _SECONDS):
        yield False
        return
    try:
        yield True
    finally:
        store.leases.release(row, holder)


def may_hear_of_reports(slack: SlackWriter, room: str) -> bool:
    """Whether nobody of another workspace reads along in a channel. False while Slack does not say."""
    try:
        place = slack.place(room)
    except SlackDown as error:
        log.info("a note is posted later", channel=room, error=str(error))
        return False
    return place is None or not place.is_shared


def tell(
    slack: SlackWriter,
    room: str,
    drawn: tuple[str, list[Block]],
    key: Mapping[str, str],
    *,
    note: Callable[[], object],
    take_back: Callable[[], object],
) -> bool:
    """Post it; False when it was certainly not made and comes later. Raises nothing of Slack's.

    That it was told is noted before, so that who dies in between does not post it again, and taken back only where
    Slack has surely nothing of it.
    """
    note()
    try:
        slack.post(room, *drawn, key=dict(key))
    except NotMade as error:
        take_back()
        log.info("a note is posted later", channel=room, note=key["note"], error=str(error))
        return False
    except (SlackDown, SlackRejected) as error:
        log.warning("a note could not be posted", channel=room, note=key["note"], error=str(error))
    return True
