"""Which checks a branch requires before anything may be merged into it, by its protection and by rulesets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from github import GithubException
from github.Repository import Repository as Repo

from agents.adapters.github.client import is_down
from agents.exchange import Check

_REMEMBERED = 600.0  # seconds


@dataclass
class Required:
    """What branches require, asked for once in ten minutes. Any token that sees the code may read both lists."""

    clock: Callable[[], float] = time.monotonic
    _known: dict[tuple[str, str], tuple[tuple[str, ...], float]] = field(default_factory=dict)

    def missing(self, repo: Repo, branch: str, checks: Iterable[Check]) -> tuple[str, ...]:
        """Those of them that nobody has reported yet; GitHub says of these that it expects them."""
        there = {check.name for check in checks}
        return tuple(name for name in self._of(repo, branch) if name not in there)

    def _of(self, repo: Repo, branch: str) -> tuple[str, ...]:
        key = (repo.url, branch)
        known, until = self._known.get(key, ((), 0.0))
        if self.clock() >= until:
            known = tuple(dict.fromkeys((*_protected(repo, branch), *_ruled(repo, branch))))
            self._known[key] = (known, self.clock() + _REMEMBERED)
        return known


def _protected(repo: Repo, branch: str) -> Iterator[str]:
    shown = _asked(repo, f"/branches/{quote(branch, safe='')}")
    protection = shown.get("protection") if isinstance(shown, dict) else None
    required = (protection or {}).get("required_status_checks") or {}
    yield from required.get("contexts") or ()


def _ruled(repo: Repo, branch: str) -> Iterator[str]:
    rules = _asked(repo, f"/rules/branches/{quote(branch, safe='')}?per_page=100")
    for rule in rules if isinstance(rules, list) else ():
        if rule.get("type") == "required_status_checks":
            checks = (rule.get("parameters") or {}).get("required_status_checks") or ()
            yield from (check["context"] for check in checks if check.get("context"))


def _asked(repo: Repo, path: str) -> Any:
    """GitHub's answer; nothing where it does not tell, as an older server that knows no rulesets."""
    try:
        return repo.requester.requestJsonAndCheck("GET", repo.url + path)[1]
    except GithubException as error:
        if is_down(error):
            raise
        return None
