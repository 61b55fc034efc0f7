"""Buttons: acknowledge, read the value, ask `Assent`, tell the person."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App

from agents import rules
from agents.assent import Via
from bot.actions import DECISIONS, Action, Choice, HeldChoice, action_of
from bot.listeners.deps import Deps
from storage.records import Decision

_OURS = re.compile("^(" + "|".join(action.value for action in Action) + ")(:.*)?$")


def register(app: App, deps: Deps) -> None:
    """Every button of ours; any other one is acknowledged and left alone."""

    @app.action(_OURS)
    def pressed(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        what = action_of(str(action["action_id"]))
        if what is Action.RESTORE:
            _restore(HeldChoice.model_validate_json(action["value"]), body, deps)
        elif what in DECISIONS:
            _decide(DECISIONS[what], Choice.model_validate_json(action["value"]), body, deps)

    @app.action(re.compile(".*"))
    def unknown(ack: Ack) -> None:
        ack()


def _decide(decision: Decision, choice: Choice, body: dict[str, Any], deps: Deps) -> None:
    person = deps.person(str(body["user"]["id"]), str(body["user"].get("team_id") or ""))
    answer = deps.assent.press(
        choice.report_id,
        decision,
        plan_revision=choice.plan_revision,
        plan_hash=choice.plan_hash,
        person=person,
        via=Via.BUTTON,
        words=_option(choice, deps),
    )
    _tell(body, answer.sentence, deps)


def _option(choice: Choice, deps: Deps) -> str:
    """The words of the option that was pressed, empty for any other button."""
    question = deps.store.plans.question(choice.report_id) if choice.option >= 0 else None
    options = question.body.options if question is not None else ()
    return options[choice.option] if 0 <= choice.option < len(options) else ""


def _restore(choice: HeldChoice, body: dict[str, Any], deps: Deps) -> None:
    person = deps.person(str(body["user"]["id"]), str(body["user"].get("team_id") or ""))
    refusal = rules.may_decide(person, None, deps.policy, deps.home_team)
    if refusal:
        _tell(body, refusal, deps)
    elif deps.store.signals.restore(choice.signal_id, person.user_id):
        deps.nudge_signal(choice.signal_id)
        _tell(body, "Restored. It is read like any other signal now.", deps)
    else:
        _tell(body, "It is not held any more.", deps)


def _tell(body: dict[str, Any], sentence: str, deps: Deps) -> None:
    """Say it to the person alone, in the thread where they pressed."""
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    message = body.get("message") or {}
    if channel and sentence:
        thread_ts = message.get("thread_ts") or ""
        deps.slack.whisper(str(channel), str(body["user"]["id"]), sentence, thread_ts=str(thread_ts))
