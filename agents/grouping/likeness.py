"""What two texts have in common, as numbers, relative to the stream they come from.

`alike` compares a new one with known ones. What the numbers mean for "is it the same
problem?" was learnt from labelled trackers (evals/learn_grouping.py) and is in `agents/grouping/ranking.py`.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from agents.frames import rarity_in, trace_likeness
from agents.grouping.saying import Numbers, Saying
from storage.searching.rarity import Rarity
from storage.searching.stems import stems

_DAY = 86_400.0
_TINY = 1e-6


class Words:
    """The vectors of single words, for comparing words that differ. `get` gives unit vectors, one row a word."""

    def __init__(self, vectors: dict[str, Numbers]) -> None:
        self._vectors = vectors
        self._stacked: dict[tuple[str, ...], Numbers] = {}  # the new text's are asked for with each known one

    def get(self, words: tuple[str, ...]) -> Numbers:
        """One row a word."""
        rows = self._stacked.get(words)
        if rows is None:
            rows = np.array([self._vectors[word] for word in words], np.float32).reshape(len(words), -1)
            self._stacked[words] = rows
        return rows


NAMES = (
    "title jaccard", "title in title", "title of title", "title in text", "text in title", "title in lead",
    "lead in title", "lead jaccard", "lead within", "text jaccard", "text within", "lead in text", "lead cosine",
    "text cosine", "title cosine", "rarest of lead", "rare of lead", "rarest of text", "rare of text", "much of lead",
    "much of text", "code shared", "code jaccard", "code on both", "code within", "pairs shared", "pairs jaccard",
    "versions shared", "versions jaccard", "versions on both", "addresses", "title vectors", "vectors",
    "title in lead by meaning", "lead in title by meaning", "titles by meaning", "lengths", "shorter", "title length",
    "days", "same source", "same frames", "both traced", "first frame",
    "quoted there", "quoted by both",
)  # fmt: skip
TRACED, FRAMES = NAMES.index("both traced"), NAMES.index("same frames")
SENTENCES = -3  # the column of the sentence transformer's cosine, if there is one; how it compares follows
RELATIVE = ("title in text", "lead in text", "title cosine", "vectors", "title vectors", "lead cosine")


def alike(
    new: Saying, known: Sequence[Saying], rarity: Rarity, words: Words, owners: Sequence[int] | None = None
) -> Numbers:
    """One row a known text: the numbers of `NAMES`, then how the `RELATIVE` ones compare with the others' here.

    If a sentence transformer read the new text, the cosine of what it made comes last, and how that compares. `owners`
    says which report each is of: a frame is rare when few reports have it, however many signals do.
    """
    owners = range(len(known)) if owners is None else owners
    weigh = _Weights(rarity, _by_owner([each.frames for each in known], owners))
    rows = np.array([_compare(new, each, weigh, words) for each in known], np.float32)
    rows = np.concatenate([rows, _verbatim(new, known, owners)], axis=1)
    told = [rows, _compared(rows[:, [NAMES.index(name) for name in RELATIVE]])]
    if new.sentence.size:
        cosines = np.array([[_cosine_of(new.sentence, each.sentence)] for each in known], np.float32)
        told += [cosines, _compared(cosines)]
    return np.concatenate(told, axis=1).astype(np.float32)


def _compared(chosen: Numbers) -> Numbers:
    """Of each column its share of the most that anybody has here, and its place among them."""
    chosen = np.maximum(chosen, 0.0)  # less than nothing in common is nothing, also where nobody has anything
    most = np.maximum(chosen.max(axis=0), _TINY)
    places = np.argsort(np.argsort(-chosen, axis=0, kind="stable"), axis=0, kind="stable")
    return np.concatenate([chosen / most, 1.0 / (10.0 + places)], axis=1)


def _cosine_of(one: Numbers, other: Numbers) -> float:
    """Of two vectors of unit length; 0 when another encoder made one of them."""
    return float(one @ other) if one.size == other.size else 0.0


def _verbatim(new: Saying, known: Sequence[Saying], owners: Sequence[int]) -> Numbers:
    """Per known text how rare the rarest is that one quotes and the other says, and how much both quote."""
    said = [
        {each for each in new.quoted if each in other.plain} | {each for each in other.quoted if each in new.plain}
        for other in known
    ]
    rarity = rarity_in(_by_owner(said, owners))
    both = ((quotes & new.quoted & other.quoted) for quotes, other in zip(said, known, strict=True))
    return np.array(
        [
            (max(map(rarity, quotes), default=0.0), math.log1p(sum(map(rarity, shared))))
            for quotes, shared in zip(said, both, strict=True)
        ],
        np.float32,
    )


def _by_owner(told: Sequence[Iterable[str]], owners: Sequence[int]) -> Iterable[Iterable[str]]:
    held: dict[int, set[str]] = {}
    for owner, each in zip(owners, told, strict=True):
        held.setdefault(owner, set()).update(each)
    return held.values()


class _Weights(dict[str, float]):
    """Rareness, looked up once a term, and added up once a text."""

    def __init__(self, rarity: Rarity, frames_by_report: Iterable[Iterable[str]]) -> None:
        super().__init__()
        self._rarity = rarity
        self.frame: Callable[[str], float] = rarity_in(frames_by_report)
        self._sums: dict[frozenset[str], float] = {}
        self._lengths: dict[frozenset[str], float] = {}
        self._words: dict[tuple[str, ...], Numbers] = {}
        self.most = max(rarity.most, _TINY)

    def __missing__(self, term: str) -> float:
        weight = self[term] = self._rarity.of(term)
        return weight

    def sum(self, terms: Iterable[str]) -> float:
        return sum(map(self.__getitem__, terms))

    def squares(self, terms: Iterable[str]) -> float:
        return sum(weight * weight for weight in map(self.__getitem__, terms))

    def whole(self, terms: frozenset[str]) -> float:
        """The sum of all terms of a text."""
        known = self._sums.get(terms)
        if known is None:
            known = self._sums[terms] = self.sum(terms)
        return known

    def length(self, terms: frozenset[str]) -> float:
        """The squares of all terms of a text, added up."""
        known = self._lengths.get(terms)
        if known is None:
            known = self._lengths[terms] = self.squares(terms)
        return known

    def words(self, words: tuple[str, ...]) -> Numbers:
        """One weight a word."""
        known = self._words.get(words)
        if known is None:
            weights = [self.sum(stems(word)) or _TINY for word in words]
            known = self._words[words] = np.array(weights, np.float32)
        return known


def _compare(new: Saying, known: Saying, weigh: _Weights, words: Words) -> list[float]:
    traced = new.is_trace and known.is_trace
    shorter, longer = sorted((new.length, known.length))
    return [
        *_overlaps(new, known, weigh),
        *_rare(new.lead & known.lead, weigh),
        *_rare(new.whole & known.whole, weigh),
        weigh.sum(new.lead & known.lead) / weigh.most / 10.0,
        weigh.sum(new.whole & known.whole) / weigh.most / 10.0,
        *_counted(new.code, known.code),
        *_counted(new.pairs, known.pairs)[:2],
        *_counted(new.versions, known.versions)[:3],
        float(bool(new.addresses & known.addresses)),
        float(new.title_vector @ known.title_vector),
        _cosine_of(new.vector, known.vector),
        _by_meaning(new.title_words, known.lead_words, weigh, words),
        _by_meaning(known.title_words, new.lead_words, weigh, words),
        _by_meaning(new.title_words, known.title_words, weigh, words),
        shorter / max(longer, 1),
        math.log1p(shorter),
        float(len(new.title)),
        math.log1p(abs((new.at - known.at).total_seconds()) / _DAY),
        float(new.source == known.source),
        trace_likeness(new.frames, known.frames, weigh.frame) if traced else 0.0,
        float(traced),
        float(traced and new.frames[:2] == known.frames[:2]),
    ]


def _overlaps(new: Saying, known: Saying, weigh: _Weights) -> list[float]:
    title, lead, whole = weigh.whole(new.title), weigh.whole(new.lead), weigh.whole(new.whole)
    k_title, k_lead, k_whole = weigh.whole(known.title), weigh.whole(known.lead), weigh.whole(known.whole)
    both_titles, both_leads, both_wholes = new.title & known.title, new.lead & known.lead, new.whole & known.whole
    titles, leads, wholes = weigh.sum(both_titles), weigh.sum(both_leads), weigh.sum(both_wholes)
    return [
        titles / (title + k_title - titles + _TINY),
        titles / (title + _TINY),
        titles / (k_title + _TINY),
        weigh.sum(new.title & known.whole) / (title + _TINY),
        weigh.sum(new.whole & known.title) / (k_title + _TINY),
        weigh.sum(new.title & known.lead) / (title + _TINY),
        weigh.sum(new.lead & known.title) / (k_title + _TINY),
        leads / (lead + k_lead - leads + _TINY),
        leads / (min(lead, k_lead) + _TINY),
        wholes / (whole + k_whole - wholes + _TINY),
        wholes / (min(whole, k_whole) + _TINY),
        weigh.sum(new.lead & known.whole) / (lead + _TINY),
        _cosine(new.lead, known.lead, both_leads, weigh),
        _cosine(new.whole, known.whole, both_wholes, weigh),
        _cosine(new.title, known.title, both_titles, weigh),
    ]


def _cosine(one: frozenset[str], other: frozenset[str], both: frozenset[str], weigh: _Weights) -> float:
    return weigh.squares(both) / (math.sqrt(weigh.length(one) * weigh.length(other)) + _TINY)


def _rare(shared: frozenset[str], weigh: _Weights) -> list[float]:
    """The weight of the rarest term that is shared, and the mean of the three rarest."""
    rarest = [weight / weigh.most for weight in heapq.nlargest(3, map(weigh.__getitem__, shared))]
    return [rarest[0] if rarest else 0.0, sum(rarest) / 3.0]


def _counted(one: frozenset[str], other: frozenset[str]) -> list[float]:
    shared = len(one & other)
    return [
        math.log1p(shared),
        shared / max(len(one | other), 1),
        float(bool(one) and bool(other)),
        shared / max(min(len(one), len(other)), 1),
    ]


def _by_meaning(asked: tuple[str, ...], there: tuple[str, ...], weigh: _Weights, words: Words) -> float:
    """How well each word of the one has a counterpart in the other, rare words first."""
    if not asked or not there:
        return 0.0
    nearest = np.maximum((words.get(asked) @ words.get(there).T).max(axis=1), 0.0)
    weights = weigh.words(asked)
    return float((weights * nearest).sum() / (weights.sum() + _TINY))
