"""What a search by vectors found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIGNALS = 256  # that are looked at for one question


@dataclass(frozen=True)
class Nearest:
    """The signals most like what was asked, best first, at most SIGNALS: each with its report and its cosine."""

    signals: NDArray[np.int64]
    reports: NDArray[np.int64]
    cosines: NDArray[np.float32]

    @classmethod
    def of(cls, signals: NDArray[np.int64], reports: NDArray[np.int64], cosines: NDArray[np.float32]) -> Nearest:
        """These, brought into order; of equals the older one first."""
        order = np.lexsort((signals, -cosines))[:SIGNALS]
        return cls(signals[order], reports[order], cosines[order])

    def pairs(self, limit: int, least: float) -> list[tuple[int, int]]:
        """So many signals, each with its report; none that is less alike than `least`."""
        kept = int((self.cosines >= least).sum())
        first = slice(0, min(limit, kept))
        return list(zip(self.signals[first].tolist(), self.reports[first].tolist(), strict=True))

    def best(self, limit: int, least: float) -> dict[int, float]:
        """So many reports, each by its most similar signal."""
        best: dict[int, float] = {}
        for report_id, cosine in zip(self.reports.tolist(), self.cosines.tolist(), strict=True):
            if len(best) >= limit or cosine < least:
                break
            best.setdefault(report_id, cosine)
        return best


NOTHING = Nearest(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
