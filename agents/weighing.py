"""A filed signal counts more or less than before: more people met it, or somebody asks for it. No model is needed."""

from __future__ import annotations

from dataclasses import dataclass

from agents import rules
from agents.means import Means
from storage.errors import IllegalMove
from storage.records import Report, Signal
from storage.status import Mover, SignalStatus, Status


@dataclass(frozen=True)
class Weighing:
    """Weighs a signal anew, and has its report researched if that made it ripe."""

    means: Means

    def again(self, signal_id: int, *, asked: bool) -> None:
        """Bring the report's weight up to date; `asked` if somebody asks for an investigation just now.

        Does nothing for a signal that is not filed.
        """
        store = self.means.store
        signal = store.signals.get(signal_id)
        if signal.status is not SignalStatus.FILED or signal.report_id is None:
            return
        source = rules.source_weight(signal.source, self.means.policy)
        changed = store.signals.weigh(signal_id, rules.weight(signal, source, self.means.clock()))
        ripe = self._ripen(store.reports.get(signal.report_id), signal, asked=asked)
        if changed or ripe:
            self.means.messenger.publish(signal.report_id)
        if ripe:
            self.means.nudge.report(signal.report_id)

    def _ripen(self, report: Report, signal: Signal, *, asked: bool) -> bool:
        store, policy = self.means.store, self.means.policy
        if report.status is not Status.GATHERING:
            return False
        signals = store.signals.of_report(report.id or 0)
        autonomy = rules.autonomy_of(report, signals, policy)
        if not rules.is_ripe(report, len(signals), asked=asked, autonomy=autonomy, policy=policy):
            return False
        repository = rules.repository_of(signals, policy)
        try:
            store.reports.move(
                report.id or 0,
                Status.AWAITING_RESEARCH,
                mover=Mover.HUMAN if asked else Mover.WORLD,
                who=signal.asked_by or "world",
                because="somebody asked for an investigation" if asked else "it weighs enough now to be looked into",
                step=f"weigh:{signal.id}.{signal.revision}/ripe",
                expect=Status.GATHERING,
                repository=rules.kept_repository(report, repository),
            )
        except IllegalMove:
            return False  # somebody else moved it first
        return True
