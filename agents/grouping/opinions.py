"""How likely two texts are about the same problem: opinions of regressions, of which the least sure counts.

The weights in `likeness_by_*.json` were learnt by evals/learn_grouping.py, which says on what. The likelihood is
mostly a floor (docs/evals.md says how often it was right on projects that the weights had not seen).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from agents.grouping.likeness import FRAMES, NAMES, RELATIVE, SENTENCES, TRACED
from agents.grouping.saying import Numbers

COMMON = len(NAMES) + 2 * len(RELATIVE)  # numbers of a row without a sentence transformer
_LIMIT = 30.0  # of a logit
_SAME_SOURCE, _QUOTED, _BOTH_QUOTE = map(NAMES.index, ("same source", "quoted there", "quoted by both"))
# Added to the logit of a text of another source: where neither quotes what the other says, where one does, where both
# quote it (docs/evals.md).
_ACROSS_SOURCES, _QUOTED_ONCE, _QUOTED_TWICE = 0.15, 0.2, 2.0
_RIVALS = 5  # candidates that the first is compared with
_LEAD, _FAR = 2.0, 3.0  # as far as a lead over the second counts, and over the mean of the rivals
_ALONE = (1.0, 2.0)  # what is taken for them where there is no rival: about what is usual
_USUAL = 0.3  # the cosine of sentences that have nothing to do with each other
PLACED = 7  # numbers that say how the first stands; those of a sentence transformer come after them
_LENGTHS = [NAMES.index(name) for name in ("shorter", "lengths", "title length")]
_TRACES = -0.25  # two traces have to be alike by .42 to .46 then (learnt on half of them, on all)


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
    meaning: Line | None = None  # the same, over `standing` with what a sentence transformer says; None without one
    join: Line  # the same, over all of `standing` and all that the texts share
    trace: Line  # over one number, how alike the frames are
    across: Weights | None = None  # those of words alone, for texts of two tools; None: these

    def with_words(self, words: Weights) -> Weights:
        """These for texts of one tool, the others for texts of two."""
        return self.model_copy(update={"across": words})


class Encoder(StrEnum):
    """Who makes the vectors of texts. What a cosine of theirs means differs, so each has weights of its own."""

    WORDS = "words"  # agents/adapters/vectors.py
    SENTENCES = "sentences"  # agents/adapters/sentences.py


@cache
def learnt(encoder: Encoder = Encoder.WORDS) -> Weights:
    """The weights that come with the code."""
    path = Path(__file__).parent / f"likeness_by_{encoder}.json"
    weights = Weights.model_validate(json.loads(path.read_text("utf-8")))
    return weights if encoder is Encoder.WORDS else weights.with_words(learnt(Encoder.WORDS))


@dataclass(frozen=True)
class Evidence:
    """The numbers of every signal that was compared, and which candidate it belongs to."""

    rows: Numbers
    owners: NDArray[np.int64]
    labels: Numbers = field(default_factory=lambda: np.zeros(1, np.float32))  # what labels add to a row's score

    @property
    def traced(self) -> NDArray[np.bool_]:
        """Which rows compare two stack traces: those are judged by their frames, and by nothing else."""
        told: NDArray[np.bool_] = self.rows[:, TRACED] > 0
        return told


def judged(evidence: Evidence, candidates: int, weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per candidate its score, and how likely it is the same problem. Only the first can be likely."""
    each, scores = _scored(evidence, candidates, weights)
    best = int(np.argmax(scores))
    likelihood = np.zeros(candidates)
    chance = likelihood[best] = 1.0 / (1.0 + np.exp(-_logit(evidence, each, scores, best, weights)))
    for at in range(candidates):
        if at != best:  # what is left of the chance, and never more than the first has
            likelihood[at] = min(chance, 1.0 - chance) * float(np.exp(scores[at] - scores[best]))
    return scores, likelihood


def _scored(evidence: Evidence, candidates: int, weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One score a signal, and one a candidate: its best signal's."""
    each = weights.rank.scores(evidence.rows) + evidence.labels
    traced = evidence.traced
    each[traced] = weights.trace.scores(evidence.rows[traced][:, [FRAMES]])
    scores = np.full(candidates, -_LIMIT)
    np.maximum.at(scores, evidence.owners, each)
    return each, scores


def _logit(
    evidence: Evidence, each: NDArray[np.float64], scores: NDArray[np.float64], best: int, weights: Weights
) -> float:
    """Of the best candidate.

    In two tools people tell of one problem in different words: an alarm names what broke, a customer what was seen.
    There a sentence transformer, which finds the same said otherwise, is not asked.
    """
    row = foremost(evidence, each, best)
    if evidence.traced[row]:
        return float(each[row]) + _TRACES
    if weights.across is not None and not evidence.rows[row, _SAME_SOURCE]:
        words = Evidence(evidence.rows[:, :COMMON], evidence.owners, evidence.labels)
        by_words, scored = _scored(words, len(scores), weights.across)
        return _logit(words, by_words, scored, best, weights.across)
    return _sure(standing(evidence, each, scores, best), evidence.rows[row], weights)


def _sure(place: NDArray[np.float64], row: Numbers, weights: Weights) -> float:
    """The logit of two texts being about the same problem: the least sure of the opinions counts.

    What texts share says much, but a regression over all of it learns the few trackers that it is shown; how the first
    stands among the others, by words or by a sentence transformer, carries to new ones, and says less. Where one of
    them errs, the others seldom do.
    """
    least = min(
        weights.place.scores(place[None, :PLACED])[0],
        weights.join.scores(np.concatenate([place, row])[None])[0],
        *([] if weights.meaning is None else weights.meaning.scores(place[None])),
    )
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
    """How the best candidate stands among the others, how long the two texts are, and what a sentence transformer says.

    Not how many of its signals were compared: a report that has swallowed much would swallow ever more. For the same
    reason a lead counts only so far, and to have no rival is no lead at all.
    """
    first = scores[best]
    others = np.sort(np.delete(scores, best))[::-1][:_RIVALS]
    lead, far = (first - others[0], first - others.mean()) if others.size else _ALONE
    about = np.log(np.exp(np.concatenate([[first], others])).sum())
    row = evidence.rows[foremost(evidence, each, best)]
    ahead = [first, min(lead, _LEAD), min(far, _FAR), about]
    return np.concatenate([ahead, row[_LENGTHS], _meant(evidence, len(scores), best)])


def _meant(evidence: Evidence, candidates: int, best: int) -> NDArray[np.float64]:
    """How near the best candidate is by a sentence transformer, and how much nearer than the others; else nothing."""
    if evidence.rows.shape[1] == COMMON:
        return np.zeros(0)
    near = np.full(candidates, -1.0)
    np.maximum.at(near, evidence.owners, evidence.rows[:, SENTENCES])
    others = np.sort(np.delete(near, best))[::-1][:_RIVALS]
    next_best, usual = (others[0], others.mean()) if others.size else (_USUAL, _USUAL)
    return np.array([near[best], near[best] - next_best, near[best] - usual])


def foremost(evidence: Evidence, each: NDArray[np.float64], candidate: int) -> int:
    """The row of its most similar signal."""
    return int(np.argmax(np.where(evidence.owners == candidate, each, -np.inf)))
