"""What an agent is given of a report: its signals, what was found and said before, and the commit to look at."""

from __future__ import annotations

from agents.cases import Guidance, ResearchCase, SeenSignal, SimilarReport
from agents.lookups.looking_back import LookingBack, similar_report
from agents.means import Means
from agents.noted import noted_of_report
from agents.research.releases import releases_named
from agents.terms import Repository
from agents.tools.similar_reports import history
from storage.records import Approval, Decision, Report, Signal
from storage.status import SignalStatus, Visibility

GUIDING = frozenset({Decision.GUIDE, Decision.ANSWER})
_READABLE = frozenset({SignalStatus.FILED, SignalStatus.AWAITING_DIGEST})


def case_of(means: Means, report: Report, signals: list[Signal], repository: Repository) -> ResearchCase:
    """The case of the report's next pass, of these signals. Raises CodeHostDown or CodeHostRejected."""
    report_id, shown = report.id or 0, tuple(seen(signal) for signal in signals)
    plan = means.store.plans.latest(report_id)
    tip = means.workspaces.head(repository)
    release, sha = _release(means, repository, shown)
    return ResearchCase(
        subject=report.subject,
        report_id=report_id,
        title=report.title,
        gist=report.gist,
        signals=shown,
        guidance=guidance_of(means.store.plans.approvals(report_id)),
        noted=noted_of_report(means.store.signals.count(report_id), repository.name, means.policy),
        repository=repository,
        base_sha=sha or tip,
        release=release,
        tip_sha=tip if release else "",
        pass_number=report.research_passes + 1,
        gathered=means.store.signals.count(report_id).signals,
        earlier_plan=plan.body if plan else None,
        earlier_research=report.research,
        history=history(*looking_back(means, report_id, repository.name).before()),
        similar=_similar(means, report, signals),
    )


def looking_back(means: Means, report_id: int, repository: str) -> LookingBack:
    """What may be known of earlier reports."""
    return LookingBack(means.store, means.vectoriser, report_id, repository)


def readable(signals: list[Signal]) -> list[Signal]:
    """Those that an agent may read: what is held or erased stays out."""
    return [signal for signal in signals if signal.status in _READABLE and signal.summary is not None]


def shown_there(report: Report, signals: list[Signal]) -> list[Signal]:
    """Those that all readers of its thread may see: a channel may have turned private since the report was closed."""
    return [signal for signal in signals if signal.visibility is Visibility.PUBLIC or signal.channel == report.channel]


def seen(signal: Signal) -> SeenSignal:
    """The signal as agents see it."""
    return SeenSignal(
        external_id=signal.external_id,
        source=signal.source,
        title=signal.title,
        body=signal.body,
        url=signal.url,
        severity=signal.severity,
        reach=signal.reach,
        happened_at=signal.happened_at,
    )


def merged_away(report: Report) -> str:
    """Where to ask about what was merged into another report; empty for any other."""
    if report.merged_into is None:
        return ""
    heir = f"SB-{report.merged_into}"
    return (
        f"{report.ref} was merged into {heir}, and so its signals are there: `/signalbox ask {heir}` and what you ask."
    )


def guidance_of(approvals: list[Approval]) -> tuple[Guidance, ...]:
    """What people who may decide said about the report, oldest first."""
    return tuple(
        Guidance(words=approval.words, who=approval.by)
        for approval in approvals
        if approval.decision in GUIDING and approval.words
    )


def _release(means: Means, repository: Repository, signals: tuple[SeenSignal, ...]) -> tuple[str, str]:
    """The release that the newest of the signals names and that has a tag, and its commit; else nothing."""
    for name in releases_named(signals):
        if sha := means.workspaces.tagged(repository, name):
            return name, sha
    return "", ""


def _similar(means: Means, report: Report, signals: list[Signal]) -> tuple[SimilarReport, ...]:
    """Earlier reports that look alike, newest judgment first; at most three."""
    found = means.store.search.candidates(
        (),
        (report.title,),
        (),
        signals[0].vector or b"",
        visibility_channel=report.channel if report.visibility == "private" else "",
    )
    others = [means.store.reports.get(each.report_id) for each in found if each.report_id != report.id]
    return tuple(similar_report(other, means.store.fixes.latest(other.id or 0)) for other in others[:3])
