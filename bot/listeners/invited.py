"""Somebody brought the bot into a channel that the policy does not name: they hear what to do about that."""

from __future__ import annotations

from agents.terms import Policy
from bot.listeners.deps import Deps
from bot.listeners.telling import tell
from bot.sources.slack import SlackEvent

JOINED = "member_joined_channel"
_PRIVATE = "G"  # as this kind of event tells the type of a channel


def is_of_others(event: SlackEvent, deps: Deps) -> bool:
    """Whether it tells of somebody else, which is not even kept."""
    return event.type == JOINED and event.user != deps.our_user


def joined(event: SlackEvent, deps: Deps) -> None:
    """Whisper to who invited us. Nobody is told where the policy knows the channel, nor anybody of elsewhere."""
    if not event.inviter or event.channel in _named(deps.policy):
        return
    if deps.person(event.inviter, event.user_team or deps.home_team).is_stranger:
        return
    private = '\nvisibility = "private"' if event.channel_type == _PRIVATE else ""
    emoji = f" react to it with :{deps.policy.ask_emoji}:," if deps.policy.ask_emoji else ""
    sentence = (
        "Thanks. The policy does not name this channel, so I read nothing here by myself. For that whoever runs me "
        f'writes this into signalbox.toml and restarts me:\n```[[channels]]\nid = "{event.channel}"{private}```\n'
        f"Until then ask me about a message: choose *Investigate this* in its menu,{emoji} or write my name and what "
        "is wrong."
    )
    tell(event.channel, event.inviter, sentence, deps)


def _named(policy: Policy) -> frozenset[str]:
    """The channels that are watched, or that reports and notes go to."""
    rooms = [room for channel in policy.channels for room in (channel.id, channel.report_to)]
    return frozenset([*rooms, *(source.report_to for source in policy.sources.values()), policy.held_notes_to])
