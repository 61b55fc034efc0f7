"""Slash commands: /investigate opens a report at once, /signalbox says how the bot is and pauses it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.models.blocks import Block

from agents import rules
from bot.actions import Command
from bot.listeners.deps import Deps
from bot.sources.slack import SOURCE
from bot.views.home import HELP, Condition, condition, held
from bot.views.limits import within
from storage.columns import now
from storage.raw import RawSignal, Severity

PAUSED = "paused"


def register(app: App, deps: Deps) -> None:
    """Both commands."""

    @app.command(Command.INVESTIGATE.value)
    def investigate(ack: Ack, command: dict[str, Any]) -> None:
        ack(text=_investigate(command, deps))

    @app.command(Command.SIGNALBOX.value)
    def signalbox(ack: Ack, command: dict[str, Any]) -> None:
        words = str(command.get("text") or "help").split()
        verb = _VERBS.get(words[0].lower() if words else "help", _help)
        text, blocks = verb(command, deps)
        ack(text=text, blocks=within(blocks) or None)


def _investigate(command: dict[str, Any], deps: Deps) -> str:
    """Remember what was typed as a signal that somebody asked about; the sentence for that person."""
    text, channel, user = (str(command.get(key) or "") for key in ("text", "channel_id", "user_id"))
    if not text.strip():
        return "Say what is wrong, such as: /investigate the export of large reports ends with an error"
    if refusal := rules.may_ask(deps.person(user, str(command.get("team_id") or "")), deps.home_team):
        return refusal
    place = deps.slack.place(channel)
    if place is None or not place.is_member:
        return "I am not in this channel, so I could not show you what I find. Type /invite @signalbox, then try again."
    if place.is_shared:
        return "This channel is shared with another workspace, so I do not research here. Ask in a channel of your own."
    typed = hashlib.sha256(str(command.get("trigger_id") or now().isoformat()).encode()).hexdigest()[:16]
    deps.pipeline.ingest(
        RawSignal(
            source=SOURCE,
            external_id=f"{channel}/investigate-{typed}",
            body=text[:40_000],
            author=user,
            channel=channel,
            visibility=place.visibility,
            severity=Severity.WARNING,
            happened_at=now(),
            asked_by=user,
        )
    )
    return "On it. A report will appear here in a moment, and what I find in its thread."


def _status(_: dict[str, Any], deps: Deps) -> tuple[str, list[Block]]:
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    how = Condition(
        paused=deps.store.switches.get(PAUSED),
        counts=deps.store.signals.counts(),
        open_reports=len(deps.store.reports.open(limit=1_000)),
        today=deps.store.spending.since(today),
        cursors=[deps.store.cursors.get(source) for source in deps.policy.sources],
    )
    return "Paused" if how.paused.on else "Working", condition(how)


def _held(_: dict[str, Any], deps: Deps) -> tuple[str, list[Block]]:
    signals = deps.store.signals.held()
    return f"{len(signals)} signals are held.", held(signals)


def _pause(command: dict[str, Any], deps: Deps) -> tuple[str, list[Block]]:
    return _switch(command, deps, on=True), []


def _resume(command: dict[str, Any], deps: Deps) -> tuple[str, list[Block]]:
    return _switch(command, deps, on=False), []


def _switch(command: dict[str, Any], deps: Deps, *, on: bool) -> str:
    user = str(command.get("user_id") or "")
    person = deps.person(user, str(command.get("team_id") or ""))
    if refusal := rules.may_decide(person, None, deps.policy, deps.home_team):
        return refusal
    deps.store.switches.put(PAUSED, on, user)
    if on:
        return "Paused. What runs stops at its next checkpoint; nothing is lost. /signalbox resume goes on."
    return "Resumed. Everything goes on where it stopped."


def _help(_: dict[str, Any], __: Deps) -> tuple[str, list[Block]]:
    return HELP, []


_VERBS: dict[str, Callable[[dict[str, Any], Deps], tuple[str, list[Block]]]] = {
    "status": _status,
    "held": _held,
    "pause": _pause,
    "resume": _resume,
    "help": _help,
}
