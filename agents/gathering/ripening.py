"""Ripen: a report that gathers goes to research when it weighs enough, has grown enough, or somebody asks."""

from __future__ import annotations

from dataclasses import dataclass

from agents import rules
from agents.gathering.rousing import rouse
from agents.means import Basis
from storage.errors import IllegalMove
from storage.status import Mover, Status


@dataclass(frozen=True)
class Ripening:
    """Has reports researched."""

    means: Basis

    def ripen(self, report_id: int, *, asked_by: str, asked: bool, because: str, step: str) -> bool:
        """Move the report to research if it is ripe; whether it was moved. One that sleeps wakes first, if it does.

        `asked_by` is who asks, and `asked` whether that, or something as good, is so. Without a model nothing ripens by
        itself: every thread would say the same of a research that nobody made.
        """
        store, policy = self.means.store, self.means.policy
        report = store.reports.get(report_id)
        if report.asleep_since is not None:
            if not rouse(self.means, report_id, asked_by):
                return False
            report = store.reports.get(report_id)
        if report.status is not Status.GATHERING or not (asked or self.means.researches):
            return False
        count = store.signals.count(report_id)
        autonomy = rules.autonomy_of(report, count, policy)
        if not rules.is_ripe(report, count.signals, asked=asked, autonomy=autonomy, policy=policy):
            return False
        repository = rules.repository_of(store.signals.of_report(report_id), policy)  # once a pass, so not too often
        try:
            store.reports.move(
                report_id,
                Status.AWAITING_RESEARCH,
                mover=Mover.HUMAN if asked_by else Mover.WORLD,
                who=asked_by or "world",
                because="somebody asked for an investigation" if asked_by else because,
                step=step,
                expect=Status.GATHERING,
                repository=rules.kept_repository(report, repository),
            )
        except IllegalMove:
            return False  # somebody else moved it first
        return True
