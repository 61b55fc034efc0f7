"""Somebody asks about a message, by the shortcut, an emoji or a mention: it becomes a signal, wherever it was said."""

from __future__ import annotations

from dataclasses import dataclass

from bot.listeners.asking import begun, paused, place_for
from bot.listeners.conversation import bring_up_to_date, hear, is_alive, signal_of
from bot.listeners.deps import Deps
from bot.slack.writer import Place
from bot.sources.slack import SlackEvent, counts
from bot.views.escape import plain
from bot.views.words import NO_MODEL, idle_because, status_line
from storage.records import Report, Signal
from storage.status import SignalStatus, Status, Visibility

_OURS = "That is a message of mine. Choose the one that says what is wrong."
_EMPTY = "That message has no words that I could look into."
_UNREADABLE = "I cannot read that message, so I could not look into it. Use `/investigate` and say what is wrong."
_DELETED = "That message was deleted, so there is nothing to look into."
_HELD = "It is held back: it looks like an attempt to steer an agent. `/signalbox held` shows it, and lets it go."
_AGAIN = "If you still see it, `/investigate` and what happens opens a new report, linked to that."
_ON_IT = "On it. What I find comes as a report in "


@dataclass(frozen=True)
class Asked:
    """Who asks, about which message; `seen` is the message, where it came along."""

    by: str
    team: str
    channel: str
    ts: str
    seen: SlackEvent | None = None
    at: str = ""  # the channel in which they ask, where that is another

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
    if signal is None or not is_alive(signal):
        return _DELETED
    left = deps.store.signals.leave_dismissed(signal.id or 0, asked.by)
    return _told(signal, asked, deps) if left is None else _anew(signal, left, asked, deps)


def _anew(signal: Signal, left: Report, asked: Asked, deps: Deps) -> str:
    """Have what was under a dismissed report looked at again."""
    deps.nudge_signal(signal.id or 0)
    deps.pipeline.means.messenger.publish(left.id or 0)
    home = _home(signal, asked, deps)
    return begun(deps, f"On it. {_named(left, deps)} was dismissed, so a new report comes in {home}.")


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


def _told(signal: Signal, asked: Asked, deps: Deps) -> str:
    if signal.status is SignalStatus.HELD:
        deps.store.signals.told_held(signal.id or 0)
        return _HELD
    if signal.report_id is None or signal.status is not SignalStatus.FILED:
        return begun(deps, f"{_ON_IT}{_home(signal, asked, deps)}.")
    report = deps.store.reports.get(signal.report_id)
    named, can_research = _named(report, deps), deps.pipeline.means.model.can_research
    if report.status is Status.AWAITING_RESEARCH and can_research:
        return paused(deps) or f"On it. It belongs to {named}; what I find is told there."
    if report.status in (Status.AWAITING_RESEARCH, Status.GATHERING):
        idle = NO_MODEL if not can_research else idle_because(report, deps.policy, researches=True)
        return f"It belongs to {named}. Nobody looks for its cause: {idle or 'it waits for more to be reported'}."
    again = f" {_AGAIN}" if report.status is Status.RESOLVED else " What becomes of it is told there."
    return f"It belongs to {named} already. {plain(status_line(report), 600)}{again}"


def _named(report: Report, deps: Deps) -> str:
    where = deps.store.outbox.permalink(report.id or 0)
    return f"<{where}|{report.ref}>" if where else report.ref


def _home(signal: Signal, asked: Asked, deps: Deps) -> str:
    terms = deps.policy.channel(signal.channel)
    home = (terms.report_to if terms is not None else "") or signal.channel
    return "this channel" if home == (asked.at or asked.channel) else f"<#{home}>"
