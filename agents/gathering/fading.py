"""What nobody reports any more is dismissed: else reports pile up, and what is open keeps its words for ever."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agents.means import Means
from agents.ports import Checkpoint

_DAY = 86_400.0


@dataclass(frozen=True)
class Fading:
    """Dismisses reports that gather, and of which nothing was heard for as long as the policy says."""

    means: Means

    def fade(self, checkpoint: Checkpoint) -> None:
        """Dismiss some of them. Their cards are drawn again; nothing is posted."""
        for report_id in checkpoint("fade", self._fade, list[int]):
            self.means.messenger.publish(report_id)

    def _fade(self) -> list[int]:
        quiet = self.means.policy.waits.quiet
        if not quiet:
            return []
        fading, since = self.means.store.fading, self.means.clock() - dt.timedelta(seconds=quiet)
        because = f"nothing more was heard of it for {_span(quiet)}"
        return [each for each in fading.silent(since) if fading.dismiss(each, since, because)]


def _span(seconds: float) -> str:
    days = round(seconds / _DAY)
    return f"{days} days" if days > 1 else f"{round(seconds / 3_600)} hours"
