"""Somebody speaks to the bot where it does not listen by itself: that asks for an investigation."""

from __future__ import annotations

import re

from bot.listeners.asking import place_for
from bot.listeners.deps import Deps
from bot.sources.slack import SlackEvent, raw_signal

_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_NO_WORDS = (
    "Say what is wrong after my name, or choose “Investigate this” in the menu of the message that says it. "
    "`/signalbox help` lists what else I can do."
)


def mentioned(event: SlackEvent, deps: Deps) -> None:
    """A message that names us. One that `messages` or `threads` reads anyway is left to them."""
    if not event.user or event.bot_id or _is_read_anyway(event, deps):
        return
    place = place_for(event.user, event.user_team or deps.home_team, event.channel, deps)
    if isinstance(place, str):
        deps.slack.whisper(event.channel, event.user, place, thread_ts=event.thread_ts)
    elif not _MENTION.sub(" ", event.text).strip():
        deps.slack.whisper(event.channel, event.user, _NO_WORDS, thread_ts=event.thread_ts)
    else:
        url = deps.slack.address(event.channel, event.ts, event.thread_ts)
        deps.pipeline.ingest(raw_signal(event, place.visibility, url=url, asked_by=event.user))


def _is_read_anyway(event: SlackEvent, deps: Deps) -> bool:
    """Slack tells of a mention twice: as a mention, and as a message."""
    if event.is_reply:
        return deps.store.reports.at_thread(event.channel, event.thread_ts) is not None
    return deps.policy.channel(event.channel) is not None and not event.shared
