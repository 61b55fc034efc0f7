"""Slack's limits, kept by our own code before any call: what is too long is cut, what is too much is left out."""

from __future__ import annotations

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import Block

SECTION = 3_000
HEADER = 150
BUTTON = 75
TEXT = 3_900  # of a message without its blocks; Slack cuts or refuses more than 4,000
BLOCKS = 50
PAYLOAD = 12_500  # characters of all blocks as JSON; Slack refuses somewhat above 13,000
PREFORMATTED = 2_800


def cut(text: str, limit: int) -> str:
    """The text, cut to at most `limit` characters with an ellipsis; never empty, which Slack refuses."""
    kept = text if len(text) <= limit else f"{text[: limit - 1]}…"
    return kept or " "


def cut_middle(text: str, limit: int) -> str:
    """The text with its middle left out: logs say what matters at both ends."""
    if len(text) <= limit:
        return text or " "
    half = (limit - 20) // 2
    return f"{text[:half]}\n… cut …\n{text[-half:]}"


def within(blocks: Sequence[Block]) -> list[dict[str, object]]:
    """The blocks as JSON, as many from the top as Slack takes. Raises SlackObjectFormationError for a malformed one."""
    kept: list[dict[str, object]] = []
    size = 2
    for block in blocks[:BLOCKS]:
        drawn: dict[str, object] = block.to_dict()
        size += len(json.dumps(drawn)) + 2
        if size > PAYLOAD:
            break
        kept.append(drawn)
    return kept
