"""The parts that drawings are made of: typed blocks, within Slack's limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextPreformattedElement,
    SectionBlock,
)
from slack_sdk.models.blocks.block_elements import RichTextElementParts

from bot.views import limits


@dataclass(frozen=True)
class Drawing:
    """One message: why it exists, its words for notifications, and its blocks. `in_thread` false: the root."""

    purpose: str
    text: str
    blocks: Sequence[Block]
    in_thread: bool = True


def header(text: str) -> Block:
    """A headline."""
    return HeaderBlock(text=PlainTextObject(text=limits.cut(text, limits.HEADER), emoji=False))


def section(text: str) -> Block:
    """A paragraph of mrkdwn; foreign words in it must have been through `escape.plain`."""
    return SectionBlock(text=MarkdownTextObject(text=limits.cut(text, limits.SECTION), verbatim=True))


def context(text: str) -> Block:
    """A line in small print."""
    return ContextBlock(elements=[MarkdownTextObject(text=limits.cut(text, 1_900), verbatim=True)])


def preformatted(text: str) -> Block:
    """Foreign words or a log, exactly as they are."""
    shown = limits.cut_middle(text, limits.PREFORMATTED)
    return RichTextBlock(elements=[RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=shown)])])


def button(label: str, action_id: str, value: str, *, style: str | None = None) -> ButtonElement:
    """A button; `value` is a Choice in JSON."""
    text = PlainTextObject(text=limits.cut(label, limits.BUTTON))
    return ButtonElement(text=text, action_id=action_id, value=value, style=style)


def buttons(*elements: ButtonElement) -> Block:
    """A row of buttons."""
    return ActionsBlock(elements=list(elements))
