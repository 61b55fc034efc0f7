"""One fault, one pull request: before a fix begins, and again before it is pushed, is somebody else at it by now?

A plan tells those who approve it which pull requests are open on its files and which other reports of ours change the
same lines, and its cited lines stood then. Days may lie between; what came since is asked about, not passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.errors import CodeHostRejected
from agents.fixes.fix_cases import Approved
from agents.means import Means
from agents.research.siblings import Met, siblings
from agents.research.touched import changed_files, touching
from storage.assessment import Assessment, Doing, Touch
from storage.in_the_way import InTheWay, is_said
from storage.records import Decision, Report
from storage.reports.siblings import may_know


def in_the_way(means: Means, approved: Approved, tip: str) -> InTheWay | None:
    """What those who approved the plan did not see; None when there is nothing. Raises CodeHostDown.

    Left out is what people let pass since.
    """
    return _Looking(means, approved).at(tip)


def sentence_of(way: InTheWay, *, written: bool) -> str:
    """What people are told, without addresses."""
    met = [f"a pull request was opened on {', '.join(one.files)} ({one.what})" for one in way.pull_requests]
    met += [f"{one.path} was changed on the base branch, and no longer says “{one.quote}”" for one in way.changed]
    said = [f"Somebody may be at this already. Since the plan was shown, {'; '.join(met)}."] if met else []
    if way.siblings:
        ours = "; ".join(one.sentence for one in way.siblings)
        said.append(f"Another report of ours may be about the same fault: {ours}.")
    said.append("The fix is written and proven, and I have not pushed it." if written else "I have not begun.")
    return " ".join(said)


@dataclass(frozen=True)
class _Looking:
    """One look around the fix of an approved plan."""

    means: Means
    approved: Approved

    def at(self, tip: str) -> InTheWay | None:
        approved, passed = self.approved, _let_pass(self.means, self.approved.report)
        stale = changed_files(self.means, approved.repository, approved.plan.body, approved.research, tip)
        touches = self._touches()
        met = self._met([one.url for one in touches])
        found = InTheWay(
            pull_requests=tuple(one for one in self._opened_since(touches, met) if not _is_let_pass(one.url, passed)),
            changed=tuple(one for one in stale if not _is_let_pass(one.path, passed)),
            siblings=tuple(one.sibling for one in self._first(met) if not self._is_let_pass(one, passed)),
        )
        return found if found.said else None

    @property
    def _told(self) -> Assessment:
        """What the plan told those who approved it: nothing where it was allowed ahead, for then nobody has read it."""
        assessment = self.approved.research.assessment
        return assessment if assessment is not None and not self.approved.consent.ahead else Assessment()

    def _touches(self) -> tuple[Touch, ...]:
        try:
            return touching(self.means, self.approved.repository, self.approved.plan.body)
        except CodeHostRejected:
            return ()  # the plan says what could not be looked up, and pushing will say it again

    def _opened_since(self, touches: Sequence[Touch], met: Sequence[Met]) -> list[Touch]:
        """Others'; of ours, as the code host shows them, those at the same lines whose report is not told of here."""
        hidden = {one.sibling.url for one in met if not one.is_known}
        ours = self.means.store.fixes.ours([one.url for one in touches]) - hidden
        shown = {one.url for one in self._told.in_flight}
        return [one for one in touches if one.url not in shown | ours]

    def _met(self, urls: Sequence[str]) -> list[Met]:
        report = self.approved.report
        fix = self.means.store.fixes.latest(report.id or 0)
        patch = fix.patch if fix is not None and fix.plan_revision == report.plan_revision else ""
        return list(siblings(self.means, report.id or 0, self.approved.research, patch=patch, urls=urls))

    def _first(self, met: Sequence[Met]) -> Iterator[Met]:
        """Those at it before us: of two that were approved at the same moment one goes on and the other one asks."""
        told = {one.report_id for one in self._told.siblings if one.doing is not Doing.PLANS}
        for one in met:
            is_first = one.sibling.doing is Doing.OPEN or self._stands_back(one)
            if one.is_known and is_first and one.sibling.report_id not in told:
                yield one

    def _stands_back(self, other: Met) -> bool:
        """Whether we do for a fix without a pull request: for the earlier one, and for one that is not told of ours."""
        mine, theirs = self.approved.report, other.report
        if other.sibling.doing is not Doing.FIXES:
            return False  # a plan that waits for its yes is asked about when it has it
        return not may_know(theirs, mine) or (theirs.since, theirs.id or 0) < (mine.since, mine.id or 0)

    def _is_let_pass(self, other: Met, passed: Sequence[str]) -> bool:
        """Whether people have said so of the two, in either thread."""
        there = _let_pass(self.means, other.report)
        return _is_let_pass(other.sibling.ref, passed) or _is_let_pass(self.approved.report.ref, there)


def _let_pass(means: Means, report: Report) -> list[str]:
    """What people have said that its fix may go on beside."""
    approvals = means.store.plans.approvals(report.id or 0)
    return [each.words for each in approvals if each.decision is Decision.GO_ON]


def _is_let_pass(thing: str, passed: Sequence[str]) -> bool:
    """Whether people have said that the fix may go on beside an address, a path or a report."""
    return any(is_said(thing, words) for words in passed)
