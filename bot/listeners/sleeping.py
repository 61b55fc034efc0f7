"""Snooze, mute and wake, by button and by command; words of a thread come as commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from agents.people.assent import Via
from agents.people.sleeping import Sleeping
from agents.people.until_when import moment_in
from agents.rules import Person
from bot.actions import Action, Choice, Rest
from bot.listeners.deps import Deps
from bot.listeners.naming import REF, Said, about, seen, trimmed
from bot.listeners.payload import Press, Typed
from bot.listeners.telling import answer_press
from bot.slack.answering import redrawn
from bot.views.asleep import MUTE, menu
from storage.columns import now
from storage.errors import NotFound
from storage.records import Report

_TIMED = re.compile(rf"\w+\s+{REF}(?:\s+(.{{1,60}}))?", re.IGNORECASE)
_SNOOZE = (
    "Name the report, and for how long: `/signalbox snooze SB-12 3d`, `… 4h`, `… until monday`, `… until 2026-12-01`"
)
_MUTE, _WAKE = "Name the report, such as: `/signalbox mute SB-12`", "Name the report, such as: `/signalbox wake SB-12`"


def snooze_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox snooze SB-12 3d`; without a time what times there are to choose from."""
    named = _TIMED.fullmatch(trimmed(typed))
    if named is None:
        return _SNOOZE, []
    try:
        report = seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    person = deps.person(typed.user, typed.team)
    if not named[2]:
        return _choices(report, person, deps)
    until = moment_in(named[2], now(), person.zone)
    if until is None:
        return f"I do not know when that is. {_SNOOZE}", []
    return _sleeping(deps).snooze(report.id or 0, until, person, Via.COMMAND).sentence, []


def mute_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox mute SB-12`."""
    return about(typed, deps, _MUTE, _mute)


def wake_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox wake SB-12`."""
    return about(typed, deps, _WAKE, _wake)


def _mute(report: Report, user: str, team: str, deps: Deps) -> Said:
    return _sleeping(deps).snooze(report.id or 0, None, deps.person(user, team), Via.COMMAND).sentence, []


def _wake(report: Report, user: str, team: str, deps: Deps) -> Said:
    return _sleeping(deps).wake(report.id or 0, deps.person(user, team), Via.COMMAND).sentence, []


def _choices(report: Report, person: Person, deps: Deps) -> Said:
    if refusal := _sleeping(deps).may_not(report.id or 0, person):
        return refusal, []
    return f"For how long do I leave {report.ref} alone?", menu(report)


def _show_menu(press: Press, deps: Deps) -> str:
    report = deps.store.reports.get(Choice.model_validate_json(press.value).report_id)
    said = _choices(report, deps.person(press.user, press.team), deps)
    if not said[1]:
        return said[0]
    answer_press(press, said[0], deps, said[1])
    return ""


def _chosen(press: Press, deps: Deps) -> str:
    rest, person = Rest.model_validate_json(press.value), deps.person(press.user, press.team)
    until = None if rest.span == MUTE else moment_in(rest.span, now(), person.zone)
    if until is None and rest.span != MUTE:
        return _SNOOZE
    answer = _sleeping(deps).snooze(rest.report_id, until, person, Via.BUTTON)
    return "" if redrawn(press.address, answer.sentence) else answer.sentence


def _woken(press: Press, deps: Deps) -> str:
    report_id = Choice.model_validate_json(press.value).report_id
    return _sleeping(deps).wake(report_id, deps.person(press.user, press.team), Via.BUTTON).sentence


def _sleeping(deps: Deps) -> Sleeping:
    return Sleeping(deps.pipeline.means, deps.home_team)


ANSWERS: Mapping[Action, Callable[[Press, Deps], str]] = {
    Action.SLEEP: _show_menu,
    Action.SNOOZE: _chosen,
    Action.WAKE: _woken,
}
