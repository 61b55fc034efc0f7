"""Screen: rules that say, without a model, whether an agent may read a signal. They come first, for every source."""

from __future__ import annotations

from collections.abc import Container

from agents.screening.attacks import find_attacks
from agents.wording import everything_in, surroundings_of
from storage.judgments import Screening
from storage.records import Signal
from storage.signals.pardons import words_fragment


def screen(signal: Signal, pardoned: Container[str] = ()) -> Screening | None:
    """The first attack that a rule finds in any text that somebody may read later; None when there is none.

    `pardoned` holds what a human restored from the same source before: fragments (`Screening.fragment`), and the words
    of whole signals, which leaves only what is around them to be looked at.
    """
    text = surroundings_of(signal) if words_fragment(signal) in pardoned else everything_in(signal)
    return next((attack for attack in find_attacks(text) if attack.fragment not in pardoned), None)
