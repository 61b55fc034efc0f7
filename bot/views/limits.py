"""Slack's limits, kept by our own code before any call: what is too long is cut, what is too much is left out."""

from __future__ import annotations

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ContextBlock, PlainTextObject

HEADER = 150
BUTTON = 75
BUTTONS = 25
VALUE = 2_000
CONTEXT = 2_000  # an element; Slack takes 3,000
CONTEXTS = 10
RICH_TEXT = 3_000  # a paragraph
PREFORMATTED = 3_600
TEXT = 3_900  # of a message beside its blocks; chat.update refuses more than 4,000
BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_TITLE = 24
PAYLOAD = 12_800  # bytes of all blocks as JSON; Slack refuses somewhat above 13,000 characters
VIEW_PAYLOAD = 200_000  # bytes; Slack takes 250 kB

_LEFT_OUT = ContextBlock(elements=[PlainTextObject(text="The rest is too long for one message.", emoji=False)])

Drawn = dict[str, object]


def cut(text: str, limit: int) -> str:
    """The text, cut to at most `limit` characters with an ellipsis; never empty, which Slack refuses."""
    kept = text if len(text) <= limit else f"{text[: limit - 1]}…"
    return kept or " "


def cut_middle(text: str, limit: int) -> str:
    """The text with its middle left out: logs say what matters at both ends."""
    if len(text) <= limit:
        return text or " "
    mark = f"\n… {len(text) - limit:,} characters left out …\n"
    half = (limit - len(mark)) // 2
    return f"{text[:half]}{mark}{text[-half:]}"


def within(blocks: Sequence[Block], *, most: int = BLOCKS, payload: int = PAYLOAD) -> list[Drawn]:
    """The blocks as JSON, as many as Slack takes: all buttons, then from the top, then a line that says so.

    Raises SlackObjectFormationError for a block that Slack would refuse by itself.
    """
    drawn = [block.to_dict() for block in blocks]
    if len(drawn) <= most and size_of(drawn) <= payload:
        return drawn
    buttons = [each for each in drawn if each["type"] == "actions"]
    note = _LEFT_OUT.to_dict()
    room = payload - size_of([*buttons, note])
    places = most - len(buttons) - 1
    kept: list[Drawn] = []
    for each in drawn:
        if each["type"] == "actions":
            continue
        room -= size_of([each])
        if room < 0 or len(kept) >= places:
            break
        kept.append(each)
    return [*kept, note, *buttons]


def home_view(blocks: Sequence[Block]) -> Drawn:
    """Somebody's Home tab."""
    return {"type": "home", "blocks": within(blocks, most=VIEW_BLOCKS, payload=VIEW_PAYLOAD)}


def modal_view(title: str, blocks: Sequence[Block]) -> Drawn:
    """A window that only tells something."""
    close = {"type": "plain_text", "text": "Close", "emoji": False}
    shown = {**close, "text": cut(title, VIEW_TITLE)}
    drawn = within(blocks, most=VIEW_BLOCKS, payload=VIEW_PAYLOAD)
    return {"type": "modal", "title": shown, "close": close, "blocks": drawn}


def size_of(drawn: Sequence[Drawn]) -> int:
    """How many bytes the blocks take as JSON."""
    return len(json.dumps(drawn, ensure_ascii=False).encode(errors="replace"))
