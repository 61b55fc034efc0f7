"""Which repository a report is about: what people said, rules, what people said about its like, then a model."""

from __future__ import annotations

from dataclasses import dataclass

from agents import rules
from agents.cases import SeenSignal
from agents.errors import ModelRefused
from agents.lookups.looking_back import LookingBack
from agents.means import Means
from agents.stages.route import AboutRoute, corrections, route
from agents.terms import Repository
from storage.records import Report, Signal

_LIKE = 5  # similar reports that are looked at


@dataclass(frozen=True)
class Routed:
    """The repository, None when nobody can tell, and why in a sentence."""

    repository: Repository | None
    because: str


@dataclass(frozen=True)
class Routes:
    """Finds the repository of a report that will be researched."""

    means: Means

    def of(self, report: Report, signals: list[Signal], seen: tuple[SeenSignal, ...]) -> Routed:
        """Of one that was routed before, the same again. May ask a model, so it belongs into a checkpoint."""
        policy = self.means.policy
        if known := policy.repository(report.repository):
            return Routed(known, "")
        if found := rules.repository_of(signals, policy):
            return Routed(found, "" if len(policy.repositories) == 1 else f"the rules of the policy say {found.name}")
        if not policy.repositories or not self.means.model.can_research:
            return Routed(None, "")
        return self._judged(report, seen)

    def _judged(self, report: Report, seen: tuple[SeenSignal, ...]) -> Routed:
        repositories = self.means.policy.repositories
        back = LookingBack(self.means.store, self.means.vectoriser, report.id or 0, "")
        said = corrections(back.similar(f"{report.title}\n{report.gist}", _LIKE))
        about = AboutRoute(
            subject=report.subject,
            report_id=report.id,
            title=report.title,
            gist=report.gist,
            signals=seen,
            repositories=repositories,
            corrected=tuple(each for each in said if self.means.policy.repository(each[1])),
        )
        try:
            routing = route(about, self.means.model)
        except ModelRefused as refusal:
            return Routed(None, str(refusal))
        return Routed(self.means.policy.repository(routing.repository), routing.reason)
