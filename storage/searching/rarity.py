"""How rare each term is among the signals, and each label within its source.

Learnt from the newest 5,000 and from all that are filed after them.

A young stream knows nothing of what is common, so it starts from how often terms are in reports of any product:
`common_terms.json` holds their share per thousand (the middle one over five public collections), and counts like 200
signals of one's own.
"""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from functools import cache
from pathlib import Path

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.records import Signal
from storage.searching.stems import stems
from storage.status import SignalStatus

SAMPLE = 5_000  # signals that are read when a process starts
TEXT_LIMIT = 3_000  # characters of a signal whose terms count
PRIOR = 200  # signals that the common terms count like
_THOUSAND = 1000.0
_HALF, _TWO = 0.5, 2.0  # what a label counts that was never seen, and its source


class Rarity:
    """Term counts in memory, brought up to date by the epoch.

    Shared by threads; of texts it holds only terms and labels.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._epoch = 0
        self._counts = {term: PRIOR * share / _THOUSAND for term, share in common_terms().items()}
        self._signals = PRIOR
        self._filed: Counter[str] = Counter()  # signals per source
        self._labelled: Counter[tuple[str, str]] = Counter()  # per source and label

    def refresh(self, session: Session, epoch: int) -> None:
        """Learn of the signals filed since the last time. Edited ones count again: an estimate is enough.

        `epoch` is the filing's, as this session sees it.
        """
        with self._lock:
            if epoch <= self._epoch:
                return
            body = func.substr(Signal.body, 1, TEXT_LIMIT)
            columns = (Signal.title, body, Signal.source, Signal.labels)
            newest = (
                select(*columns)
                .where(col(Signal.filed_epoch) > self._epoch, Signal.status == SignalStatus.FILED)
                .order_by(col(Signal.filed_epoch).desc())
                .limit(SAMPLE)
            )
            for title, words, source, labels in session.exec(newest):
                for term in set(stems(f"{title}\n{words}"[:TEXT_LIMIT])):
                    self._counts[term] = self._counts.get(term, 0.0) + 1.0
                self._signals += 1
                self._filed[source] += 1
                self._labelled.update((source, label) for label in labels)
            self._epoch = epoch

    def of(self, term: str) -> float:
        """The weight of a term: the logarithm of how many signals there are for one that holds it."""
        holding = self._counts.get(term, 0.0)
        return math.log1p((self._signals - holding + 0.5) / (holding + 0.5))

    def share(self, word: str) -> float:
        """Of how many signals, between 0 and 1, a word may be expected in."""
        return max((self._counts.get(term, 0.0) for term in stems(word)), default=0.0) / self._signals

    def share_of_label(self, source: str, label: str) -> float:
        """Of how many of a source's signals, between 0 and 1, a label may be expected on."""
        return (self._labelled[source, label] + _HALF) / (self._filed[source] + _TWO)

    @property
    def most(self) -> float:
        """The weight of a term that no signal holds."""
        return math.log1p((self._signals + 0.5) / 0.5)


@cache
def common_terms() -> dict[str, int]:
    """The share per thousand of the terms that are common everywhere."""
    shares: dict[str, int] = json.loads((Path(__file__).parent / "common_terms.json").read_text("utf-8"))
    return shares
