"""Other reports of ours that plan to change, or have changed, the same lines: one fault may have been filed twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from agents.evidence.same_lines import lines_of, shared
from agents.means import Means
from storage.assessment import Doing, Sibling
from storage.judgments import Research
from storage.records import Report
from storage.reports.siblings import Claimant, may_know
from storage.status import Status


@dataclass(frozen=True)
class Met:
    """One of them. Who sees our report may have to hear nothing of it."""

    sibling: Sibling
    report: Report
    is_known: bool  # they may be told


def siblings(
    means: Means, report_id: int, found: Research, *, patch: str = "", urls: Collection[str] = ()
) -> Iterator[Met]:
    """Those at the lines of this research and its fix; of closed ones those with one of these open pull requests."""
    mine = lines_of(found, patch)
    if found.plan is None or not mine:
        return
    for one in means.store.fixes.siblings(report_id, found.plan.repository, urls):
        theirs = lines_of(one.report.research, one.fix.patch if one.fix else "") if one.report.research else ()
        if files := shared(mine, theirs):
            yield Met(_told(one, files), one.report, may_know(means.store.reports.get(report_id), one.report))


def tell_the_others(means: Means, report_id: int, found: Research) -> None:
    """Have the plans that wait for a yes at the same lines tell of this one. Safe to lose: its fix asks anyway."""
    report = means.store.reports.get(report_id)
    for one in found.assessment.siblings if found.assessment else ():
        mine = Sibling(report_id=report_id, doing=Doing.PLANS, files=one.files)
        may = may_know(means.store.reports.get(one.report_id), report)
        if may and means.store.plans.tell_of(one.report_id, mine):
            means.messenger.publish(one.report_id)


def _told(one: Claimant, files: tuple[str, ...]) -> Sibling:
    fix = one.fix
    is_open = fix is not None and fix.number is not None and fix.merged_at is None
    doing = Doing.FIXES if one.report.status is Status.AWAITING_FIX else Doing.PLANS
    url = fix.url if fix is not None and is_open else ""
    return Sibling(report_id=one.report.id or 0, doing=Doing.OPEN if is_open else doing, files=files, url=url)
