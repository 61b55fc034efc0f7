"""A filed signal counts more or less than before: more people met it, or somebody asks for it. No model is needed."""

from __future__ import annotations

from dataclasses import dataclass

from agents import rules
from agents.means import Means
from agents.ripening import Ripening
from storage.status import SignalStatus


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
        ripe = Ripening(self.means).ripen(
            signal.report_id,
            asked_by=signal.asked_by if asked else "",
            asked=asked,
            because="it weighs enough now to be looked into",
            step=f"weigh:{signal.id}.{signal.revision}/ripe",
        )
        if changed or ripe:
            self.means.messenger.publish(signal.report_id)
        if ripe:
            self.means.nudge.report(signal.report_id)
