"""What a pull request's red checks say of the branch that it is for: what fails there too is not the pull request's.

Asked only where something is red: a call for the tip, at most one for the commit that was forked from, and once a
minute what reading the checks of each of the two costs, without their logs.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from github import GithubException
from github.PullRequest import PullRequest as Pull
from github.Repository import Repository as Repo

from agents.adapters.github.checks import checks_of
from agents.adapters.github.client import is_down
from agents.exchange import Check
from storage.records import CheckState

_REMEMBERED = 60.0  # seconds
_KEPT = 100  # commits


@dataclass
class BaseChecks:
    """The checks of base branches. May be used by many threads: the worst that comes of it is a call too many."""

    clock: Callable[[], float] = time.monotonic
    _known: OrderedDict[tuple[str, str], tuple[tuple[Check, ...], float]] = field(default_factory=OrderedDict)

    def of(self, repo: Repo, pull: Pull, names: Collection[str]) -> tuple[Check, ...]:
        """Those of these names at the branch's tip, or at the commit that was forked from if they have not ended there.

        Nothing where GitHub does not tell.
        """
        try:
            tip = repo.get_branch(pull.base.ref).commit.sha
            there = self._at(repo, tip)
            going = {check.name for check in there if check.state is CheckState.PENDING}
            ended = {check.name for check in there} - going
            before: tuple[Check, ...] = ()
            if not ended.issuperset(names):
                fork = repo.compare(tip, pull.head.sha).merge_base_commit.sha
                before = self._at(repo, fork)
        except GithubException as error:
            if is_down(error):
                raise
            return ()
        found = (*(one for one in there if one.name in ended), *(one for one in before if one.name not in ended))
        return tuple(one for one in found if one.name in names)

    def _at(self, repo: Repo, sha: str) -> tuple[Check, ...]:
        known, until = self._known.get((repo.url, sha), ((), 0.0))
        if self.clock() >= until:
            known = checks_of(repo, repo.get_commit(sha), None)
            self._known[repo.url, sha] = (known, self.clock() + _REMEMBERED)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return known
