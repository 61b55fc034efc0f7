"""Commands and buttons by which people ask why a signal is where it is, or what became of a message or an issue."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from agents import rules
from bot.listeners.asking import paused
from bot.listeners.deps import Deps
from bot.listeners.links import MessageLink, message_link, page_link
from bot.listeners.naming import REF, Said, about, is_for, scene_of, seen, trimmed
from bot.listeners.payload import Typed
from bot.sources.slack import SOURCE
from bot.views import unfiled
from bot.views.why import Why, why
from storage.calling import called
from storage.errors import NotFound
from storage.records import Report, Signal
from storage.status import SignalStatus, Visibility

_WHICH = re.compile(rf"\w+\s+{REF}\s+<?(\S*[/:\d]\S*?)>?", re.IGNORECASE)
_WHY = (
    "Name the report, or give the link of a message, an issue or a ticket: `/signalbox why SB-12`, "
    "`/signalbox why https://…/archives/…`"
)


def why_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox why SB-12`, of one signal if its address or id follows; or what became of anything, by its link."""
    words = trimmed(typed).partition(" ")[2].strip()
    if message := message_link(words):
        return _of_message(message, typed, deps)
    if page := page_link(words):
        return _of_page(page, typed, deps)
    named = _WHICH.fullmatch(trimmed(typed))
    if named is None:
        return about(typed, deps, _WHY, why_here)
    alone = replace(typed, text=f"why {named[1]}")
    return about(alone, deps, _WHY, partial(why_here, name=_name_of(named[2])))


def why_here(report: Report, user: str, team: str, deps: Deps, name: str = "") -> Said:
    """Why its newest signals are in a report, or the one that has this name."""
    if refusal := rules.may_ask(deps.person(user, team), deps.home_team):
        return refusal, []
    if report.merged_into is not None:
        heir = deps.store.reports.heir(report.id or 0).ref
        return f"{report.ref} was merged into {heir}, and so its signals are there: `/signalbox why {heir}`.", []
    snapshot = deps.store.reports.snapshot(report.id or 0)
    scene = scene_of(report, deps)
    signals, shown = scene.signals, scene.shown
    if name:
        asked = deps.store.reports.signal(report.id or 0, name)
        if asked is None:
            return f"That is no signal of {report.ref}, or none that may be shown.", []
        signals, shown = (asked,), 1
    placements = deps.store.placements.of([signal.id or 0 for signal in signals])
    ids = {each.report_id for placement in placements.values() for each in placement.considered.candidates}
    titles = {each: called(other) for each in ids if is_for(other := deps.store.reports.get(each), report)}
    told = Why(report, signals, shown, placements, snapshot.corrections, titles)
    return f"Why these signals are in {report.ref}", why(told)


def _of_message(link: MessageLink, typed: Typed, deps: Deps) -> Said:
    """Why a message is where it is, or in no report. Nothing is said of a private one but in its channel."""
    if refusal := rules.may_ask(deps.person(typed.user, typed.team), deps.home_team):
        return refusal, []
    report = deps.store.reports.at_thread(link.channel, link.thread_ts or link.ts)
    if report is not None:
        return _of_report(report.id or 0, typed, deps)
    terms = deps.policy.channel(link.channel)
    signal = _signal_at(link, deps)
    private = (terms is not None and terms.visibility is Visibility.PRIVATE) or (
        signal is not None and signal.visibility is Visibility.PRIVATE
    )
    if private and typed.channel != link.channel:
        return unfiled.NOT_HERE, []
    if signal is None:
        return unfiled.unknown(link.channel, watched=terms is not None), []
    return _of_signal(signal, typed, deps)


def _of_page(url: str, typed: Typed, deps: Deps) -> Said:
    """Why an issue, a ticket or an alarm is where it is, or in no report. What is private is as if it were unknown."""
    if refusal := rules.may_ask(deps.person(typed.user, typed.team), deps.home_team):
        return refusal, []
    signal = deps.store.signals.at_address(url)
    if signal is None or (signal.visibility is Visibility.PRIVATE and signal.channel != typed.channel):
        return unfiled.NEVER, []
    return _of_signal(signal, typed, deps)


def _of_signal(signal: Signal, typed: Typed, deps: Deps) -> Said:
    if signal.status is SignalStatus.FILED and signal.report_id is not None:
        return _of_report(signal.report_id, typed, deps, signal.external_id)
    return unfiled.unfiled(signal, can_judge=deps.pipeline.means.model.can_research, paused=paused(deps)), []


def _of_report(report_id: int, typed: Typed, deps: Deps, name: str = "") -> Said:
    try:
        return why_here(seen(report_id, typed.channel, deps), typed.user, typed.team, deps, name)
    except NotFound:
        return unfiled.NOT_HERE, []


def _signal_at(link: MessageLink, deps: Deps) -> Signal | None:
    """The signal that a message is, or that it answers."""
    message = deps.store.messages.get(link.message)
    root = message.thread if message is not None else f"{link.channel}/{link.thread_ts}"
    for name in (link.message, root):
        if found := deps.store.signals.find(SOURCE, name):
            return found[-1]
    return None


def _name_of(said: str) -> str:
    """The id of the message that a link of Slack's leads to; anything else is a name already."""
    link = message_link(said)
    return link.message if link else said
