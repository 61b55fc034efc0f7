"""What was to be looked into when its process died between two rows: the next tick has it looked into."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agents.gathering.returning import CAME_BACK
from agents.gathering.ripening import Ripening
from agents.means import Basis, Means
from agents.ports import Checkpoint
from storage.groups import Correction
from storage.status import Status

_LATELY = dt.timedelta(days=1)  # so long a bot may have been down after it died


@dataclass(frozen=True)
class LeftOver:
    """Looks by the clock."""

    means: Means

    def look_into(self, checkpoint: Checkpoint) -> None:
        """Have reports researched that came back, or were corrected, and that nobody came to look into."""
        for report_id in checkpoint("left over", self._ripen, list[int]):
            self.means.messenger.publish(report_id)
            self.means.nudge.report(report_id)

    def _ripen(self) -> list[int]:
        store, ripe = self.means.store, []
        for report_id in store.left_over.came_back():
            step = f"came back:{report_id}:{store.reports.get(report_id).attempt}/ripe"
            if Ripening(self.means).ripen(report_id, asked_by="", asked=True, because=CAME_BACK, step=step):
                ripe.append(report_id)
        for correction in store.left_over.corrected(self.means.clock() - _LATELY):
            ripe += ripen_corrected(self.means, correction)
        return ripe


def ripen_corrected(means: Basis, correction: Correction) -> list[int]:
    """Have what a correction made ripe researched, and what the merge that was undone had ended. Safe to repeat.

    The reports that wait for their research now.
    """
    ripe = []
    for report_id in (correction.report_id, correction.other_id):
        report = means.store.reports.present(report_id)
        if report.status is not Status.GATHERING:
            continue
        undone = "/undone" if correction.undone_by else ""
        resumed = _was_looked_into(correction, report_id)
        because = (
            "it was being looked into when it was merged"
            if resumed
            else "people brought its signals together, and there is enough to look into"
        )
        step = f"correction:{correction.id}{undone}/ripe:{report.id}"
        Ripening(means).ripen(report.id or 0, asked_by="", asked=resumed, because=because, step=step)
        if means.store.reports.get(report.id or 0).status is Status.AWAITING_RESEARCH:
            ripe.append(report.id or 0)
    return ripe


def _was_looked_into(correction: Correction, report_id: int) -> bool:
    """Whether it is the report whose merge was undone, and the merge had ended its research."""
    ended = correction.before in (Status.AWAITING_RESEARCH, Status.AWAITING_ANSWER)
    return bool(correction.undone_by) and ended and report_id == correction.report_id
