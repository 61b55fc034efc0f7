"""A filed signal counts more or less than before: it goes on, more people meet it, somebody asks. No model needed."""

from __future__ import annotations

from dataclasses import dataclass

from agents import rules
from agents.gathering.returning import CAME_BACK, Returning
from agents.gathering.ripening import Ripening
from agents.means import Basis
from storage.status import SignalStatus


@dataclass(frozen=True)
class Weighing:
    """Weighs a signal anew, and has its report researched if that made it ripe."""

    means: Basis

    def again(self, signal_id: int, *, asked: bool) -> None:
        """Bring the report's weight up to date; `asked` if somebody asks for an investigation just now.

        Does nothing for a signal that is not filed. Whoever dies in here leaves its mark, by which the sweep finds it.
        """
        store = self.means.store
        signal = store.signals.get(signal_id)
        if signal.status is not SignalStatus.FILED or signal.report_id is None:
            return
        source = rules.source_weight(signal.source, self.means.policy)
        changed = store.signals.weigh(signal_id, rules.weight(signal, source, self.means.clock()))
        step, returning = f"weigh:{signal.id}.{signal.revision}", Returning(self.means)
        if came_back := returning.is_back(signal.report_id, signal):
            returning.take_back(signal.report_id, signal, f"{step}/came back")
        ripe = Ripening(self.means).ripen(
            signal.report_id,
            asked_by=signal.asked_by if asked else "",
            asked=asked or came_back,
            because=CAME_BACK if came_back else "it weighs enough now to be looked into",
            step=f"{step}/ripe",
        )
        if changed or ripe or came_back:
            self.means.messenger.publish(signal.report_id)
        if ripe:
            self.means.nudge.report(signal.report_id)
        if signal.unweighed is not None:
            store.signals.weighed(signal_id, signal.revision)


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
