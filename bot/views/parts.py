"""The parts that drawings are made of: typed blocks, within Slack's limits.

Foreign words stand in rich text, plain text and preformatted elements only. Slack does not parse those, so nothing in
them can mention anybody, link anywhere or break out of its fence.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextSectionElement,
)
from slack_sdk.models.blocks.block_elements import RichTextElement, RichTextElementParts

from bot.actions import Action, action_id
from bot.views import limits
from bot.views.escape import is_address, one_line, shown
from bot.views.passages import Passage, Shape, passages

_USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_MARKED = re.compile(r"`([^`\n]+)`|(?<![\w*])\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*(?![\w*])")  # code, and bold words
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,20}")


@dataclass(frozen=True)
class Words:
    """Words in a style, at most `limit` characters of them."""

    text: str
    bold: bool = False
    code: bool = False
    italic: bool = False
    limit: int = limits.RICH_TEXT


@dataclass(frozen=True)
class Link:
    """A link; only its label where the address is not an ordinary one."""

    url: str
    label: str


@dataclass(frozen=True)
class Mention:
    """A person of the workspace. Posting it tells them, editing it in does not."""

    user_id: str


@dataclass(frozen=True)
class Room:
    """A channel."""

    channel_id: str


@dataclass(frozen=True)
class Moment:
    """A moment, in the reader's own time zone."""

    at: dt.datetime


@dataclass(frozen=True)
class Sign:
    """An emoji by its name."""

    name: str


@dataclass(frozen=True)
class Markup:
    """mrkdwn of our own making; what is foreign in it has been through `escape`."""

    text: str


Piece = str | Words | Link | Mention | Room | Moment | Sign


def bold(text: str, limit: int = limits.RICH_TEXT) -> Words:
    """Bold words."""
    return Words(text, bold=True, limit=limit)


def code(text: str, limit: int = 200) -> Words:
    """Words as code."""
    return Words(text, code=True, limit=limit)


def prose(text: str, limit: int = limits.RICH_TEXT, *, bold: bool = False, italic: bool = False) -> list[Piece]:
    """What an agent wrote: at most `limit` characters of it, what it marked as code or bold as that."""
    kept, pieces, end = limits.cut(shown(text), limit), list[Piece](), 0
    for marked in _MARKED.finditer(kept):
        pieces.append(Words(kept[end : marked.start()], bold=bold, italic=italic))
        pieces.append(Words(marked[1] or marked[2], bold=bold or bool(marked[2]), italic=italic, code=bool(marked[1])))
        end = marked.end()
    pieces.append(Words(kept[end:], bold=bold, italic=italic))
    return [piece for piece in pieces if isinstance(piece, Words) and piece.text]


def header(text: str) -> Block:
    """A headline."""
    return HeaderBlock(text=PlainTextObject(text=limits.cut(one_line(text), limits.HEADER), emoji=False))


def paragraph(*pieces: Piece) -> Block:
    """A paragraph."""
    return RichTextBlock(elements=[_section(pieces)])


def written(
    text: str, limit: int, *lead: Piece, said: Callable[[Sequence[Piece]], Iterable[Piece]] = lambda pieces: pieces
) -> Block:
    """What an agent wrote at length, behind a lead: its lists as lists, its code as code.

    `said` is what becomes of its words.
    """
    elements: list[RichTextElement] = []
    found = passages(limits.cut(shown(text), limit))
    if lead and (not found or found[0].shape is not Shape.WORDS):
        elements.append(_section(lead))
        lead = ()
    for passage in found:
        elements.append(_passage(passage, lead, said))
        lead = ()
    return RichTextBlock(elements=elements or [_section(())])


def _passage(
    passage: Passage, lead: Sequence[Piece], said: Callable[[Sequence[Piece]], Iterable[Piece]]
) -> RichTextElement:
    match passage.shape:
        case Shape.WORDS:
            return _section([*lead, *said(prose(passage.text))])
        case Shape.CODE:
            return RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=passage.text)])
        case _:
            items = [_section([*said(prose(line))]) for line in passage.lines]
            offset = passage.first - 1 or None
            return RichTextListElement(style=passage.shape.value, elements=items, offset=offset)


