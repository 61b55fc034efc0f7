"""What was said about a signal is taken back, since its words are others now, or gone."""

from __future__ import annotations

from storage.plumbing import Epoch
from storage.records import Signal


def forget_judgments(signal: Signal, epoch: Epoch) -> None:
    """Nothing that was said about its former words may be read or found any more."""
    signal.screening = None
    signal.summary = None
    signal.vector = None
    signal.query_vectors = None
    signal.words = ""
    signal.trusted_by = ""
    if signal.filed_epoch:
        epoch.value += 1
        signal.filed_epoch = epoch.value
