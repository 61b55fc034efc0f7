"""Commands and buttons by which people ask why a signal is where it is."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from agents import rules
from bot.listeners.deps import Deps
from bot.listeners.naming import REF, Said, about, is_for, scene_of, trimmed
from bot.listeners.payload import Typed
from bot.views.why import Why, why
from storage.records import Report

_WHICH = re.compile(rf"\w+\s+{REF}\s+<?(\S*[/:\d]\S*?)>?", re.IGNORECASE)
_PERMALINK = re.compile(r"https://\S+/archives/([CDG][A-Z0-9]+)/p(\d{10})(\d{6})(?:\?\S*)?")
_WHY = "Name the report, such as: `/signalbox why SB-12`"


def why_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox why SB-12`, of one signal if its address or id follows."""
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
    titles = {each: other.title for each in ids if is_for(other := deps.store.reports.get(each), report)}
    told = Why(report, signals, shown, placements, snapshot.corrections, titles)
    return f"Why these signals are in {report.ref}", why(told)


def _name_of(said: str) -> str:
    """The id of the message that a link of Slack's leads to; anything else is a name already."""
    link = _PERMALINK.fullmatch(said)
    return f"{link[1]}/{link[2]}.{link[3]}" if link else said
