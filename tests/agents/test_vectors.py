"""Vectors: of unit length, from the package alone, without touching anybody's logging, from many threads."""

from __future__ import annotations

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from agents.adapters.vectors import WordVectors


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    return WordVectors()


def floats(vector: bytes) -> np.ndarray:
    return np.frombuffer(vector, "<f4")


def test_every_text_has_a_vector_of_unit_length(vectors: WordVectors) -> None:
    made = vectors.vectors(["the export fails", "the dashboard is slow", "x" * 50_000])

    assert [len(vector) for vector in made] == [4 * 256] * 3
    assert all(abs(float(np.linalg.norm(floats(vector))) - 1.0) < 1e-5 for vector in made)


def test_what_means_the_same_is_nearer_than_what_does_not(vectors: WordVectors) -> None:
    one, same, other = map(
        floats, vectors.vectors(["exporting a report crashes", "crash when a report is exported", "lunch is ready"])
    )

    assert float(one @ same) > float(one @ other) + 0.2


def test_a_text_without_words_has_the_zero_vector_and_spoils_no_other(vectors: WordVectors) -> None:
    empty, full = map(floats, vectors.vectors(["  ", "the export fails"]))

    assert not empty.any()
    assert np.isfinite(full).all()
    assert vectors.vectors([]) == []


def test_the_same_text_has_the_same_vector_from_any_thread_and_beside_any_other(vectors: WordVectors) -> None:
    texts = ["a", "the export of a very long report fails " * 20, "slow"]
    alone = [vectors.vectors([text])[0] for text in texts]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: vectors.vectors(texts), range(8)))

    for made in together:
        for one, other in zip(made, alone, strict=True):
            assert float(floats(one) @ floats(other)) > 0.9999


def test_loading_needs_no_network_and_leaves_logging_alone() -> None:
    script = (
        "import logging, socket\n"
        "def refuse(*_, **__): raise OSError('no network in this test')\n"
        "socket.socket.connect = refuse\n"
        "from agents.adapters.vectors import WordVectors\n"
        "print(len(WordVectors().vectors(['hello'])[0]), len(logging.getLogger().handlers))\n"
    )

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    assert ran.stdout.split() == ["1024", "0"]
    assert logging.getLogger() is logging.root
