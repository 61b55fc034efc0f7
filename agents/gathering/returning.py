"""A merged fix that did not hold: a signal happened after the merge, or people reverted it, so it gathers again."""

from __future__ import annotations

from dataclasses import dataclass

from agents.gathering.watching import watch_of
from agents.means import Basis
from storage.errors import IllegalMove
from storage.records import Signal
from storage.reports.past import REVERTED
from storage.status import Mover, Status

CAME_BACK = "it came back after the merge"


@dataclass(frozen=True)
class Returning:
    """Looks whether it came back during the soak, and takes the report back."""

    means: Basis

    def is_back(self, report_id: int, signal: Signal) -> bool:
        """Whether the report waits for its proof, and this signal of it is proof of the contrary."""
        if self.means.store.reports.get(report_id).status is not Status.AWAITING_PROOF:
            return False
        watch = watch_of(self.means, report_id)
        return watch is not None and watch.is_back(signal)

    def take_back(self, report_id: int, signal: Signal, step: str) -> None:
        """Have it gather again, unless another signal was quicker."""
        because = f"{CAME_BACK} ({signal.external_id}); reverting may be the quick way"
        self._gather(report_id, because, step)

    def undone(self, report_id: int, commit: str, step: str) -> None:
        """Have it gather again, since people took the fix back by this commit."""
        self._gather(report_id, f"{REVERTED} by {commit[:12]}", step)

    def _gather(self, report_id: int, because: str, step: str) -> None:
        try:
            self.means.store.reports.move(
                report_id,
                Status.GATHERING,
                mover=Mover.WORLD,
                who="world",
                because=because,
                step=step,
                expect=Status.AWAITING_PROOF,
            )
        except IllegalMove:
            return
