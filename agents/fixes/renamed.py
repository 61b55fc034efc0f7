"""Repositories that were renamed: an issue of theirs keeps the name that it was heard of under."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.cases import SeenSignal
from agents.errors import CodeHostRejected
from agents.ports import CodeHost
from agents.terms import Repository

_ISSUE = re.compile(r"([\w.-]+/[\w.-]+)#\d+")
_MOST = 5  # names that the code host is asked about


def other_names(code_host: CodeHost, repository: Repository, signals: Sequence[SeenSignal]) -> tuple[str, ...]:
    """The names, other than the policy's, by which issues among the signals are the repository's own.

    Raises CodeHostDown.
    """
    found = [match[1].lower() for one in signals if (match := _ISSUE.fullmatch(one.external_id)) and _is_issue(one)]
    named = [name for name in dict.fromkeys(found) if name != repository.name.lower()][:_MOST]
    if not named:
        return ()
    today = _today(code_host, repository.name)
    return tuple(name for name in named if today and _today(code_host, name) == today)


def _is_issue(signal: SeenSignal) -> bool:
    return "/issues/" in signal.url


def _today(code_host: CodeHost, name: str) -> str:
    """What it is called today, in small letters; empty where the code host shows us no such repository."""
    try:
        return code_host.name_of(name).lower()
    except CodeHostRejected:
        return ""
