"""Take, give and release, by button and by command; words of a thread come as commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from agents.people.taking import Takers
from bot.actions import Action, Choice
from bot.listeners.deps import Deps
from bot.listeners.naming import REF, Said, about, seen, trimmed
from bot.listeners.payload import Press, Typed
from storage.errors import NotFound
from storage.records import Report

_MENTION = r"<@([UW][A-Z0-9]{2,20})(?:\|[^>]*)?>"
_GIVEN = re.compile(rf"\w+\s+{REF}\s*,?\s+(?:to\s+)?(?:{_MENTION}|(me|myself)|@?(\S.{{0,80}}))", re.IGNORECASE)
_TAKE = "Name the report, such as: `/signalbox take SB-12`"
_GIVE = "Name the report and the person, such as: `/signalbox give SB-12 @anna`, or `give SB-12 me`"
_RELEASE = "Name the report, such as: `/signalbox release SB-12`. What is held is in `/signalbox held`, with *Restore*."
_WHO = (
    "I cannot tell who that is: choose the name from Slack's own list when you type `@`, or say “give this to @anna” "
    "to me in the report's thread."
)


def take_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox take SB-12`."""
    return about(typed, deps, _TAKE, _take)


def give_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox give SB-12 @anna`."""
    named = _GIVEN.fullmatch(trimmed(typed))
    if named is None:
        return _GIVE, []
    try:
        report = seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    if named[4]:
        return _WHO, []
    to, person = named[2] or typed.user, deps.person(typed.user, typed.team)
    who = person if to == typed.user else deps.person(to, deps.home_team)
    answer = takers(deps).give(report.id or 0, who, lambda channel: deps.slack.is_member(channel, to), person)
    return answer.sentence, []


def release_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox release SB-12`."""
    return about(typed, deps, _RELEASE, _release)


def takers(deps: Deps) -> Takers:
    """Who gives reports to people."""
    return Takers(deps.store, deps.pipeline.means.nudge, deps.home_team)


def _take(report: Report, user: str, team: str, deps: Deps) -> Said:
    return takers(deps).take(report.id or 0, deps.person(user, team)).sentence, []


def _release(report: Report, user: str, team: str, deps: Deps) -> Said:
    return takers(deps).release(report.id or 0, deps.person(user, team)).sentence, []


def _pressed_take(press: Press, deps: Deps) -> str:
    report_id = Choice.model_validate_json(press.value).report_id
    return takers(deps).take(report_id, deps.person(press.user, press.team)).sentence


def _pressed_release(press: Press, deps: Deps) -> str:
    report_id = Choice.model_validate_json(press.value).report_id
    return takers(deps).release(report_id, deps.person(press.user, press.team)).sentence


ANSWERS: Mapping[Action, Callable[[Press, Deps], str]] = {
    Action.TAKE: _pressed_take,
    Action.RELEASE: _pressed_release,
}
