"""`/signalbox fixed SB-12 <link>`: a person mends it themself; words of a thread come as this command."""

from __future__ import annotations

import re

from agents.people.mending import USAGE, Mending
from bot.listeners.deps import Deps
from bot.listeners.naming import REF, Said, seen
from bot.listeners.payload import Typed
from storage.errors import NotFound

_FIXED = re.compile(rf"\w+\s+{REF}(?:[\s,:]+(.{{0,500}}))?", re.IGNORECASE | re.DOTALL)


def fixed_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox fixed SB-12`, with a pull request or in what it is mended."""
    named = _FIXED.fullmatch(typed.text.strip())
    if named is None:
        return USAGE, []
    try:
        report = seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    person = deps.person(typed.user, typed.team)
    return mending(deps).fixed(report.id or 0, named[2] or "", person).sentence, []


def mending(deps: Deps) -> Mending:
    """Who keeps what people mend."""
    means = deps.pipeline.means
    return Mending(deps.store, deps.policy, means.nudge, deps.home_team, deps.redactor.text)
