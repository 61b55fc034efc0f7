"""Replies in a report's thread: they may decide, answer or guide."""

from __future__ import annotations

from bot.listeners.deps import Deps
from bot.sources.slack import SlackEvent


def replied(event: SlackEvent, deps: Deps) -> None:
    """Somebody replied in a thread. What it means is decided by `Assent`, never by a model."""
    if event.subtype not in ("", "thread_broadcast") or not event.user or event.bot_id or event.shared:
        return
    report = deps.store.reports.at_thread(event.channel, event.thread_ts)
    if report is None or report.id is None:
        return
    answer = deps.assent.reply(report.id, event.text, event.ts, deps.person(event.user))
    if answer is not None and answer.sentence:
        deps.slack.whisper(event.channel, event.user, answer.sentence, thread_ts=event.thread_ts)
