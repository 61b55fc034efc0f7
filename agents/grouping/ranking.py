"""Ranks the reports that search found by how likely they are about the same problem, by words and labels.

A threshold on the likelihood (agents/grouping/opinions.py) is the offline engine's decision.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.grouping.labels import by_labels
from agents.grouping.likeness import Words, alike
from agents.grouping.opinions import Encoder, Evidence, Weights, judged, learnt
from agents.grouping.saying import LEAD_LIMIT, Numbers, Origin, Saying, Vectors, saying
from agents.ports import Vectoriser
from agents.wording import words_of
from storage.judgments import Summary
from storage.records import Signal
from storage.searching.rarity import Rarity
from storage.searching.search import Candidate, Kin

POOL, KIN = 128, 3  # reports that are ranked, and signals of each that are compared
_NONE: Numbers = np.zeros(0, np.float32)
_REMEMBERED = 4_000  # sayings and words that are kept prepared


@dataclass(frozen=True)
class _Told:
    """A signal's words, and the vector that it is kept with."""

    title: str
    body: str
    origin: Origin
    vector: bytes

    @property
    def rest(self) -> str:
        """The body without the title that it may begin with."""
        return self.body.removeprefix(self.title)


class Ranking:
    """Compares a signal with what search found. Shared by threads."""

    def __init__(self, words: Vectoriser, weights: Weights | None = None, encoder: Encoder = Encoder.WORDS) -> None:
        """`words` makes the vectors of words and titles; `encoder` says who made those that signals are kept with."""
        self._vectoriser = words
        self._weights = weights or learnt(encoder)
        self._encoder = encoder
        self._lock = threading.Lock()
        self._sayings: OrderedDict[tuple[int, int], Saying] = OrderedDict()
        self._words: OrderedDict[str, Numbers] = OrderedDict()

    def ranked(
        self, signal: Signal, summary: Summary, found: tuple[Candidate, ...], rarity: Rarity, limit: int
    ) -> tuple[Candidate, ...]:
        """The most likely first, each with its likelihood; before all who share an exact key, then who are named."""
        evidence = self.evidence(signal, summary, found, rarity)
        if evidence is None:
            return found[:limit]
        scores, likelihood = judged(evidence, len(found), self._weights)
        rated = [
            (replace(candidate, likelihood=round(float(likelihood[at]), 4), nearest=()), float(scores[at]))
            for at, candidate in enumerate(found)
        ]
        rated.sort(key=lambda each: (not each[0].shared_keys, not each[0].is_named, -each[1]))
        return tuple(candidate for candidate, _ in rated[:limit])

    def evidence(
        self, signal: Signal, summary: Summary, found: tuple[Candidate, ...], rarity: Rarity
    ) -> Evidence | None:
        """What the candidates have in common with the signal; None when there is nothing to compare."""
        kin = [(at, each) for at, candidate in enumerate(found) for each in candidate.nearest]
        if not kin:
            return None
        title = signal.title.strip() or summary.title
        arrived = _Told(title, words_of(signal), _origin(signal), signal.vector or b"")
        new = self._prepared([arrived])[0]
        known = self._known([each for _, each in kin])
        wanted = dict.fromkeys(w for each in (new, *known) for w in (*each.title_words, *each.lead_words))
        owners = [at for at, _ in kin]
        rows = alike(new, known, rarity, Words(self._vectors_of(list(wanted))), owners)
        return Evidence(rows, np.array(owners), by_labels(new, known, rarity))

    def _known(self, kin: Sequence[Kin]) -> list[Saying]:
        keys = [(each.signal_id, hash((each.title, each.body, each.vector, each.labels))) for each in kin]
        with self._lock:
            missing = [at for at, key in enumerate(keys) if key not in self._sayings]
        told = [
            _Told(each.title or each.body[:120], each.body, _origin(each), each.vector)
            for each in map(kin.__getitem__, missing)
        ]
        made = dict(zip(map(keys.__getitem__, missing), self._prepared(told), strict=True))
        with self._lock:
            known = [made.get(key) or self._sayings[key] for key in keys]
            self._sayings.update(made)
            while len(self._sayings) > _REMEMBERED:
                self._sayings.popitem(last=False)
        return known

    def _prepared(self, told: Sequence[_Told]) -> list[Saying]:
        titles = self._titles([each.title for each in told])
        kept = [np.frombuffer(each.vector, "<f4") for each in told]
        if self._encoder is Encoder.SENTENCES:
            texts = self._titles([f"{each.title}\n{each.rest[:LEAD_LIMIT]}" for each in told])
            vectors = [Vectors(*each) for each in zip(texts, titles, kept, strict=True)]
        else:
            vectors = [Vectors(text, title, _NONE) for text, title in zip(kept, titles, strict=True)]
        return [
            saying(each.title, each.rest, origin=each.origin, vectors=made)
            for each, made in zip(told, vectors, strict=True)
        ]

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


def _origin(told: Signal | Kin) -> Origin:
    return Origin(told.source, told.happened_at, told.labels)
