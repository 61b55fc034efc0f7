"""`/signalbox link SB-12 <link>` and `unlink`: an issue with a report, or the pull request that mends it."""

from __future__ import annotations

import re

from agents.people.linking import USAGE, Linking
from bot.listeners.deps import Deps
from bot.listeners.mending import mending
from bot.listeners.naming import REF, Said, seen
from bot.listeners.payload import Typed
from storage.errors import NotFound

_LINKED = re.compile(rf"\w+\s+{REF}[\s,:]+(?:(?:with|to|and|is|as)\s+)?(\S.{{0,500}})", re.IGNORECASE | re.DOTALL)
_PULL = re.compile(r"/pull/\d")


def link_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox link SB-12`, with the link of an issue or a pull request."""
    return _about(typed, deps, undo=False)


def unlink_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox unlink SB-12`, with the link of an issue."""
    return _about(typed, deps, undo=True)


def _about(typed: Typed, deps: Deps, *, undo: bool) -> Said:
    named = _LINKED.fullmatch(typed.text.strip())
    if named is None:
        return USAGE, []
    try:
        report_id = seen(int(named[1]), typed.channel, deps).id or 0
    except NotFound as error:
        return str(error), []
    person, linking = (
        deps.person(typed.user, typed.team),
        Linking(deps.store, deps.pipeline.means.nudge, deps.home_team),
    )
    if _PULL.search(named[2]) and not undo:
        return mending(deps).fixed(report_id, named[2], person).sentence, []
    answer = linking.unlink(report_id, named[2], person) if undo else linking.link(report_id, named[2], person)
    return answer.sentence, []
