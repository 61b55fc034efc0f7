"""Reactions: they say how many people a signal meets; one emoji asks for an investigation."""

from __future__ import annotations

from bot.listeners.conversation import bring_up_to_date, is_alive, listened, signal_of
from bot.listeners.deps import Deps
from bot.listeners.promoting import Asked, promote
from bot.listeners.telling import tell
from bot.sources.slack import SlackEvent
from storage.signals.messages import Mark

ADDED = "reaction_added"


def reacted(event: SlackEvent, deps: Deps) -> None:
    """Somebody put a reaction on a message, or took it away."""
    if not event.is_placed or not event.user:
        return
    if event.type == ADDED and event.reaction == deps.policy.ask_emoji:
        _asks(event, deps)
        return
    watched = listened(event.channel, deps, shared=event.shared) is not None
    if event.item_user == deps.our_user or not (watched or is_alive(signal_of(event.external_id, deps))):
        return
    mark = Mark(
        message=event.external_id,
        user=event.user,
        name=event.reaction,
        on=event.type == ADDED,
        version=event.version,
    )
    deps.store.messages.mark(mark)
    bring_up_to_date(event.external_id, deps)


def _asks(event: SlackEvent, deps: Deps) -> None:
    """People of another workspace are not even answered: they did not speak to us."""
    team = event.user_team or deps.home_team
    person = deps.person(event.user, team)
    if person.is_stranger or person.team_id != deps.home_team:
        return
    asked = Asked(by=event.user, team=team, channel=event.channel, ts=event.ts)
    sentence = promote(asked, deps)
    tell(event.channel, event.user, sentence, deps)
