"""Somebody asks for an investigation, by a command, a shortcut or a mention: may they, and can it be shown here?"""

from __future__ import annotations

from agents import rules
from bot.listeners.deps import Deps
from bot.slack import Place

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
