"""Somebody speaks to the bot where it does not listen by itself: that asks for an investigation."""

from __future__ import annotations

import re

from bot.listeners.asking import paused
from bot.listeners.conversation import is_alive, listened, signal_of
from bot.listeners.deps import Deps
from bot.listeners.promoting import Asked, promote
from bot.sources.slack import SlackEvent

_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_NO_WORDS = (
    "Say what is wrong after my name, or choose “Investigate this” in the menu of the message that says it. "
    "`/signalbox help` lists what else I can do."
)


def mentioned(event: SlackEvent, deps: Deps) -> None:
    """A message that names us. One that `messages` or `threads` reads anyway is left to them.

    In the thread of a signal it asks about that signal; in another thread about itself, with what it answers.
    """
    if not event.user or event.bot_id or not event.is_placed or _is_read_anyway(event, deps):
        return
    team = event.user_team or deps.home_team
    asked = Asked(by=event.user, team=team, channel=event.channel, ts=event.ts, seen=event)
    if event.is_reply and is_alive(signal_of(event.thread, deps)):
        asked = Asked(by=event.user, team=team, channel=event.channel, ts=event.thread_ts)
    elif not _MENTION.sub(" ", event.text).strip() and not event.files:
        deps.slack.whisper(event.channel, event.user, _NO_WORDS, thread_ts=event.thread_ts)
        return
    sentence = promote(asked, deps)
    if asked.ts != event.ts or signal_of(asked.message, deps) is None or paused(deps):
        deps.slack.whisper(event.channel, event.user, sentence, thread_ts=event.thread_ts)


def _is_read_anyway(event: SlackEvent, deps: Deps) -> bool:
    """Slack tells of a mention twice: as a mention, and as a message."""
    if event.is_reply:
        return deps.store.reports.at_thread(event.channel, event.thread_ts) is not None
    return listened(event.channel, deps, shared=event.shared) is not None
