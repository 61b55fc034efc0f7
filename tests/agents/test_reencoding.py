"""Vectors made anew: once another encoder is used, filed signals are found by its vectors too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from agents.gathering.reencoding import SWITCH, Reencoding
from agents.grouping import opinions
from agents.means import Means
from storage.status import SignalStatus
from storage.store import Store
from tests.factories import a_raw_signal, a_signal, a_summary

OLD, NEW = 256, 384


@dataclass
class Encoder:
    """Makes a vector of its own for each text, of this many numbers."""

    width: int
    asked: list[str] = field(default_factory=list)

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        self.asked += texts
        return [self.vector(text) for text in texts]

    def vector(self, text: str) -> bytes:
        chance = np.random.default_rng(sum(text.encode()))
        numbers = chance.standard_normal(self.width)
        return (numbers / np.linalg.norm(numbers)).astype("<f4").tobytes()


MOST = 10  # signals at a time, for a hundred are filed no otherwise


def reencoding(store: Store, encoder: Encoder) -> Reencoding:
    return Reencoding(cast("Means", Basis(store, encoder)), MOST)


@dataclass
class Basis:
    store: Store
    vectoriser: Encoder
    encoder: opinions.Encoder = opinions.Encoder.WORDS


def filed(store: Store, title: str, encoder: Encoder, **fields: Any) -> int:
    vector = encoder.vector(f"{title}\n{title}")
    signal = a_signal(
        store, filed=True, summary=a_summary(title=title, gist=title, queries=(title,)), vector=vector, **fields
    )
    return signal.id or 0


def found(store: Store, encoder: Encoder, title: str) -> list[int]:
    vector = encoder.vector(f"{title}\n{title}")
    return [each.report_id for each in store.search.candidates((), (), (), vector) if each.similarity > 0.9]


def test_what_another_encoder_made_is_found_by_ours_once_it_is_made_anew(store: Store) -> None:
    old, new = Encoder(OLD), Encoder(NEW)
    signals = {title: filed(store, title, old) for title in ("export fails", "login spins", "totals are wrong")}
    assert not any(found(store, new, title) for title in signals)

    assert reencoding(store, new).some() == 3

    for title, signal_id in signals.items():
        signal = store.signals.get(signal_id)
        assert found(store, new, title) == [signal.report_id]
        assert signal.query_vectors == new.vector(title)
        assert not found(store, old, title)


def test_it_goes_through_all_once_and_a_new_process_looks_no_more(store: Store) -> None:
    old, new = Encoder(OLD), Encoder(NEW)
    for number in range(MOST + 5):
        filed(store, f"fault {number}", old)
    first = reencoding(store, new)

    assert [first.some() for _ in range(4)] == [MOST, 5, 0, 0]

    assert store.switches.get(SWITCH).by == str(NEW)
    again = Encoder(NEW)
    assert reencoding(store, again).some() == 0
    assert again.asked == ["width"]


def test_who_goes_back_half_way_finds_all_by_the_former_encoder(store: Store) -> None:
    old, new = Encoder(OLD), Encoder(NEW)
    for number in range(MOST + 2):
        filed(store, f"fault {number}", old)
    assert reencoding(store, new).some() == MOST
    back = reencoding(store, old)

    assert [back.some() for _ in range(2)] == [MOST, 0]

    assert all(found(store, old, f"fault {number}") for number in (0, 1, MOST, MOST + 1))


def test_what_was_edited_held_or_erased_meanwhile_is_let_alone(store: Store) -> None:
    old, new = Encoder(OLD), Encoder(NEW)
    raw = a_raw_signal(external_id="C1/1.1", body="first words")
    edited = filed(store, "edited", old, external_id="C1/1.1", body="first words")
    erased = filed(store, "erased", old, external_id="C1/2.2")

    @dataclass
    class Meddling(Encoder):
        """While it reads, people edit and delete."""

        def vectors(self, texts: Sequence[str]) -> list[bytes]:
            if "width" not in texts:
                store.signals.remember(raw.model_copy(update={"body": "other words"}))
                store.signals.erase("slack", "C1/2.2")
            return super().vectors(texts)

    assert reencoding(store, Meddling(NEW)).some() == 2

    assert store.signals.get(edited).vector is None
    assert store.signals.get(erased).vector is None
    assert store.signals.get(erased).status is SignalStatus.ERASED
    assert new.asked == []
