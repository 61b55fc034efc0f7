"""`/signalbox find`: the open reports of a channel or a repository, and any report by its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents import rules
from bot.listeners.deps import Deps
from bot.listeners.naming import Said, seen, trimmed
from bot.listeners.payload import Typed
from bot.views.escape import one_line, plain
from bot.views.home import Listed, found
from storage.errors import NotFound
from storage.records import Report
from storage.status import Visibility

_OPEN = 1_000  # open reports that are looked through, as in the Home tab
REPORT = re.compile(r"(?:#|SB[- ]?)(\d{1,9})", re.IGNORECASE)
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


def find_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox find`, `find SB-3`, `find owner/name`, `find empty invoice`. Raises SlackDown."""
    if refusal := rules.may_ask(deps.person(typed.user, typed.team), deps.home_team):
        return refusal, []
    words = trimmed(typed).partition(" ")[2].strip()
    if not words:
        here = [report for report in _open(typed, deps) if report.channel == typed.channel]
        return _told("Open reports of this channel", here, deps)
    if named := REPORT.fullmatch(words):
        number = int(named[1])
        return _told(f"SB-{number}", _seen(deps.store.reports.some([number]), typed), deps)
    if _REPOSITORY.fullmatch(words):
        about = [report for report in _open(typed, deps) if report.repository.lower() == words.lower()]
        return _told(f"Open reports about {words}", about, deps)
    searched = deps.redactor.text(words)  # secrets and names are kept as what stands for them, and so found
    ids = list(dict.fromkeys(deps.store.search.reports(searched) + deps.store.search.reports(searched, typed.channel)))
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
    return (
        f"{report.ref} is a report already, so I opened none. *Investigate* or *Look again*, where it has them, has it "
        f"looked into; `/signalbox ask {report.ref} …` asks something about it."
    ), _told(report.ref, [report], deps)[1]


def _open(typed: Typed, deps: Deps) -> list[Report]:
    return _seen(deps.store.reports.open(_OPEN), typed)


def _seen(reports: Sequence[Report], typed: Typed) -> list[Report]:
    """Those that may be spoken of where it is asked, but for what was merged away."""
    return [
        each
        for each in reports
        if each.merged_into is None and (each.visibility is Visibility.PUBLIC or each.channel == typed.channel)
    ]


def _told(what: str, reports: Sequence[Report], deps: Deps) -> Said:
    ids = [each.id or 0 for each in reports]
    urls, came_from = deps.store.outbox.permalinks(ids), deps.store.reports.came_from(ids)
    listed = [Listed(each, urls.get(each.id or 0, ""), came_from.get(each.id or 0)) for each in reports]
    return plain(what), found(what, listed)
