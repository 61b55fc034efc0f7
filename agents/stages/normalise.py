"""Normalise: say a signal once, and write what a person would search for who met the same problem elsewhere."""

from __future__ import annotations

from agents.errors import ModelRefused
from agents.ports import Model
from agents.summaries import AboutSummary, in_its_own_words
from storage.judgments import Stage, Summary
from storage.records import Signal


class AboutNormalise(AboutSummary):
    """A signal that may be read: of a trusted source, or restored by a human. Asked by prompts/normalise.md."""


def normalise(signal: Signal, model: Model, noted: tuple[str, ...] = ()) -> Summary:
    """The signal said once. When the model refuses, the signal's own words stand in, so that nothing is lost."""
    about = AboutNormalise.of(signal, noted)
    try:
        summary = model.judge(Stage.NORMALISE, about, Summary)
    except ModelRefused:
        return in_its_own_words(about)
    return in_its_own_words(about) if about.fault(summary) else summary
