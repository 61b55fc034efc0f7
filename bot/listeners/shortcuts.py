"""The message shortcut “Investigate this”: any message becomes a signal that somebody asked about."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.actions import Shortcut
from bot.listeners.asking import place_for
from bot.listeners.deps import Deps
from bot.listeners.failing import told
from bot.listeners.payload import Press, part
from bot.sources.slack import SlackEvent, raw_signal


def register(app: App, deps: Deps) -> None:
    """The one shortcut."""

    @app.shortcut(Shortcut.INVESTIGATE.value)
    def investigate(ack: Ack, shortcut: dict[str, Any]) -> None:
        ack()
        with told(shortcut, deps):
            press = Press.of(shortcut)
            if press.channel and press.user:
                sentence = _investigate(shortcut, press, deps)
                deps.slack.whisper(press.channel, press.user, sentence, thread_ts=press.thread_ts)


def _investigate(shortcut: dict[str, Any], press: Press, deps: Deps) -> str:
    """What to tell the person. Raises SlackDown."""
    place = place_for(press.user, press.team, press.channel, deps)
    if isinstance(place, str):
        return place
    message = {**part(shortcut, "message"), "type": "message", "subtype": "", "channel": press.channel}
    event = SlackEvent.of({"team_id": deps.home_team, "event": message})
    if event.bot_id and event.bot_id == deps.our_bot:
        return "That is a message of mine. Choose the one that says what is wrong."
    if not event.text.strip() or not event.ts:
        return "That message has no words that I could look into."
    url = deps.slack.address(press.channel, event.ts, event.thread_ts)
    deps.pipeline.ingest(raw_signal(event, place.visibility, url=url, asked_by=press.user))
    return "On it. What I find comes as a report in this channel."
