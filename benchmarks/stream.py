"""A made-up stream of signals that behaves like a real one: Zipf's words, topics that come again, real sentences.

Real reports share most of their words with all others and a few with their own problem. So each text here begins with
a sentence from the project's own mixed set, holds some of the words of its topic, and is filled up with words as they
are distributed in reports: the common ones by their real shares, then a long tail of invented ones.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import evals
from agents.adapters.vectors import WordVectors
from storage.searching.rarity import common_terms

SOURCES = ("slack", "sentry", "github", "zendesk", "posthog", "linear")
_TAIL = 120_000  # words beside the common ones
_PER_TOPIC = 3.0  # signals of a topic, on average
_OWN_WORDS, _TOLD = 10, 6  # words of a topic, and how many of them one signal uses
_NOISE = 0.5  # how far a signal's vector is from its topic's
_AT_ONCE = 5_000
_UNTOLD = 10**9  # the number of the first signal that is not told


@dataclass(frozen=True)
class Telling:
    """One made-up signal."""

    number: int
    topic: int
    source: str
    title: str
    body: str
    vector: NDArray[np.float32]

    @property
    def keys(self) -> tuple[str, ...]:
        """A key of its own, and for one in four the key of its topic."""
        own = f"text:{self.number:032x}"
        return (own, f"fingerprint:{self.topic}") if self.number % 4 == 0 else (own,)


class Stream:
    """Signals 0, 1, 2 …, the same ones whenever they are asked for."""

    def __init__(self) -> None:
        self._vectoriser = WordVectors()
        self._words = np.array([*_common(), *_invented(_TAIL)])
        weights = 1.0 / (np.arange(len(self._words)) + 2.7) ** 1.05
        self._sums = np.cumsum(weights) / weights.sum()
        self._sentences = _sentences()

    def tell(self, first: int, last: int) -> Iterator[Telling]:
        """Signals from `first` to before `last`; topics are those that may have come up by then."""
        for start in range(first, last, _AT_ONCE):
            numbers = np.arange(start, min(last, start + _AT_ONCE))
            chance = np.random.default_rng(start)
            topics = chance.random(numbers.size) ** 1.5 * (numbers / _PER_TOPIC + 1)
            yield from self._about(topics.astype(np.int64), start, chance)

    def ask(self, topics: Sequence[int]) -> Iterator[Telling]:
        """Signals that `tell` never tells, one about each of these topics."""
        yield from self._about(np.array(topics, np.int64), _UNTOLD, np.random.default_rng(_UNTOLD))

    def _about(self, topics: NDArray[np.int64], first: int, chance: np.random.Generator) -> Iterator[Telling]:
        number = topics.size
        vectors = self._vectors(topics, chance)
        lengths = np.clip(chance.lognormal(3.7, 0.5, number), 12, 150).astype(np.int64)
        filling = iter(self._words[np.searchsorted(self._sums, chance.random(int(lengths.sum())))].tolist())
        for at in range(number):
            own = self._own(int(topics[at]))
            told = [own[each] for each in chance.choice(_OWN_WORDS, _TOLD, replace=False)]
            words = [*told, *itertools.islice(filling, int(lengths[at]))]
            order = chance.permutation(len(words))
            sentence = self._sentences[int(chance.integers(len(self._sentences)))]
            yield Telling(
                number=first + at,
                topic=int(topics[at]),
                source=SOURCES[(first + at) % len(SOURCES)],
                title=" ".join((*told[:3], *words[_TOLD : _TOLD + 3])),
                body=f"{sentence} {' '.join(words[each] for each in order)}.",
                vector=vectors[at],
            )

    def _vectors(self, topics: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.float32]:
        texts = [" ".join(self._own(int(topic))) for topic in topics]
        about = np.stack([np.frombuffer(vector, "<f4") for vector in self._vectoriser.vectors(texts)])
        noise = chance.standard_normal(about.shape, np.float32)
        mixed = about + noise * (_NOISE / np.linalg.norm(noise, axis=1, keepdims=True))
        unit: NDArray[np.float32] = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def _own(self, topic: int) -> list[str]:
        """A topic's own words: from the middle of the vocabulary, where words mean something."""
        chance = np.random.default_rng((1, topic))
        ranks = 200 * (len(self._words) / 200) ** chance.random(_OWN_WORDS)
        return [str(self._words[int(rank) - 1]) for rank in ranks]


def _common() -> list[str]:
    shares = common_terms()
    return sorted(shares, key=lambda term: -shares[term])


def _invented(number: int) -> list[str]:
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    return ["".join(parts) for parts in itertools.islice(itertools.product(syllables, repeat=3), number)]


def _sentences() -> list[str]:
    lines = (Path(evals.__file__).parent / "mixed" / "stream.jsonl").read_text("utf-8").splitlines()
    return [" ".join(json.loads(line)["body"].split()[:25]) for line in lines]
