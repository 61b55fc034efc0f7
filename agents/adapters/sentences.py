"""Vectors by all-MiniLM-L6-v2, a sentence transformer, computed with fastembed (onnxruntime, no torch). Optional."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agents.errors import BadSettings
from agents.extras import how_to_install

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
WIDTH = 384  # numbers of a vector
_LONGEST = 1_000  # characters of a text that count: the model reads 256 tokens
_AT_ONCE = 4  # texts: they are padded to the longest, and memory grows with their number
_THREADS = 1  # more would take the processor from the acks that Slack waits for


class SentenceVectors:
    """Loads the model once, at the first use. Safe to share between threads."""

    def __init__(self, folder: Path | None, cache: Path) -> None:
        """`folder` holds the model, model.onnx and its tokenizer's files; None has fastembed download it to `cache`."""
        self._folder = folder
        self._cache = cache
        self._lock = threading.Lock()
        self._embedding: Any = None

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """One unit vector of 384 float32 a text, little endian; a text without any word has the zero vector.

        Raises BadSettings when the model is not loaded yet and cannot be.
        """
        found = [b"\0" * 4 * WIDTH] * len(texts)
        told = sorted((at for at, text in enumerate(texts) if text.strip()), key=lambda at: len(texts[at]))
        if not told:
            return found
        made = self.load().embed([texts[at][:_LONGEST] for at in told], batch_size=_AT_ONCE)
        for at, vector in zip(told, made, strict=True):
            found[at] = np.asarray(vector, "<f4").tobytes()
        return found

    def load(self) -> Any:
        """The model, read (and, without a folder, downloaded) unless it was before. Raises BadSettings."""
        with self._lock:
            self._embedding = self._embedding or self._read()
            return self._embedding

    def _read(self) -> Any:
        try:
            fastembed = importlib.import_module("fastembed")
        except ImportError as error:
            raise BadSettings(
                f"SIGNALBOX_SENTENCES is set, but fastembed is not installed: {how_to_install('sentences')}, or leave "
                "the setting empty."
            ) from error
        importlib.import_module("loguru").logger.disable("fastembed")  # it would write to the screen; we raise
        where = {"specific_model_path": str(self._folder)} if self._folder else {"cache_dir": str(self._cache)}
        try:
            return fastembed.TextEmbedding(MODEL, threads=_THREADS, **where)
        except Exception as error:
            raise BadSettings(
                f"The sentence transformer {MODEL} could not be loaded from {self._folder or 'the network'} ({error}). "
                "Name a folder that holds model.onnx, tokenizer.json, tokenizer_config.json, config.json and "
                "special_tokens_map.json in SIGNALBOX_SENTENCES, or leave it empty."
            ) from error
