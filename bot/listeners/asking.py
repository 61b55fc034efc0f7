"""Somebody asks for an investigation, by a command, a shortcut or a mention: may they, and can it be shown here?"""

from __future__ import annotations

from agents import rules
from bot.listeners.deps import Deps
from bot.slack.writer import Place
from bot.views.words import NO_MODEL
from storage.switches import PAUSED

_INVITE = "I am not in this channel, so I could not show you what I find. Type `/invite @signalbox`, then ask again."
_DIRECT = "I cannot be invited into this conversation. Ask in a channel: `/investigate` there, and say what is wrong."
_SHARED = "This channel is shared with another workspace, so I do not research here. Ask in a channel of your own."


def place_for(user: str, team: str, channel: str, deps: Deps) -> Place | str:
    """Where the report will be shown, or the sentence that says why there will be none. Raises SlackDown."""
    if refusal := rules.may_ask(deps.person(user, team), deps.home_team):
        return refusal
    place = deps.slack.place(channel)
    if place is None or not place.is_member:
        return _DIRECT if channel.startswith("D") else _INVITE
    terms = deps.policy.channel(channel)
    return _SHARED if place.is_shared and not (terms is not None and terms.connect) else place


def paused(deps: Deps) -> str:
    """That everything is paused, by whom, and how it goes on; empty when nothing is."""
    switch = deps.store.switches.get(PAUSED)
    if not switch.on:
        return ""
    by = f" by <@{switch.by}>" if switch.by else ""
    return f"I keep it, but everything is paused{by}; it is looked at after `/signalbox resume`."


def begun(deps: Deps, promise: str) -> str:
    """What to tell who asked for something that is not filed yet: the promise, or what stands against it."""
    if waits := paused(deps):
        return waits
    if not deps.pipeline.means.model.can_research:
        return f"{promise} Nobody looks for its cause yet: {NO_MODEL}."
    return promise
