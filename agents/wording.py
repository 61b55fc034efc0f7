"""A signal as text, the way every stage shows it."""

from __future__ import annotations

import datetime as dt
import re

from storage.records import Signal

_SPACE = re.compile(r"\s")


def words_of(signal: Signal) -> str:
    """Title and body; the title is left out when the body begins with it, as chat messages do."""
    title, body = signal.title.strip(), signal.body.strip()
    if not title or body.startswith(title.rstrip("…")):
        return body
    return f"{title}\n\n{body}".strip()


def cut(text: str, limit: int) -> str:
    """The text, without its middle if it is longer than `limit` characters; two thirds of the rest are its start."""
    if len(text) <= limit:
        return text
    head = limit * 2 // 3
    tail = limit - head
    return f"{text[:head]}\n[… {len(text) - limit} characters left out …]\n{text[-tail:]}"


def moment(at: dt.datetime) -> str:
    """A moment in the reader's own time zone, in Slack's mrkdwn."""
    said = f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{said}>"


def everything_in(signal: Signal) -> str:
    """All foreign text that some later reader may see, not only title and body."""
    author = f"from: {signal.author}" if signal.author else ""
    return "\n".join(part for part in (author, words_of(signal), signal.url, _wordy_name(signal)) if part)


def surroundings_of(signal: Signal) -> str:
    """What is foreign in it besides title and body."""
    return "\n".join(part for part in (signal.author, signal.url, _wordy_name(signal)) if part)


def _wordy_name(signal: Signal) -> str:
    """What its source calls it, if that holds words: a webhook may call it anything."""
    return signal.external_id if _SPACE.search(signal.external_id) else ""
