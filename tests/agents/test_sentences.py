"""The sentence transformer: vectors of unit length, from any thread, and a sentence when it cannot be loaded."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from agents.adapters.sentences import WIDTH, SentenceVectors
from agents.errors import BadSettings
from tests.agents.tiny_transformer import make_transformer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_transformer(tmp_path_factory.mktemp("transformer"))


@pytest.fixture(scope="module")
def vectors(folder: Path) -> SentenceVectors:
    return SentenceVectors(folder, folder / "cache")


def floats(vector: bytes) -> np.ndarray:
    return np.frombuffer(vector, "<f4")


def test_every_text_has_a_vector_of_unit_length_in_its_own_place(vectors: SentenceVectors) -> None:
    texts = ["the export of a report fails " * 9, "exporting a report crashes", "lunch is ready", "login", "the page"]

    made = [floats(vector) for vector in vectors.vectors(texts)]

    assert all(vector.size == WIDTH and abs(float(np.linalg.norm(vector)) - 1.0) < 1e-5 for vector in made)
    for vector, text in zip(made, texts, strict=True):
        assert float(vector @ floats(vectors.vectors([text])[0])) > 0.999


def test_what_means_the_same_is_nearer_than_what_does_not(vectors: SentenceVectors) -> None:
    one, same, other = map(
        floats, vectors.vectors(["exporting a report crashes", "a report crash when export", "lunch is ready"])
    )

    assert float(one @ same) > float(one @ other) + 0.2


def test_a_text_without_words_has_the_zero_vector_and_spoils_no_other(vectors: SentenceVectors) -> None:
    empty, full = map(floats, vectors.vectors(["  ", "the export fails"]))

    assert not empty.any()
    assert abs(float(np.linalg.norm(full)) - 1.0) < 1e-5
    assert vectors.vectors([]) == []


def test_many_threads_get_what_one_gets(folder: Path) -> None:
    fresh = SentenceVectors(folder, folder / "cache")
    texts = ["login page spins", "the export of a report fails " * 5, "slow"]
    alone = [floats(fresh.vectors([text])[0]) for text in texts]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: fresh.vectors(texts), range(8)))

    assert all(float(floats(one) @ other) > 0.999 for made in together for one, other in zip(made, alone, strict=True))


def test_a_folder_without_the_model_is_named_with_what_it_must_hold(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"could not be loaded from .*nowhere.* SIGNALBOX_SENTENCES"):
        SentenceVectors(tmp_path / "nowhere", tmp_path).load()


def _told(folder: Path, script: str, **environment: str) -> str:
    lines = f"from pathlib import Path\n{script}\nfrom agents.adapters.sentences import SentenceVectors\n"
    attempt = (
        "try:\n    SentenceVectors(None, Path('cache')).load()\nexcept Exception as e:\n    print(type(e).__name__, e)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", lines + attempt],
        capture_output=True, text=True, check=True, timeout=60, cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "HOME": str(folder), **environment},
    )  # fmt: skip
    assert not ran.stderr
    return ran.stdout


def test_without_fastembed_the_setting_is_refused_with_what_to_install(tmp_path: Path) -> None:
    said = _told(tmp_path, "import sys\nsys.modules['fastembed'] = None")

    assert said.startswith("BadSettings SIGNALBOX_SENTENCES is set, but fastembed is not installed")
    assert "pip install '.[sentences]'" in said


def test_a_model_that_cannot_be_downloaded_is_one_sentence_and_no_noise(tmp_path: Path) -> None:
    said = _told(tmp_path, "", HF_HUB_OFFLINE="1")

    assert said.startswith("BadSettings The sentence transformer sentence-transformers/all-MiniLM-L6-v2 could not")
    assert said.count("\n") == 1
