"""The words in Slack's blocks, for messages that have them nowhere else, as those of alerting tools often do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

UNSHOWN = frozenset({"This content can't be displayed.", "[no preview available]"})
"""What Slack writes where the text should be when a tool sends blocks alone."""

_DEEP = 8  # objects inside one another; Slack's own nest less
_MOST = 500  # pieces of text
_LINES = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})  # types that are one text
_NOT_SAID = frozenset({"actions", "input", "button", "image"})  # types that hold no words of a message


def said_in(blocks: object) -> str:
    """What the blocks say, a line for each piece of text; what is malformed says nothing."""
    pieces = (piece for _, piece in zip(range(_MOST), _pieces(blocks, _DEEP), strict=False))
    return "\n".join(filter(str.strip, pieces))


def _pieces(part: Any, deep: int) -> Iterator[str]:
    if not deep:
        return
    if isinstance(part, list):
        for each in part:
            yield from _pieces(each, deep - 1)
    kind = str(part.get("type")) if isinstance(part, dict) else ""
    if not isinstance(part, dict) or kind in _NOT_SAID:
        return
    said, elements = part.get("text"), part.get("elements")
    if kind in _LINES and isinstance(elements, list):
        yield "".join(map(_inline, elements))
        return
    if isinstance(said, str):
        yield said
    for inner in (said, part.get("fields"), part.get("rows"), elements):
        if isinstance(inner, dict | list):
            yield from _pieces(inner, deep - 1)


def _inline(element: Any) -> str:
    """A word of a rich text: as it is written, or the address it leads to."""
    if not isinstance(element, dict):
        return ""
    said = element.get("text") or element.get("url") or ""
    return said if isinstance(said, str) else ""
