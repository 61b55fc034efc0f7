"""Links that people paste behind a command: to a message in Slack, or to a page anywhere. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MESSAGE = re.compile(
    r"<?(?:https?://\S+?/archives/)?([CDG][A-Z0-9]+)/p?(\d{10})\.?(\d{6})"
    r"(?:\?(?:\S*?thread_ts=(\d{10}\.\d{6}))?[^\s|>]*)?(?:\|[^>]*)?>?"
)
_PAGE = re.compile(r"<?(https?://[^\s|>]+)(?:\|[^>]*)?>?", re.IGNORECASE)


@dataclass(frozen=True)
class MessageLink:
    """The message that a link leads to; `thread_ts` where it answers another and the link says so."""

    channel: str
    ts: str
    thread_ts: str = ""

    @property
    def message(self) -> str:
        """The message's id."""
        return f"{self.channel}/{self.ts}"


def message_link(words: str) -> MessageLink | None:
    """The message whose link, or id, the words wholly are."""
    found = _MESSAGE.fullmatch(words)
    return MessageLink(found[1], f"{found[2]}.{found[3]}", found[4] or "") if found else None


def page_link(words: str) -> str:
    """The address that the words wholly are; empty if they are anything else."""
    found = _PAGE.fullmatch(words)
    return found[1] if found else ""
