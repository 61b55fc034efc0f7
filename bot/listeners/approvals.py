"""Buttons: acknowledge, read the value, ask `Assent`, tell the person."""

from __future__ import annotations

import re
from typing import Any

import structlog
from pydantic import ValidationError
from slack_bolt import Ack, App

from agents.people.assent import Answer, Via
from bot.actions import DECISIONS, Action, Choice, Named, action_of
from bot.listeners import correcting, held, how, letters, sleeping, taking, telling
from bot.listeners.deps import Deps
from bot.listeners.failing import told
from bot.listeners.payload import Press
from bot.views.trouble import forgotten, outdated
from storage.errors import NotFound
from storage.records import Decision

log = structlog.get_logger()

_OURS = re.compile("^(" + "|".join(action.value for action in Action) + ")(:[0-9]{1,10})?$")


def register(app: App, deps: Deps) -> None:
    """Every button of ours; any other one is acknowledged and left alone."""

    @app.action(_OURS)
    def pressed(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        with told(body, deps):
            press = Press.of(body, action)
            sentence = _said(press, deps)
            if sentence and press.channel and press.user:
                telling.answer_press(press, sentence, deps)

    @app.action(re.compile(".*"))
    def unknown(ack: Ack) -> None:
        ack()


def _said(press: Press, deps: Deps) -> str:
    try:
        return _answer(press, deps)
    except (ValidationError, NotFound) as error:
        log.warning("a button made no sense", action=press.action, user=press.user, error=str(error)[:300])
        return outdated()


def _answer(press: Press, deps: Deps) -> str:
    """Do what was pressed; what to tell the person. Raises ValidationError for a value that is not of our making."""
    action = action_of(press.action)
    if _is_of_another_time(press, deps):
        log.warning("a button was pressed on a message that is not the report's", message=press.ts, value=press.value)
        return forgotten()
    for answers in (held.ANSWERS, letters.ANSWERS, sleeping.ANSWERS, taking.ANSWERS):
        if action in answers:
            return answers[action](press, deps)
    if action is Action.HOW:
        return how.show(press, deps)
    if correcting.is_ours(action):
        return correcting.pressed(action, press, deps)
    if action in DECISIONS:
        return _decide(DECISIONS[action], Choice.model_validate_json(press.value), press, deps).sentence
    return ""


def _is_of_another_time(press: Press, deps: Deps) -> bool:
    """Whether a button for a report, or a correction, stands on a message that is not known as that report's.

    Where an older backup was restored, what was posted since is unknown, and its numbers are other reports' now.
    """
    named = Named.of(press.value)
    if press.alone or not press.ts or not (named.report_id or named.correction_id):
        return False
    row = deps.store.outbox.at(press.channel, press.ts)
    return row is None or (named.report_id not in (0, row.report_id))


def _decide(decision: Decision, choice: Choice, press: Press, deps: Deps) -> Answer:
    words = ""
    if decision is Decision.ANSWER:
        question = deps.store.plans.question(choice.report_id)
        if question is None or question.id != choice.question_id:
            return Answer(ok=False, sentence="That question needs no answer any more; nothing was changed.")
        if not 0 <= choice.option < len(question.body.options):
            return Answer(ok=False, sentence=outdated())
        words = question.body.options[choice.option]
    if decision is Decision.PERMIT:
        kept = deps.store.plans.kept_back(choice.report_id, entry_id=choice.entry_id)
        if kept is None:
            return Answer(ok=False, sentence="Nothing waits for these words any more; nothing was changed.")
        words = kept.said
    if decision is Decision.GO_ON:
        way = deps.store.plans.in_the_way(choice.report_id, entry_id=choice.entry_id)
        if way is None:
            return Answer(ok=False, sentence="It goes on already, or waits for something else; nothing was changed.")
        words = way.said
    return deps.assent.press(
        choice.report_id,
        decision,
        plan_revision=choice.plan_revision,
        plan_hash=choice.plan_hash,
        person=deps.person(press.user, press.team),
        via=Via.BUTTON,
        words=words,
    )
