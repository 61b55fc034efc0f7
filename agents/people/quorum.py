"""Who has approved a plan that several people have to approve, and who may join them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agents.rules import approvals_needed, approvers_of
from agents.terms import Policy
from storage.decisions.counting import approvals_of
from storage.records import Approval, Report, ShownPlan


@dataclass(frozen=True)
class Quorum:
    """How a plan stands with those who may approve it. Whoever left the policy is in neither list."""

    given: tuple[str, ...]
    others: tuple[str, ...]
    needed: int

    @property
    def missing(self) -> int:
        """How many more of them have to approve it; never less than one of a plan that waits."""
        return max(1, self.needed - len(self.given))

    @property
    def has_begun(self) -> bool:
        """Whether some have approved it, and others have to join them."""
        return 0 < len(self.given) < self.needed


def quorum(report: Report, plan: ShownPlan, approvals: Iterable[Approval], policy: Policy) -> Quorum:
    """How this plan of a report stands."""
    repository = policy.repository(report.repository)
    named = tuple(dict.fromkeys(approvers_of(repository, policy)))
    said = {each.by for each in approvals_of(approvals, plan.revision)}
    given = tuple(user_id for user_id in named if user_id in said)
    others = tuple(user_id for user_id in named if user_id not in said)
    return Quorum(given, others, approvals_needed(repository, plan.body.files))
