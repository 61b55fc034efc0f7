"""Somebody asks for an investigation, by a command, a shortcut or a mention: may they, and can it be shown here?"""

from __future__ import annotations

from agents import rules
from bot.listeners.deps import Deps
from bot.slack import Place

_INVITE = "I am not in this channel, so I could not show you what I find. Type `/invite @signalbox`, then ask again."
_SHARED = "This channel is shared with another workspace, so I do not research here. Ask in a channel of your own."


def place_for(user: str, team: str, channel: str, deps: Deps) -> Place | str:
    """Where the report will be shown, or the sentence that says why there will be none. Raises SlackDown."""
    if refusal := rules.may_ask(deps.person(user, team), deps.home_team):
        return refusal
    place = deps.slack.place(channel)
    if place is None or not place.is_member:
        return _INVITE
    return _SHARED if place.is_shared else place
