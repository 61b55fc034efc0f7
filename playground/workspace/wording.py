"""What Slack's own client makes of words a person typed: escaped text, and rich_text blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from playground.workspace.records import Json
from playground.workspace.seed import UserSeed

KEPT = re.compile(
    r"<(?:@[UWB][A-Z0-9]+|#[CG][A-Z0-9]+(?:\|[^<>|]*)?|!(?:here|channel|everyone)|(?:https?://|mailto:)[^<>\s]+)>"
)
BARE_LINK = re.compile(r"(?<![<|\w])https?://[^\s<>|`]+[^\s<>|`.,;:!?)\]'\"]")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
PIECE = re.compile(r"<(?P<token>[^<>]+)>")


def typed(text: str, users: Iterable[UserSeed]) -> str:
    """Text as Slack stores it: `&<>` escaped but for mentions and links, @names resolved, bare links wrapped."""
    for user in users:
        text = re.sub(rf"(?<![\w<@])@{re.escape(user.name)}(?![\w.-])", f"<@{user.id}>", text)
    parts: list[str] = []
    at = 0
    for code in CODE.finditer(text):
        parts += [_outside_code(text[at : code.start()]), _escape(code.group())]
        at = code.end()
    return "".join([*parts, _outside_code(text[at:])])


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _outside_code(text: str) -> str:
    text = BARE_LINK.sub(lambda link: f"<{link.group()}>", text)
    parts: list[str] = []
    at = 0
    for kept in KEPT.finditer(text):
        parts += [_escape(text[at : kept.start()]), kept.group().replace("&", "&amp;")]
        at = kept.end()
    return "".join([*parts, _escape(text[at:])])


def rich_text(text: str, block_id: str) -> list[Json]:
    """The block that Slack's client adds to a message a person typed."""
    elements: list[Json] = []
    at = 0
    for piece in PIECE.finditer(text):
        elements += [*_words(text[at : piece.start()]), _mention(piece.group("token"))]
        at = piece.end()
    elements += _words(text[at:])
    section: Json = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}] if elements else []


def _words(text: str) -> list[Json]:
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return [{"type": "text", "text": plain}] if plain else []


def _mention(token: str) -> Json:
    name = token[1:].split("|", maxsplit=1)[0]
    if token.startswith("@"):
        return {"type": "user", "user_id": name}
    if token.startswith("#"):
        return {"type": "channel", "channel_id": name}
    if token.startswith("!"):
        return {"type": "broadcast", "range": name}
    return {"type": "link", "url": token.split("|", maxsplit=1)[0].replace("&amp;", "&")}
