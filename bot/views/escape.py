"""Foreign words in Slack: shown as they are, never obeyed by Slack either."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"https?://[^\s<>|\"]+")


def plain(text: str, *, markup: bool = False) -> str:
    """Text in which nobody is mentioned and nothing is linked; without `markup`, bold and code mean nothing either."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe if markup else re.sub(r"([*~`])", "\u200b\\1", safe)


def link(url: str, label: str) -> str:
    """A link if the address is an ordinary one, else only its label."""
    if not _ADDRESS.fullmatch(url):
        return plain(label)
    return f"<{url.replace('&', '&amp;')}|{plain(label).replace('|', '/')}>"


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())
