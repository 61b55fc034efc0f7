"""`/investigate`: what is typed behind it, or what its link leads to, becomes a signal that somebody asked about."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from agents import rules
from bot.listeners.asking import begun, paused, place_for
from bot.listeners.deps import Deps
from bot.listeners.finding import is_known
from bot.listeners.links import MessageLink, message_link, page_link
from bot.listeners.naming import Said, trimmed
from bot.listeners.payload import Typed
from bot.listeners.promoting import Asked, promote
from bot.sources.slack import SOURCE, words_of
from bot.views import unfiled
from storage.columns import now
from storage.raw import RawSignal, Severity
from storage.records import Signal
from storage.status import SignalStatus, Visibility

_ON_IT = "On it. In a moment I tell you here what became of it."
_USAGE = "Say what is wrong, such as: `/investigate the export of large reports ends with an error`"
_UNKNOWN = (
    "I open no links, and no source that I read brought what is there. Say in a sentence what is wrong, and leave the "
    "link beside it: `/investigate the export ends with an error, see https://…`"
)


def investigate_typed(typed: Typed, deps: Deps) -> Said:
    """Remember what was typed as a signal that somebody asked about. Raises SlackDown."""
    words = trimmed(typed)
    if not words:
        return _USAGE, []
    if message := message_link(words):
        return _message(message, typed, deps)
    if page := page_link(words):
        return _page(page, typed, deps)
    return is_known(typed, deps) or _kept(typed, deps)


def _kept(typed: Typed, deps: Deps) -> Said:
    place = place_for(typed.user, typed.team, typed.channel, deps)
    if isinstance(place, str):
        return place, []
    name = hashlib.sha256((typed.trigger or now().isoformat()).encode()).hexdigest()[:16]
    deps.pipeline.ingest(
        RawSignal(
            source=SOURCE,
            external_id=f"{typed.channel}/investigate-{name}",
            body=words_of(typed.text),
            author=typed.user,
            channel=typed.channel,
            visibility=place.visibility,
            severity=Severity.WARNING,
            happened_at=now(),
            asked_by=typed.user,
        )
    )
    return begun(deps, _ON_IT), []


def _message(link: MessageLink, typed: Typed, deps: Deps) -> Said:
    """As if “Investigate this” had been chosen in the message's menu. Of a private one only in its own channel."""
    if refusal := rules.may_ask(deps.person(typed.user, typed.team), deps.home_team):
        return refusal, []
    report = deps.store.reports.at_thread(link.channel, link.thread_ts or link.ts)
    if report is not None and not link.thread_ts:
        return _report(report.id or 0, typed, deps)
    if link.channel != typed.channel:
        terms, place = deps.policy.channel(link.channel), deps.slack.place(link.channel)
        closed = terms is not None and terms.visibility is Visibility.PRIVATE
        if place is None or closed or place.visibility is Visibility.PRIVATE:
            return unfiled.NOT_HERE, []
        if not place.is_member:
            return f"I am not in <#{link.channel}>, so I cannot read that: `/invite` me there, then ask again.", []
    asked = Asked(by=typed.user, team=typed.team, channel=link.channel, ts=link.ts, at=typed.channel)
    return promote(asked, deps), []


def _page(url: str, typed: Typed, deps: Deps) -> Said:
    """What is known of an issue, a ticket or an alarm. What is private is as if it were unknown."""
    if refusal := rules.may_ask(deps.person(typed.user, typed.team), deps.home_team):
        return refusal, []
    signal = deps.store.signals.at_address(url)
    if signal is None or _is_hidden(signal, typed):
        return _UNKNOWN, []
    if signal.status is SignalStatus.FILED and signal.report_id is not None:
        return _report(signal.report_id, typed, deps)
    return unfiled.unfiled(signal, can_judge=deps.pipeline.means.model.can_research, paused=paused(deps)), []


def _is_hidden(signal: Signal, typed: Typed) -> bool:
    return signal.visibility is Visibility.PRIVATE and signal.channel != typed.channel


def _report(report_id: int, typed: Typed, deps: Deps) -> Said:
    return is_known(replace(typed, text=f"SB-{report_id}"), deps) or (_UNKNOWN, [])
