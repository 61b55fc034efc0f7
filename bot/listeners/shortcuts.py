"""The message shortcut “Investigate this”: any message becomes a signal that somebody asked about."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.actions import Shortcut
from bot.listeners.deps import Deps
from bot.listeners.failing import told
from bot.listeners.payload import Press, part
from bot.listeners.promoting import Asked, promote
from bot.listeners.telling import answer_press
from bot.sources.slack import SlackEvent


def register(app: App, deps: Deps) -> None:
    """The one shortcut."""

    @app.shortcut(Shortcut.INVESTIGATE.value)
    def investigate(ack: Ack, shortcut: dict[str, Any]) -> None:
        ack()
        with told(shortcut, deps):
            press = Press.of(shortcut)
            if press.channel and press.user:
                answer_press(press, _investigate(shortcut, press, deps), deps)


def _investigate(shortcut: dict[str, Any], press: Press, deps: Deps) -> str:
    """What to tell the person. Raises SlackDown."""
    message = {**part(shortcut, "message"), "type": "message", "channel": press.channel}
    seen = SlackEvent.of({"team_id": deps.home_team, "event": message})
    asked = Asked(by=press.user, team=press.team, channel=press.channel, ts=seen.ts, seen=seen)
    return promote(asked, deps)
