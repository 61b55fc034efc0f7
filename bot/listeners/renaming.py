"""`/signalbox rename SB-12 …`; words of a thread come as this command."""

from __future__ import annotations

import re

from agents.people.renaming import Renaming
from bot.listeners.deps import Deps
from bot.listeners.naming import REF, Said, seen
from bot.listeners.payload import Typed
from storage.errors import NotFound

_RENAMED = re.compile(rf"\w+\s+{REF}(?:\s*:\s*|\s+)(?:(?:to|as)\s+)?(\S.*)", re.IGNORECASE | re.DOTALL)
_USAGE = "Name the report, and say what to call it: `/signalbox rename SB-12 exports hang`"


def rename_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox rename SB-12 exports hang`."""
    named = _RENAMED.fullmatch(typed.text.strip())
    if named is None:
        return _USAGE, []
    try:
        report = seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    return renaming(deps).rename(report.id or 0, named[2], deps.person(typed.user, typed.team)).sentence, []


def renaming(deps: Deps) -> Renaming:
    """Who gives reports names."""
    return Renaming(deps.store, deps.pipeline.means.nudge, deps.home_team, deps.redactor.text)
