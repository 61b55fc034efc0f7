"""Who makes the vectors of texts: static word vectors, or the sentence transformer that a setting names."""

from __future__ import annotations

from pathlib import Path

from agents.adapters.sentences import SentenceVectors
from agents.adapters.vectors import WordVectors
from agents.grouping.opinions import Encoder
from agents.ports import Vectoriser

DOWNLOAD = "download"


def encoder_of(sentences: str) -> Encoder:
    """Whose vectors they are; `sentences` as in the setting SIGNALBOX_SENTENCES."""
    return Encoder.SENTENCES if sentences else Encoder.WORDS


def vectoriser_of(sentences: str, home: Path) -> Vectoriser:
    """What makes them. Raises BadSettings when a sentence transformer is asked for and cannot be loaded."""
    if not sentences:
        return WordVectors()
    folder = None if sentences == DOWNLOAD else Path(sentences).expanduser()
    made = SentenceVectors(folder, home / "sentences")
    made.load()
    return made
