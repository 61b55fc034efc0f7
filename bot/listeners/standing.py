"""`/signalbox standing`: people allow plans ahead, see what is allowed, and stop it."""

from __future__ import annotations

import datetime as dt
import re

import structlog
from slack_sdk.models.blocks import Block

from agents.people.giving import Giving, Wanted
from agents.people.rehoming import ADDRESS
from agents.people.until_when import moment_in
from agents.terms import seconds
from bot.listeners.deps import Deps
from bot.listeners.payload import Typed
from bot.views.escape import one_line, plain
from bot.views.standing import standing
from storage.columns import now

log = structlog.get_logger()

_LATELY = dt.timedelta(days=30)
_NAME = rf"[`<]?{ADDRESS}(?P<name>[\w.-]+(?:/[\w.-]+)?)[`>]?"
_SPAN = (
    r"(?: (?:for )?(?P<span>\d{1,5}|an?)\s?(?P<unit>s|m|h|d|w|minutes?|hours?|days?|weeks?)| (?P<until>until [\w-]+))?"
)
_MOST = r"(?:,? at most (?P<most>\d{1,4})(?: (?:a|per) day)?)?"
_GIVE = re.compile(rf"give {_NAME}{_SPAN}{_MOST}", re.IGNORECASE | re.ASCII)
_LIST = frozenset({"", "list", "show"})
_STOP = re.compile(rf"stop(?: {_NAME})?", re.IGNORECASE | re.ASCII)
_USAGE = (
    "Say `/signalbox standing give owner/name for 3d at most 2`, with m, h, d or w for the time; "
    "`/signalbox standing stop owner/name`; or `/signalbox standing` alone for what there is."
)
_BY_COMMAND = "A standing approval is given by the command alone: type `/signalbox standing give …` in a channel."

Said = tuple[str, list[Block]]


def standing_typed(typed: Typed, deps: Deps) -> Said:
    """What `/signalbox standing` with these words answers, to who typed it alone."""
    words = " ".join(typed.text.split()[1:])
    if words.lower() in _LIST:
        return standing(deps.store.standing.listed(now() - _LATELY), deps.policy, now())
    giving = Giving(deps.store, deps.policy, deps.home_team)
    person = deps.person(typed.user, typed.team)
    if stop := _STOP.fullmatch(words):
        return giving.stop(stop["name"] or "", person).sentence, []
    give = _GIVE.fullmatch(words)
    if give is None:
        return f"I cannot make out “{plain(one_line(words), 80)}”. {_USAGE}", []
    if not typed.trigger:  # said in a message: it may be passed on, edited, or read a day later
        return _BY_COMMAND, []
    most = give["most"]
    at = now()
    until = moment_in(give["until"], at, person.zone) if give["until"] else None
    if give["until"] and until is None:
        return f"I do not know when “{give['until']}” is. {_USAGE}", []
    span = (until - at).total_seconds() if until is not None else _seconds(give)
    wanted = Wanted(give["name"], span, int(most) if most else None)
    answer = giving.give(wanted, person, key=f"{typed.user}/{typed.trigger}"[:300])
    log.info("somebody gives a standing approval", user=typed.user, repository=wanted.repository, given=answer.ok)
    return answer.sentence, []


def _seconds(give: re.Match[str]) -> float | None:
    """How long, where a span is named; `a week` is one."""
    many = give["span"] if (give["span"] or "").isdigit() else "1"
    value = seconds(f"{many}{give['unit'][0].lower()}") if give["span"] else None
    return value if isinstance(value, float) else None
