"""A filed signal counts more or less than before: more people met it, or somebody asks for it. No model is needed."""

from __future__ import annotations

from dataclasses import dataclass

from agents import rules
from agents.means import Basis
from agents.ripening import Ripening
from storage.status import SignalStatus


@dataclass(frozen=True)
class Weighing:
    """Weighs a signal anew, and has its report researched if that made it ripe."""

    means: Basis

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


@dataclass(frozen=True)
class Intake:
    """What becomes of a signal that was just kept, whoever kept it: the port Nudge for those who keep them by pages."""

    means: Basis

    def signal(self, signal_id: int, *, asked: bool = False) -> None:
        """Have it digested, if it waits for that. Is it filed, what it counts changes at once; `asked` as for weighing.

        Safe to repeat.
        """
        self.means.nudge.signal(signal_id)
        Weighing(self.means).again(signal_id, asked=asked)

    def report(self, report_id: int) -> None:
        """Have a report worked on, and shown."""
        self.means.nudge.report(report_id)