def bullets(items: Sequence[Sequence[Piece]]) -> Block:
    """A list."""
    return RichTextBlock(elements=[RichTextListElement(style="bullet", elements=[_section(item) for item in items])])


def preformatted(text: str, limit: int = limits.PREFORMATTED) -> Block:
    """Foreign words or a log, exactly as they are, without the middle if they are too long."""
    words = RichTextElementParts.Text(text=limits.cut_middle(shown(text), limit))
    return RichTextBlock(elements=[RichTextPreformattedElement(elements=[words])])


def context(*elements: str | Markup) -> Block:
    """A line in small print."""
    return ContextBlock(elements=[_small(each) for each in elements[: limits.CONTEXTS]])


def button(
    label: str, action: Action, value: str, *, number: int | None = None, style: str = "", confirm: str = ""
) -> ButtonElement:
    """A button; `confirm` is what a person is asked before it counts."""
    return ButtonElement(
        text=_plain(label, limits.BUTTON),
        action_id=action_id(action, number),
        value=value,
        style=style or None,
        confirm=_confirm(label, confirm) if confirm else None,
    )


def link_button(label: str, url: str, number: int) -> ButtonElement:
    """A button that only opens an address."""
    return ButtonElement(text=_plain(label, limits.BUTTON), action_id=action_id(Action.LINK, number), url=url)


def buttons(*elements: ButtonElement) -> Block:
    """A row of buttons."""
    return ActionsBlock(elements=list(elements[: limits.BUTTONS]))


def _section(pieces: Sequence[Piece]) -> RichTextSectionElement:
    elements = [element for piece in pieces if (element := _element(piece)) is not None]
    return RichTextSectionElement(elements=elements or [RichTextElementParts.Text(text=" ")])


def _element(piece: Piece) -> RichTextElement | None:
    match piece:
        case Link(url, label) if is_address(url):
            return RichTextElementParts.Link(url=url, text=limits.cut(one_line(label), 300))
        case Mention(user_id) if _USER_ID.fullmatch(user_id):
            return RichTextElementParts.User(user_id=user_id)
        case Room(channel_id) if _CHANNEL_ID.fullmatch(channel_id):
            return RichTextElementParts.Channel(channel_id=channel_id)
        case Moment(at):
            return RichTextElementParts.Date(
                timestamp=int(at.timestamp()),
                format="{date_short_pretty} at {time}",
                fallback=f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC",
            )
        case Sign(name):
            return RichTextElementParts.Emoji(name=name)
        case _:
            return _text(_words(piece))


def _words(piece: Piece) -> Words:
    match piece:
        case Words():
            return piece
        case Link(_, label):
            return Words(one_line(label), limit=300)
        case Mention(name) | Room(name):
            return Words(name, limit=100)
        case _:
            return Words(str(piece))


def _text(words: Words) -> RichTextElement | None:
    text = shown(words.text)
    if not text:
        return None
    styles = {name: True for name in ("bold", "code", "italic") if getattr(words, name)}
    style = RichTextElementParts.TextStyle(**styles) if styles else None
    return RichTextElementParts.Text(text=limits.cut(text, words.limit), style=style)


def _small(element: str | Markup) -> MarkdownTextObject | PlainTextObject:
    if isinstance(element, Markup):
        return MarkdownTextObject(text=limits.cut(element.text, limits.CONTEXT), verbatim=True)
    return _plain(element, limits.CONTEXT)


def _plain(text: str, limit: int) -> PlainTextObject:
    return PlainTextObject(text=limits.cut(one_line(text), limit), emoji=False)


def _confirm(label: str, question: str) -> ConfirmObject:
    return ConfirmObject(
        title=_plain(f"{label}?", 100),
        text=_plain(question, 300),
        confirm=_plain(label, 30),
        deny=_plain("Go back", 30),
    )
