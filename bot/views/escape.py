"""Foreign words in Slack: shown as they are, and never obeyed by Slack either."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"https?://[^\s<>|\"\\^`{}\x00-\x1f]{1,1990}")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def shown(text: str) -> str:
    """The text without what would make it read otherwise than it is: control characters, reversed direction."""
    return _UNSEEN.sub("", text)


def plain(text: str, limit: int = 100_000) -> str:
    """Text for mrkdwn and for notifications: nobody is mentioned, nothing is linked. Never longer than `limit`."""
    parts: list[str] = []
    length = 0
    for char in shown(text):
        part = _ENTITIES.get(char, char)
        if length + len(part) >= limit:
            return "".join([*parts, "…"])
        parts.append(part)
        length += len(part)
    return "".join(parts)


def is_address(url: str) -> bool:
    """Whether it is an ordinary web address, which may become a link."""
    return _ADDRESS.fullmatch(url) is not None


def link(url: str, label: str, limit: int = 200) -> str:
    """A link in mrkdwn if the address is an ordinary one, else its label only."""
    name = plain(label, limit).replace("|", "/")
    return f"<{url.replace('&', '&amp;')}|{name}>" if is_address(url) else name


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(shown(text).split())
