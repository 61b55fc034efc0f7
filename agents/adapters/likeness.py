"""How likely two texts are about one problem, by the words they share. Used where no model is at hand.

The weights were fitted by logistic regression on pairs of real reports of three public trackers (jQuery, Titanium,
Hadoop), where nearest neighbours are mostly near-misses. On a project that was not fitted on, joining at `THRESHOLD`
finds 0.22-0.40 of the duplicates with 0.05-0.13 false joins; exact keys come on top of that. The cosine of the whole
texts got no weight beside shared words; that of the titles got a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.adapters.plain_reading import names, terms
from agents.ports import Vectoriser

THRESHOLD = 0.55
_TITLES, _SHARED, _WITHIN, _NAMES, _TITLE_WITHIN, _WITHIN_TITLE, _BIAS = 0.17, 1.81, 1.88, 0.65, 2.45, 1.90, -4.06
_WHOLE_WORD = 10  # characters; longer words are rarer, and one this long counts in full
_MOST_NAMES = 3.0
_TEXT_LIMIT = 3_000  # characters of a signal's own words


@dataclass(frozen=True)
class Text:
    """A text as it is compared: its title, what it says in short, and all of its words."""

    title: str
    gist: str
    words: str = ""


def likeness(new: Text, known: Sequence[Text], vectoriser: Vectoriser) -> list[float]:
    """For each known text the probability that it is about the same problem as the new one."""
    new_vector, *vectors = (
        np.frombuffer(vector, "<f4") for vector in vectoriser.vectors([new.title, *(text.title for text in known)])
    )
    return [_probability(new, text, float(new_vector @ vector)) for text, vector in zip(known, vectors, strict=True)]


def _probability(new: Text, known: Text, cosine: float) -> float:
    new_title, known_title = terms(new.title), terms(known.title)
    new_short, known_short = terms(f"{new.title}\n{new.gist}"), terms(f"{known.title}\n{known.gist}")
    shared_names = names(f"{new.title}\n{new.words or new.gist}") & names(f"{known.title}\n{known.gist}")
    score = (
        _TITLES * cosine
        + _SHARED * _weight(new_short & known_short) / max(_weight(new_short | known_short), 1.0)
        + _WITHIN * _within(terms(f"{new.title}\n{new.words[:_TEXT_LIMIT]}"), known_short)
        + _NAMES * min(_weight(shared_names), _MOST_NAMES)
        + _TITLE_WITHIN * _within(new_title, known_short)
        + _WITHIN_TITLE * _within(new_short, known_title)
        + _BIAS
    )
    return float(1.0 / (1.0 + np.exp(-score)))


def _within(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the smaller text is in the other, by the weight of its words."""
    smaller = min(_weight(one), _weight(other))
    return _weight(one & other) / smaller if smaller else 0.0


def _weight(words: frozenset[str]) -> float:
    return sum(min(len(word), _WHOLE_WORD) for word in words) / _WHOLE_WORD
