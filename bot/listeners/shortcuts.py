"""The message shortcut “Investigate this”: any message becomes a signal that somebody asked about."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from agents import rules
from bot.actions import INVESTIGATE_SHORTCUT
from bot.listeners.deps import Deps
from bot.sources.slack import SlackEvent, raw_signal


def register(app: App, deps: Deps) -> None:
    """The one shortcut."""

    @app.shortcut(INVESTIGATE_SHORTCUT)
    def investigate(ack: Ack, shortcut: dict[str, Any]) -> None:
        ack()
        channel, user = str(shortcut["channel"]["id"]), str(shortcut["user"]["id"])
        deps.slack.whisper(channel, user, _investigate(shortcut, channel, user, deps))


def _investigate(shortcut: dict[str, Any], channel: str, user: str, deps: Deps) -> str:
    person = deps.person(user, str(shortcut["user"].get("team_id") or ""))
    if refusal := rules.may_ask(person, deps.home_team):
        return refusal
    place = deps.slack.place(channel)
    if place is None or not place.is_member:
        return "I am not in this channel. Type /invite @signalbox, then try again."
    if place.is_shared:
        return "This channel is shared with another workspace, so I do not research here."
    body = {"team_id": deps.home_team, "event": {"type": "message", "channel": channel, **_message(shortcut)}}
    event = SlackEvent.of(body)
    if not event.text.strip():
        return "That message has no words that I could look into."
    url = deps.slack.permalink(channel, event.ts)
    deps.pipeline.ingest(raw_signal(event, place.visibility, url=url, asked_by=user, occurrence="investigate"))
    return "On it. What I find comes as a report in this channel."


def _message(shortcut: dict[str, Any]) -> dict[str, Any]:
    message = shortcut.get("message")
    return {key: value for key, value in message.items() if key != "type"} if isinstance(message, dict) else {}
