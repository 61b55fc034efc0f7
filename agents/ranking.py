"""Ranks the reports that search found by how likely they are about the same problem, by words alone.

The weights in `likeness_weights.json` were learnt by evals/learn_grouping.py, which says on what. The likelihood is
mostly a floor (docs/evals.md says how often it was right on projects that the weights had not seen); a threshold on it
is the offline engine's decision.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from agents.likeness import FRAMES, NAMES, TRACED, Words, alike
from agents.ports import Vectoriser
from agents.saying import Numbers, Saying, saying
from agents.wording import words_of
from storage.judgments import Summary
from storage.rarity import Rarity
from storage.records import Signal
from storage.search import Candidate, Kin

POOL, KIN = 64, 3  # reports that are ranked, and signals of each that are compared
_REMEMBERED = 4_000  # sayings and words that are kept prepared
_LIMIT = 30.0  # of a logit
_SAME_SOURCE, _QUOTED, _BOTH_QUOTE = map(NAMES.index, ("same source", "quoted there", "quoted by both"))
# Added to the logit of a text of another source: where neither quotes what the other says, where one does, where both
# quote it (docs/evals.md).
_ACROSS_SOURCES, _QUOTED_ONCE, _QUOTED_TWICE = 0.15, 0.2, 2.0
_RIVALS = 5  # candidates that the first is compared with
_LEAD, _FAR = 2.0, 3.0  # as far as a lead over the second counts, and over the mean of the rivals
_ALONE = (1.0, 2.0)  # what is taken for them where there is no rival: about what is usual
PLACED = 7  # numbers that say how the first stands
_LENGTHS = [NAMES.index(name) for name in ("shorter", "lengths", "title length")]
_TRACES = -0.5  # two traces then have to be alike by .40, which was best on the half of the traces they are learnt on


class Line(BaseModel):
    """A logistic regression over standardised numbers."""

    model_config = ConfigDict(frozen=True)

    mean: list[float]
    scale: list[float]
    weights: list[float]
    bias: float

    def scores(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """One logit a row."""
        standard = (rows - np.array(self.mean)) / np.array(self.scale)
        clipped: NDArray[np.float64] = np.clip(standard @ np.array(self.weights) + self.bias, -_LIMIT, _LIMIT)
        return clipped


class Weights(BaseModel):
    """What was learnt, for texts and for stack traces."""

    model_config = ConfigDict(frozen=True)

    learnt_on: str
    rank: Line
    place: Line  # whether the first is the right one, over `standing`
    join: Line  # the same, over `standing` and all that the texts share
    trace: Line  # over one number, how alike the frames are


@cache
def learnt() -> Weights:
    """The weights that come with the code."""
    return Weights.model_validate(json.loads((Path(__file__).parent / "likeness_weights.json").read_text("utf-8")))


@dataclass(frozen=True)
class Evidence:
    """The numbers of every signal that was compared, and which candidate it belongs to."""

    rows: Numbers
    owners: NDArray[np.int64]

    @property
    def traced(self) -> NDArray[np.bool_]:
        """Which rows compare two stack traces: those are judged by their frames, and by nothing else."""
        told: NDArray[np.bool_] = self.rows[:, TRACED] > 0
        return told


class Ranking:
    """Compares a signal with what search found. Shared by threads."""

    def __init__(self, vectoriser: Vectoriser, weights: Weights | None = None) -> None:
        self._vectoriser = vectoriser
        self._weights = weights
        self._lock = threading.Lock()
        self._sayings: OrderedDict[tuple[int, int], Saying] = OrderedDict()
        self._words: OrderedDict[str, Numbers] = OrderedDict()

    def ranked(
        self, signal: Signal, summary: Summary, found: tuple[Candidate, ...], rarity: Rarity, limit: int
    ) -> tuple[Candidate, ...]:
        """The most likely candidates first, each with its likelihood; those that share an exact key before all."""
        evidence = self.evidence(signal, summary, found, rarity)
        if evidence is None:
            return found[:limit]
        scores, likelihood = judged(evidence, len(found), self._weights or learnt())
        rated = [
            (replace(candidate, likelihood=round(float(likelihood[at]), 4), nearest=()), float(scores[at]))
            for at, candidate in enumerate(found)
        ]
        rated.sort(key=lambda each: (not each[0].shared_keys, -each[1]))
        return tuple(candidate for candidate, _ in rated[:limit])

    def evidence(
        self, signal: Signal, summary: Summary, found: tuple[Candidate, ...], rarity: Rarity
    ) -> Evidence | None:
        """What the candidates have in common with the signal; None when there is nothing to compare."""
        kin = [(at, each) for at, candidate in enumerate(found) for each in candidate.nearest]
        if not kin:
            return None
        title = signal.title.strip() or summary.title
        body = words_of(signal)
        new = saying(
            title,
            body.removeprefix(title),
            source=signal.source,
            at=signal.happened_at,
            vector=np.frombuffer(signal.vector or b"", "<f4"),
            title_vector=self._titles([title])[0],
        )
        known = self._known([each for _, each in kin])
        wanted = dict.fromkeys(w for each in (new, *known) for w in (*each.title_words, *each.lead_words))
        owners = [at for at, _ in kin]
        return Evidence(alike(new, known, rarity, Words(self._vectors_of(list(wanted))), owners), np.array(owners))

    def _known(self, kin: Sequence[Kin]) -> list[Saying]:
        keys = [(each.signal_id, hash((each.title, each.body))) for each in kin]
        with self._lock:
            missing = [at for at, key in enumerate(keys) if key not in self._sayings]
        titles = [kin[at].title or kin[at].body[:120] for at in missing]
        vectors = self._titles(titles)
        made = {}
        for at, title, title_vector in zip(missing, titles, vectors, strict=True):
            each = kin[at]
            made[keys[at]] = saying(
                title,
                each.body.removeprefix(title),
                source=each.source,
                at=each.happened_at,
                vector=np.frombuffer(each.vector, "<f4"),
                title_vector=title_vector,
            )
        with self._lock:
            told = [made.get(key) or self._sayings[key] for key in keys]
            self._sayings.update(made)
            while len(self._sayings) > _REMEMBERED:
                self._sayings.popitem(last=False)
        return told

    def _titles(self, titles: Sequence[str]) -> list[Numbers]:
        return [np.frombuffer(vector, "<f4") for vector in self._vectoriser.vectors(titles)]

    def _vectors_of(self, words: list[str]) -> dict[str, Numbers]:
        with self._lock:
            missing = [word for word in words if word not in self._words]
        made = dict(zip(missing, self._titles(missing), strict=True))
        with self._lock:
            told = {word: made[word] if word in made else self._words[word] for word in words}
            self._words.update(made)
            while len(self._words) > _REMEMBERED * 5:
                self._words.popitem(last=False)
        return told


def judged(evidence: Evidence, candidates: int, weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per candidate its score, and how likely it is the same problem. Only the first can be likely."""
    each = weights.rank.scores(evidence.rows)
    traced = evidence.traced
    each[traced] = weights.trace.scores(evidence.rows[traced][:, [FRAMES]])
    scores = np.full(candidates, -_LIMIT)
    np.maximum.at(scores, evidence.owners, each)
    likelihood = np.zeros(candidates)
    best = int(np.argmax(scores))
    row = foremost(evidence, each, best)
    place = standing(evidence, each, scores, best)
    logit = each[row] + _TRACES if traced[row] else _sure(place, evidence.rows[row], weights)
    chance = likelihood[best] = 1.0 / (1.0 + np.exp(-float(logit)))
    for at in range(candidates):
        if at != best:  # what is left of the chance, and never more than the first has
            likelihood[at] = min(chance, 1.0 - chance) * float(np.exp(scores[at] - scores[best]))
    return scores, likelihood


