"""`/signalbox find`: the open reports of a channel or a repository, and any report by its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents import rules
from bot.listeners.deps import Deps
from bot.listeners.listed import listed_of
from bot.listeners.naming import Said, seen, trimmed
from bot.listeners.payload import Typed
from bot.views import parts
from bot.views.escape import one_line, plain
from bot.views.home import found
from storage.errors import NotFound
from storage.records import Report
from storage.status import Visibility

_OPEN = 1_000  # open reports that are looked through, as in the Home tab
REPORT = re.compile(r"(?:#|SB[- ]?)(\d{1,9})", re.IGNORECASE)
_MINE = frozenset({"mine", "my", "my reports", "me"})
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


def find_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox find`, `find SB-3`, `find mine`, `find owner/name`, `find empty invoice`. Raises SlackDown."""
    if refusal := rules.may_ask(deps.person(typed.user, typed.team), deps.home_team):
        return refusal, []
    words = trimmed(typed).partition(" ")[2].strip()
    if not words:
        here = deps.store.reports.open_in(typed.channel, _OPEN)
        return _told("Open reports of this channel", _seen(here, typed), deps)
    if words.lower() in _MINE:
        mine = [each for each in deps.store.reports.open(_OPEN) if each.taken_by == typed.user]
        return _told("Reports that you work on", _seen(mine, typed), deps)
    if named := REPORT.fullmatch(words):
        number = int(named[1])
        return _told(f"SB-{number}", _seen(deps.store.reports.some([number]), typed), deps)
    if _REPOSITORY.fullmatch(words):
        about = [each for each in deps.store.reports.open(_OPEN) if each.repository.lower() == words.lower()]
        return _told(f"Open reports about {words}", _seen(about, typed), deps)
    searched = deps.redactor.text(words)  # secrets and names are kept as what stands for them, and so found
    named_so = deps.store.names.having(searched.split())
    ids = list(
        dict.fromkeys(
            named_so + deps.store.search.reports(searched) + deps.store.search.reports(searched, typed.channel)
        )
    )
    told = f"Reports with words of “{one_line(searched)[:80]}”"
    return _told(told, _seen(deps.store.reports.some(ids), typed), deps)


def is_known(typed: Typed, deps: Deps) -> Said | None:
    """What to answer who asks to investigate a report by its number; None for whoever says what is wrong."""
    named = REPORT.fullmatch(typed.text.strip())
    if named is None:
        return None
    if refusal := rules.may_ask(deps.person(typed.user, typed.team), deps.home_team):
        return refusal, []
    try:
        report = seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    said = (
        f"{report.ref} is a report already, so I opened none. *Investigate* or *Look again*, where it has them, has it "
        f"looked into; `/signalbox ask {report.ref} …` asks something about it."
    )
    return said, [*_told(report.ref, [report], deps)[1], parts.context(parts.Markup(said))]


def _seen(reports: Sequence[Report], typed: Typed) -> list[Report]:
    """Those that may be spoken of where it is asked, but for what was merged away."""
    return [
        each
        for each in reports
        if each.merged_into is None and (each.visibility is Visibility.PUBLIC or each.channel == typed.channel)
    ]


def _told(what: str, reports: Sequence[Report], deps: Deps) -> Said:
    return plain(what), found(what, listed_of(reports, deps))
