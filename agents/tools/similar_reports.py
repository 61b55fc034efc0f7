"""similar_reports: did we meet something like this before, and what came of it?"""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolSpec
from agents.lookups.looking_back import LookingBack
from agents.tools.hands import Hands
from agents.tools.pages import foreign, one_line
from storage.reports.past import REVERTED, PastReport
from storage.status import Dismissal


class SimilarReports(BaseModel):
    """Arguments of similar_reports."""

    words: str = Field(
        min_length=2,
        max_length=1000,
        description="What to look for: the symptom, an error's text, a function's name, or a report such as SB-12.",
    )
    limit: int = Field(default=5, ge=1, le=10)


WRONG = (
    "People who may decide dismissed that report because its analysis is wrong: the problem is real, and the cause as"
    " found then is not it. Hand that cause in as rejected unless new evidence speaks for it, and look for another."
)


def similar_reports(hands: Hands, back: LookingBack) -> Tool:
    """Earlier reports, their causes and outcomes, never one that fewer people may see than the one at hand."""

    def work(asked: SimilarReports) -> str:
        found = back.similar(asked.words, asked.limit)
        if not found:
            return f"No earlier report is like {asked.words!r}."  # which may be cited
        return foreign(hands.redact("\n\n".join(told(one) for one in found)), "earlier reports")

    description = (
        "Find other reports by words or by name: what was found to be their cause, whether they were dismissed and why,"
        " which pull request mended them. A past cause is a lead to be checked against today's code, not a proof."
    )
    return Tool(ToolSpec("similar_reports", description, SimilarReports), work)


def told(report: PastReport) -> str:
    """A report's story in a few lines."""
    wrong = ", which people say is wrong" if report.dismissal is Dismissal.ANALYSIS_WRONG else ""
    lines = [
        f"{report.ref} {one_line(report.title)}: {outcome(report)}",
        f"  repository: {report.repository}" if report.repository else "",
        f"  cause as found then{wrong}: {one_line(report.headline)} {one_line(report.cause, 600)}"
        if report.headline
        else "",
        f"  files of its plan: {', '.join(report.files[:10])}" if report.files else "",
        f"  pull request: {report.pull_request}" if report.pull_request else "",
    ]
    return "\n".join(line.rstrip() for line in lines if line)


def history(own: PastReport | None, before: PastReport | None) -> tuple[str, ...]:
    """What research must know of the fixes before: its own report's that did not hold, that of which it is a return."""
    lines = []
    if own is not None and own.came_back:
        lines.append(
            f"A fix of this very report did not hold: {own.pull_request}{of_its_fix(own)}. The cause as found then, or"
            " the change, was wrong or not all of it; find out what it missed."
        )
    if before is not None:
        lines.append(f"This may be the return of an earlier report:\n{told(before)}")
        if before.dismissal is Dismissal.ANALYSIS_WRONG:
            lines.append(WRONG)
    return tuple(lines)


def outcome(report: PastReport) -> str:
    """What became of it, with the day."""
    day = f"{report.since:%Y-%m-%d}"
    if report.dismissal is not None or report.dismissed_because:
        kind = report.dismissal.value.replace("_", " ") if report.dismissal else "no reason given"
        why = f", “{one_line(report.dismissed_because)}”" if report.dismissed_because else ""
        return f"dismissed on {day} ({kind}{why})"
    return f"{report.status.value.replace('_', ' ')} since {day}{of_its_fix(report)}"


def of_its_fix(report: PastReport) -> str:
    """That it was merged, and whether that held."""
    parts = [f"its pull request was merged on {report.merged_at:%Y-%m-%d}"] if report.merged_at else []
    if report.came_back:
        parts.append(REVERTED if report.came_back.startswith(REVERTED) else "the problem came back after that")
    if report.followed_by:
        parts.append(f"{report.followed_by} may be its return")
    return "".join(f", {part}" for part in parts)
