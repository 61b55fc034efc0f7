"""Answers to an interaction at the address that came with it: for that person alone, also where we are no member."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import structlog
from slack_sdk.models.blocks import Block
from slack_sdk.webhook import WebhookClient

from agents.errors import SlackDown, SlackRejected
from bot.views.limits import TEXT, cut, within

log = structlog.get_logger()

_PATIENCE = 5  # seconds


def answer_at(address: str, text: str, blocks: Sequence[Block] = (), *, replace: bool = False) -> None:
    """Answer once; `replace` puts the answer in the place of the message that was interacted with.

    Raises SlackDown when Slack does not take it now, SlackRejected when the address is spent: five uses, half an hour.
    """
    try:
        said = WebhookClient(address, timeout=_PATIENCE).send(
            text=cut(text, TEXT), blocks=within(blocks) or None, response_type="ephemeral", replace_original=replace
        )
    except OSError as error:
        raise SlackDown(f"Slack did not take an answer ({type(error).__name__}).") from error
    if said.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise SlackDown(f"Slack answered {said.status_code} to an answer.")
    if said.status_code != HTTPStatus.OK:
        raise SlackRejected(f"Slack refused an answer: {said.body[:100]}.", "answer_refused")


def redrawn(address: str, text: str, blocks: Sequence[Block] = ()) -> bool:
    """Whether it could be said in the place of what was pressed; Slack lets us for half an hour."""
    if not address:
        return False
    try:
        answer_at(address, text, blocks, replace=True)
    except (SlackDown, SlackRejected) as error:
        log.info("what was shown to a person was not redrawn", error=str(error))
        return False
    return True
