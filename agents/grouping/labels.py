"""What labels say about two signals of one source: what it files them under, its labels, components or tags.

Not learnt, for there are two trackers with components to learn from, and they disagree about how much one of them
says. It is the logarithm of how much likelier two signals of one problem are to share a label than any two, damped,
since those that are compared were found by their words and share more labels than any two. Anything from 0.1 to 0.4
helped with both trackers (docs/evals.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from agents.grouping.saying import Numbers, Saying
from storage.searching.rarity import Rarity

_DAMPED = 0.2


def by_labels(new: Saying, known: Sequence[Saying], rarity: Rarity) -> Numbers:
    """One number a known text, to be added to its logit: above 0 where both have a label, below where they differ.

    0 where one of them has none, and between sources: what another one files under the same word is something else.
    """
    return np.array([_DAMPED * _speaks(new, each, rarity) for each in known], np.float32)


def _speaks(new: Saying, known: Saying, rarity: Rarity) -> float:
    if new.source != known.source or not new.labels or not known.labels:
        return 0.0
    if shared := new.labels & known.labels:
        return -math.log(_rarest(shared, new.source, rarity))
    return -math.prod(1.0 - _rarest(each.labels, each.source, rarity) for each in (new, known))


def _rarest(labels: frozenset[str], source: str, rarity: Rarity) -> float:
    return min(rarity.share_of_label(source, label) for label in labels)
