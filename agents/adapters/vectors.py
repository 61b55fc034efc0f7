"""Vectors by wordllama, a static embedding whose weights come inside its package: no network, no torch."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_LONGEST = 8_000  # characters of a text that count
_LOCK = threading.Lock()  # the tokenizer keeps its padding between calls


class WordVectors:
    """Loads the weights at the first use, once in a process however many of these there are. Safe in any thread."""

    def load(self) -> None:
        """Load the weights now."""
        with _LOCK:
            _embedding()

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """One unit vector of 256 float32 a text, little endian; a text without any word has the zero vector."""
        if not texts:
            return []
        with _LOCK:
            pooled = np.asarray(_embedding().embed([text[:_LONGEST] or " " for text in texts]), dtype=np.float32)
        pooled[[not text.strip() for text in texts]] = 0.0
        lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
        unit = np.divide(pooled, lengths, out=np.zeros_like(pooled), where=lengths > 0)
        return [row.astype("<f4").tobytes() for row in unit]


@cache
def _embedding() -> Any:
    """The embedding, from the files in the package only.

    Imported here and not above: it takes half a second, and it sets up the root logger unless that has a handler.
    """
    root, quiet = logging.getLogger(), logging.NullHandler()
    root.addHandler(quiet)
    try:
        wordllama = importlib.import_module("wordllama")
    finally:
        root.removeHandler(quiet)
    folder = Path(str(wordllama.__file__)).parent
    return wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
