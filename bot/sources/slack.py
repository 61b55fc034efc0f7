"""Slack messages as signals. Slack is not pulled: its events are handed over, and this module only reads them.

A thread is one signal: the message that begins it, whole, and the newest answers to it. An answer that somebody asks
about is a signal of its own, with what it answers beside it.
"""

from __future__ import annotations

import datetime as dt
import re

from agents.terms import Channel
from bot.slack.event import MOST, SlackEvent
from storage.columns import now
from storage.plumbing import SlackMessage
from storage.raw import RawSignal, Severity
from storage.signals.messages import Said
from storage.status import Visibility

__all__ = ["SOURCE", "SlackEvent", "counts", "moment", "raw_signal", "words_of"]

SOURCE = "slack"
_WRITTEN = frozenset({"", "file_share", "thread_broadcast", "bot_message", "me_message"})  # what somebody wrote
_ANSWERS, _ANSWER = 6_000, 1_500  # characters of all answers of a thread, and of one
_CONTEXT = 2_000  # characters of the message that a signal answers
_CUT = " […] "
_SLACKBOT = "USLACKBOT"
_TS = re.compile(r"\d{9,11}\.\d{1,6}")
_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_WRAPPED = re.compile(r"<((?:https?://|mailto:|tel:)[^<>\n]{1,3000})>")


def counts(event: SlackEvent, terms: Channel | None, our_bot: str, home_team: str) -> bool:
    """Whether somebody wrote it whose words may be a signal; `terms` are those of its channel, if it is listened to.

    People of our workspace may always. Bots only where the policy lists them, people of other workspaces only where it
    says `connect`.
    """
    if event.kind not in _WRITTEN or not event.is_placed or not (event.text.strip() or event.files):
        return False
    if event.bot_id or event.kind == "bot_message":
        allowed = set(terms.allow_bots) if terms is not None else set()
        return event.bot_id != our_bot and bool({event.bot_id, event.app_id} & allowed)
    if not event.user or event.user == _SLACKBOT:
        return False
    return event.user_team in ("", home_team) or (terms is not None and terms.connect)


def is_message_id(external_id: str) -> bool:
    """Whether a signal of Slack is a message, and not what was typed as a command."""
    return _TS.fullmatch(external_id.partition("/")[2]) is not None


def raw_signal(said: Said, visibility: Visibility, *, url: str = "", asked_by: str = "", reach: int = 1) -> RawSignal:
    """A message and what belongs to it as a signal."""
    channel, _, ts = said.message.id.partition("/")
    return RawSignal(
        source=SOURCE,
        external_id=said.message.id,
        body=body_of(said),
        url=url,
        author=said.message.author,
        channel=channel,
        thread_ts=said.message.thread.partition("/")[2],
        visibility=visibility,
        severity=Severity.WARNING,
        reach=reach,
        happened_at=moment(ts),
        asked_by=asked_by,
    )


def body_of(said: Said) -> str:
    """The first message whole; of the answers the newest, oldest first, as far as there is room for them."""
    beside = _context(said.answers) if said.answers is not None else _answers(said)
    return f"{said.message.text[: MOST - len(beside)]}{beside}"


def full_text(event: SlackEvent) -> str:
    """What a message says: its words as they were typed, and its files."""
    return "\n".join(filter(str.strip, (words_of(event.text), event.files)))


def words_of(text: str) -> str:
    """What a person typed, without Slack's own writing of it: `<url|label>`, `&lt;`. Mentions and placeholders stay."""
    unwrapped = _WRAPPED.sub(_unwrapped, text)
    return unwrapped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def moment(ts: str) -> dt.datetime:
    """When a message was written; now, if its ts is no time."""
    if not _TS.fullmatch(ts):
        return now()
    return dt.datetime.fromtimestamp(float(ts), dt.UTC)


def _context(parent: SlackMessage) -> str:
    if not parent.text.strip():
        return ""
    return f"\n\nThis answers {_named(parent)}, who had written:\n{_cut(parent.text, _CONTEXT)}"


def _answers(said: Said) -> str:
    kept: list[str] = []
    room = _ANSWERS
    for reply in reversed(said.replies):
        line = f"{_named(reply)}: {_cut(reply.text, _ANSWER)}"
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    left_out = said.left_out + len(said.replies) - len(kept)
    if not kept:
        return ""
    if left_out:
        kept.append(f"[{left_out} earlier answer{'s' if left_out > 1 else ''} left out]")
    return "\n\nAnswers in the thread:\n" + "\n".join(reversed(kept))


def _named(message: SlackMessage) -> str:
    return f"<@{message.author}>" if _PERSON.fullmatch(message.author) else message.author or "somebody"


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    half = (most - len(_CUT)) // 2
    return f"{text[:half]}{_CUT}{text[-half:]}"


def _unwrapped(token: re.Match[str]) -> str:
    target, _, label = token[1].partition("|")
    plain = target.removeprefix("mailto:").removeprefix("tel:")
    return plain if not label or label in (target, plain) else f"{label} ({plain})"
