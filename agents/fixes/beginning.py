"""Whether a fix may begin: somebody whom the policy names stands for its plan, and the day has room for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from agents.errors import SpentForToday
from agents.means import Means
from agents.terms import Repository
from storage.decisions.counting import approvals_of
from storage.decisions.kept_back import words_in
from storage.records import Approval, Decision

DAY = dt.timedelta(days=1)
NOT_NAMED = (
    "Who approved the plan is no approver any more, or too few of them are, as the policy file says. An approver who "
    "presses Retry approves it anew."
)
_LOOK_AGAIN = 3_600.0  # seconds: people may have raised the limit before the day is over


@dataclass(frozen=True)
class Consent:
    """Who approved a plan, and whether that still counts. Several are named one after the other."""

    by: str
    stands: bool
    ahead: bool = False  # it does so only by somebody's standing approval
    missing: int = 0  # how many more would have to stand for it, where the policy asks for several


def consent(
    approvals: Sequence[Approval], revision: int, named: Collection[str], needed: int = 1, without: Collection[int] = ()
) -> Consent | None:
    """The consent to a revision of the plan, None if nobody gave it. `approvals` are the report's, oldest first.

    It stands while the policy names so many as are `needed` of those who gave it, or had the fix tried again since.
    Those `without` which it has to do, by their ids, are not counted.
    """
    given = approvals_of(approvals, revision)
    if not given:
        return None
    since = dropwhile(lambda each: each is not given[-1], approvals)
    tried = [each for each in since if each.decision in _AGAIN and each.by in named]
    counted = approvals_of(approvals, revision, named, without)
    standing = dict.fromkeys(each.by for each in (*counted, *tried))
    missing = max(0, needed - len(standing)) if needed > 1 else 0
    return Consent(", ".join(standing) or given[0].by, stands=len(standing) >= needed, missing=missing)


def still_missing(given: Consent | None) -> str:
    """A sentence, with a space before it, on how many more have to press Retry; empty where one always is enough."""
    if given is None or not given.missing:
        return ""
    return f" {given.missing} more {'approver has' if given.missing == 1 else 'approvers have'} to do so."


def permitted(approvals: Sequence[Approval]) -> tuple[str, ...]:
    """The report's words that people let readers of its repository see."""
    said = [each.words for each in approvals if each.decision is Decision.PERMIT]
    return tuple(dict.fromkeys(word for words in said for word in words_in(words)))


def need_room(means: Means, repository: Repository) -> None:
    """Raises SpentForToday where as many pull requests were opened within a day as the policy allows."""
    opened = means.store.fixes.opened_since(repository.name, means.clock() - DAY)
    if opened >= means.policy.budgets.pull_requests_per_day:
        raise SpentForToday(
            f"{opened} pull requests were opened in {repository.name} within a day, which is the limit. The fix waits "
            "until one more is allowed; or raise budgets.pull_requests_per_day in the policy file.",
            _LOOK_AGAIN,
        )


_AGAIN = frozenset({Decision.RETRY, Decision.PERMIT, Decision.GO_ON})
