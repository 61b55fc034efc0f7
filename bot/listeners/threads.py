"""Replies in a report's thread: they may decide, answer or guide."""

from __future__ import annotations

from agents.assent import Answer, Via
from agents.rehoming import repository_named
from bot.listeners.deps import Deps
from bot.sources.slack import SlackEvent, words_of

_SAID = frozenset({"", "thread_broadcast", "file_share"})


def replied(event: SlackEvent, deps: Deps) -> None:
    """Somebody replied in a thread. What it means is decided by `Assent`, never by a model."""
    if event.subtype not in _SAID or not event.user or event.bot_id or event.shared or not event.text.strip():
        return
    report = deps.store.reports.at_thread(event.channel, event.thread_ts)
    if report is None or report.id is None:
        return
    person = deps.person(event.user, event.user_team or deps.home_team)
    to_us = event.text.strip().removeprefix(f"<@{deps.our_user}>")
    if name := repository_named(to_us):
        answer: Answer | None = deps.rehoming.say(report.id, name, person, Via.REPLY)
    else:
        answer = deps.assent.reply(report.id, words_of(to_us), event.ts, person)
    if answer is not None and answer.sentence:
        deps.slack.whisper(event.channel, event.user, answer.sentence, thread_ts=event.thread_ts)
