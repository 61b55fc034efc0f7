"""`/signalbox outcomes`: what came of the reports of this channel, or about a repository, for who asks alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.errors import BadSettings
from agents.people.rehoming import meant
from bot.listeners.deps import Deps
from bot.listeners.naming import Said, trimmed
from bot.listeners.payload import Typed
from bot.pulling.backfill import moment_of
from bot.views.outcomes import Asked, outcomes
from storage.columns import now
from storage.reports.balance import Grouped

_LATELY = "30d"
_WORD = re.compile(
    r"(?:(?:-*by|for each|per)[ =]+(?P<by>source|repository|repo)s?|(?:-*since|for|last|in|of)[ =]+(?:the )?(?:last )?"
    r"(?P<since>\d[\w:.+-]*|week|month|day)(?P<unit> (?:days?|weeks?|months?|hours?))?|(?P<bare>\d+[dhw])"
    r"|(?:of |about |for )?(?P<name>[\w.-]+/[\w.-]+))",
    re.IGNORECASE,
)
_SPANS = {"day": "1d", "week": "7d", "month": "30d"}
_DAYS = {"h": 1 / 24, "d": 1, "w": 7, "m": 30}
_USAGE = (
    "`/signalbox outcomes` tells what came of this channel's reports in 30 days; `outcomes since 7d`, `since "
    "2026-11-01`, `outcomes owner/name`, `--by source` and `--by repository` narrow it."
)


@dataclass(frozen=True)
class _Wanted:
    """What was asked for."""

    since: str = ""
    by: Grouped | None = None
    name: str = ""


def outcomes_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox outcomes`, `outcomes since 7d`, `outcomes owner/name`, `outcomes --by source`."""
    wanted = _wanted(trimmed(typed).partition(" ")[2].strip())
    if wanted is None:
        return _USAGE, []
    try:
        moment = moment_of(wanted.since or _LATELY, at := now())
    except BadSettings as error:
        return f"{error} {_USAGE}", []
    repository = ""
    if wanted.name:
        found = meant(wanted.name, deps.policy)
        if len(found) != 1:
            listed = ", ".join(f"`{each.name}`" for each in deps.policy.repositories) or "none"
            return f"`{wanted.name}` is no repository of the policy file, which names {listed}.", []
        repository = found[0].name
    balances = deps.store.balances.seen_in(moment, typed.channel, repository, wanted.by)
    return outcomes(balances, Asked(moment, repository, wanted.by, at))


def _wanted(words: str) -> _Wanted | None:
    """None for what is not wholly understood."""
    since, by, name, at = "", None, "", 0
    while at < len(words):
        found = _WORD.match(words, at)
        if found is None:
            return None
        since = _span(found) or since
        by = by if not found["by"] else Grouped.SOURCE if found["by"].lower() == "source" else Grouped.REPOSITORY
        name = found["name"] or name
        at = found.end() + len(words[found.end() :]) - len(words[found.end() :].lstrip(" ,"))
    return _Wanted(since, by, name)


def _span(found: re.Match[str]) -> str:
    """As a span that commands know; empty where no time is named."""
    said = (found["since"] or found["bare"] or "").lower()
    if (unit := found["unit"]) and said.isdigit():
        return f"{max(1, round(int(said) * _DAYS[unit.strip()[0].lower()]))}d"
    if week := re.fullmatch(r"(\d+)w", said):
        return f"{int(week[1]) * 7}d"
    return _SPANS.get(said, said)
