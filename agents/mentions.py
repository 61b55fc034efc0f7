"""Whom and what a message in Slack mentions, as people read it there. Pure."""

from __future__ import annotations

import re

_NAMED = re.compile(r"<(?:[#@!](?P<id>\w+)|!(?:subteam|date)\^[^<>|\n]*)(?:\|(?P<name>[^<>\n]*))?>")


def legible(text: str) -> str:
    """What somebody wrote in Slack, with whom it mentions as people read that: they see no ids.

    Names are not kept, so a person is `@someone`. Nothing of it is a mention any more.
    """
    return _NAMED.sub(_as_read, text)


def _as_read(found: re.Match[str]) -> str:
    kind, name = found[0][1], (found["name"] or "").lstrip("@#")
    if kind == "@":
        return "@someone"
    if kind == "#":
        return f"#{name or 'a-channel'}"
    if found[0].startswith("<!date"):
        return name
    return f"@{name or found['id'] or 'a-group'}"