def _sure(place: NDArray[np.float64], row: Numbers, weights: Weights) -> float:
    """The logit of two texts being about the same problem: the less sure of two opinions counts.

    What texts share says much, but a regression over all of it learns the few trackers that it is shown; how the first
    stands among the others carries to new ones, and says less. Where one of them errs, the other seldom does.
    """
    whole = np.concatenate([place, row])
    least = min(weights.place.scores(place[None])[0], weights.join.scores(whole[None])[0])
    return float(least) + _surety(row)


def _surety(row: Numbers) -> float:
    """What is added because people write alike in one tool about different problems.

    Across tools, when one quotes words of the product that the other says, less likeness says more, and more so when
    both quote them. There are too few trackers of several tools to learn that from.
    """
    if row[_SAME_SOURCE]:
        return 0.0
    if row[_BOTH_QUOTE]:
        return _QUOTED_TWICE
    return _QUOTED_ONCE if row[_QUOTED] > 0 else _ACROSS_SOURCES


def standing(
    evidence: Evidence, each: NDArray[np.float64], scores: NDArray[np.float64], best: int
) -> NDArray[np.float64]:
    """How the best candidate stands among the others, and how long the two texts are.

    Not how many of its signals were compared: a report that has swallowed much would swallow ever more. For the same
    reason a lead counts only so far, and to have no rival is no lead at all.
    """
    first = scores[best]
    others = np.sort(np.delete(scores, best))[::-1][:_RIVALS]
    lead, far = (first - others[0], first - others.mean()) if others.size else _ALONE
    about = np.log(np.exp(np.concatenate([[first], others])).sum())
    row = evidence.rows[foremost(evidence, each, best)]
    ahead = [first, min(lead, _LEAD), min(far, _FAR), about]
    return np.concatenate([ahead, row[_LENGTHS]])


def foremost(evidence: Evidence, each: NDArray[np.float64], candidate: int) -> int:
    """The row of its most similar signal."""
    return int(np.argmax(np.where(evidence.owners == candidate, each, -np.inf)))
