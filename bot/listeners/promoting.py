"""Somebody asks about a message, by the shortcut, an emoji or a mention: it becomes a signal, wherever it was said."""

from __future__ import annotations

from dataclasses import dataclass

from bot.listeners.asking import place_for
from bot.listeners.conversation import bring_up_to_date, hear, is_alive, signal_of
from bot.listeners.deps import Deps
from bot.slack import Place
from bot.sources.slack import SlackEvent, counts
from storage.records import Signal
from storage.status import SignalStatus, Status, Visibility

_OURS = "That is a message of mine. Choose the one that says what is wrong."
_EMPTY = "That message has no words that I could look into."
_UNREADABLE = "I cannot read that message, so I could not look into it. Use `/investigate` and say what is wrong."
_DELETED = "That message was deleted, so there is nothing to look into."
_HELD = "It is held back: it looks like an attempt to steer an agent. `/signalbox held` shows it, and lets it go."
_ON_IT = "On it. What I find comes as a report in "


@dataclass(frozen=True)
class Asked:
    """Who asks, about which message; `seen` is the message, where it came along."""

    by: str
    team: str
    channel: str
    ts: str
    seen: SlackEvent | None = None

    @property
    def message(self) -> str:
        """The message's id."""
        return f"{self.channel}/{self.ts}"


def promote(asked: Asked, deps: Deps) -> str:
    """Make the message a signal that somebody asked about; what to tell the person. Raises SlackDown."""
    place = place_for(asked.by, asked.team, asked.channel, deps)
    if isinstance(place, str):
        return place
    return _promote(asked, place, deps)


def _promote(asked: Asked, place: Place, deps: Deps) -> str:
    known = signal_of(asked.message, deps)
    if known is not None and not is_alive(known):
        return _DELETED
    if known is None and (refusal := _take_in(asked, deps)):
        return refusal
    terms = deps.policy.channel(asked.channel)
    closed = terms is not None and terms.visibility is Visibility.PRIVATE
    visibility = Visibility.PRIVATE if closed else place.visibility
    signal = bring_up_to_date(asked.message, deps, visibility=visibility, asked_by=asked.by)
    return _told(signal, deps) if signal is not None and is_alive(signal) else _DELETED


def _take_in(asked: Asked, deps: Deps) -> str:
    """Keep the message and what belongs to it: its answers, or what it answers. Why that is not possible, or empty."""
    told = deps.slack.thread(asked.channel, asked.ts)
    message = asked.seen or next((each for each in told if each.ts == asked.ts), None)
    if message is None or not message.is_placed:
        return _UNREADABLE
    if _is_ours(message, deps):
        return _OURS
    if message.gone or message.kind == "tombstone":
        return _DELETED
    if not message.text.strip() and not message.files:
        return _EMPTY
    if message.is_reply:
        parent = next((each for each in deps.slack.thread(asked.channel, message.thread_ts)[:1]), None)
        if parent is not None and parent.kind != "tombstone" and not _is_ours(parent, deps):
            hear(parent, deps)
    hear(message, deps, promoted=message.is_reply)
    for answer in told if not message.is_reply else []:
        if answer.is_reply and not _is_ours(answer, deps) and _may_answer(answer, deps):
            hear(answer, deps)
    return ""


def _is_ours(message: SlackEvent, deps: Deps) -> bool:
    return message.user == deps.our_user or (bool(message.bot_id) and message.bot_id == deps.our_bot)


def _may_answer(answer: SlackEvent, deps: Deps) -> bool:
    return counts(answer, deps.policy.channel(answer.channel), deps.our_bot, deps.home_team)


def _told(signal: Signal, deps: Deps) -> str:
    if signal.status is SignalStatus.HELD:
        return _HELD
    if signal.report_id is not None and signal.status is SignalStatus.FILED:
        report = deps.store.reports.get(signal.report_id)
        where = deps.store.outbox.permalink(signal.report_id)
        named = f"<{where}|{report.ref}>" if where else report.ref
        if report.status is not Status.AWAITING_RESEARCH:
            return f"It belongs to {named} already; what becomes of it is told there."
        return f"On it. It belongs to {named}; what I find is told there."
    return f"{_ON_IT}{_home(signal, deps)}."


def _home(signal: Signal, deps: Deps) -> str:
    terms = deps.policy.channel(signal.channel)
    elsewhere = terms is not None and terms.report_to not in ("", signal.channel)
    return f"<#{terms.report_to}>" if terms is not None and elsewhere else "this channel"
