"""Assess a piece of research by code: how urgent, who reviews, is it mended already, is somebody at it?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from agents.cases import ResearchCase
from agents.checkout.history import History, is_test
from agents.errors import CodeHostRejected
from agents.means import Means
from agents.research.reviewing import Known, reviewers
from agents.research.siblings import siblings
from agents.research.touched import changed_files, cited_code, touching
from agents.research.urgency import ranked
from storage.assessment import Assessment, Touch
from storage.judgments import Research

_MOST_FILES = 3


@dataclass(frozen=True)
class Assessing:
    """One look, made in a checkpoint: it reads the clock, the code host and a fresh checkout."""

    means: Means

    def assess(self, case: ResearchCase, found: Research) -> Assessment:
        """Everything that code can say. What could not be looked up is said, never guessed.

        Raises CodeHostDown, when trying again later may help.
        """
        at = self.means.clock()
        with closing(self.means.workspaces.open(case.repository, case.base_sha)) as workspace:
            history = History(workspace, at)
            faulty = [path for path in faulty_files(found) if history.has(path)][:_MOST_FILES]
            last = max(signal.happened_at for signal in case.signals)
            known = Known(
                authors=[author for path in faulty for author in history.authors(path, _lines(found, path))],
                owners=history.owners(found.plan.files if found.plan else faulty),
                resolvers=[one.merged_by for one in case.similar if one.merged_by],
                active=history.active(),
            )
            assessment = Assessment(
                ranked=ranked([history.use_of(path) for path in faulty], case.signals),
                reviewers=reviewers(known, case.repository, self.means.policy, at),
                touched_since=history.touched_since(faulty, last),
            )
        in_flight, unseen = self._in_flight(case, found)
        ours = tuple(met.sibling for met in siblings(self.means, case.report_id, found) if met.is_known)
        told = {one.url for one in ours}
        changes = {
            "mended": self._mended(case, found),
            "in_flight": tuple(one for one in in_flight if one.url not in told),
            "siblings": ours,
            "unseen": unseen,
            "public": found.plan is not None and self._is_public(case),
        }
        return assessment.model_copy(update=changes)

    def _is_public(self, case: ResearchCase) -> bool:
        """Whether anybody may read the repository; False where the code host would not say."""
        try:
            return self.means.code_host.is_public(case.repository)
        except CodeHostRejected:
            return False

    def _mended(self, case: ResearchCase, found: Research) -> str:
        """Empty while the cited lines of the plan's files stand at the branch's tip, else which does not."""
        head = self.means.workspaces.head(case.repository)
        if head == case.base_sha or found.plan is None:
            return ""
        for one in changed_files(self.means, case.repository, found.plan, found, head):
            return f"{one.path} has changed since I read it: at {head[:10]} it no longer says “{one.quote}”."
        return ""

    def _in_flight(self, case: ResearchCase, found: Research) -> tuple[tuple[Touch, ...], tuple[str, ...]]:
        """Open pull requests, our own of this report left out, that touch what the plan changes; tests do not count."""
        if found.plan is None:
            return (), ()
        ours = self.means.store.fixes.latest(case.report_id)
        try:
            found_open = touching(self.means, case.repository, found.plan)
        except CodeHostRejected as error:
            return (), (f"Whether a pull request is open already I could not see: {error}",)
        return tuple(one for one in found_open if ours is None or one.url != ours.url), ()


def faulty_files(found: Research) -> list[str]:
    """The files held responsible: those of the plan that are no tests, else those cited as code."""
    planned = [path for path in found.plan.files if not is_test(path)] if found.plan else []
    return planned or [path for path in dict.fromkeys(one.where for one in cited_code(found)) if not is_test(path)]


def _lines(found: Research, path: str) -> Sequence[int]:
    return [one.line for one in cited_code(found) if one.where == path and one.line is not None]
