"""What one report's research may know of earlier ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.cases import SimilarReport
from agents.ports import Vectoriser
from storage.records import Fix, Report
from storage.reports.past import PastReport, PastWord
from storage.status import CLOSED, Visibility
from storage.store import Store

_REF = re.compile(r"\bSB-(\d{1,9})\b", re.IGNORECASE)
MOST_WORDS = 30
MOST_OUTCOMES = 20


@dataclass(frozen=True)
class LookingBack:
    """Looks from one report, about one repository, at the reports before it that its readers may all see."""

    store: Store
    vectoriser: Vectoriser
    report_id: int
    repository: str

    @property
    def room(self) -> str:
        """The channel of a private report; empty for a public one. Read anew: a report may become private."""
        report = self.store.reports.get(self.report_id)
        return report.channel if report.visibility is Visibility.PRIVATE else ""

    def similar(self, words: str, limit: int) -> list[PastReport]:
        """Those that the words name (SB-12), then those most like them: of the private room first, then public ones."""
        vector = self.vectoriser.vectors([words])[0]
        ids = [int(named) for named in _REF.findall(words) if int(named) != self.report_id]
        own = self.room
        for room in dict.fromkeys((own, "")):
            found = self.store.search.candidates((), (words,), (vector,), b"", visibility_channel=room, limit=limit + 1)
            ids += [each.report_id for each in found if each.report_id != self.report_id]
        return self.store.past.reports(ids, own)[:limit]

    def words(self) -> list[PastWord]:
        """What people said about this repository's other reports, newest first."""
        return self.store.past.words(self.repository, self.room, other_than=self.report_id, limit=MOST_WORDS)

    def outcomes(self) -> list[PastReport]:
        """How this repository's other reports ended, newest first."""
        return self.store.past.outcomes(self.repository, self.room, other_than=self.report_id, limit=MOST_OUTCOMES)

    def before(self) -> tuple[PastReport | None, PastReport | None]:
        """This report itself, as the past of its next pass, and the one of which it may be the return."""
        earlier = self.store.reports.get(self.report_id).regression_of or 0
        found = {each.ref: each for each in self.store.past.reports((self.report_id, earlier), self.room)}
        return found.get(f"SB-{self.report_id}"), found.get(f"SB-{earlier}")


def similar_report(report: Report, fix: Fix | None) -> SimilarReport:
    """A report as one that looks like another."""
    outcome = report.status.value.replace("_", " ")
    if report.status in CLOSED and (why := report.dismissed_because or (report.dismissal or "").replace("_", " ")):
        outcome = f"dismissed: {why}"
    return SimilarReport(
        ref=report.ref,
        title=report.title,
        headline=report.research.headline if report.research else "",
        outcome=outcome,
        url=fix.url if fix else "",
        merged_by=fix.merged_by if fix else "",
    )
