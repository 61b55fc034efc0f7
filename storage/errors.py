"""The base of all errors, and those that remembering raises. The whole tree is drawn in agents/errors.py."""

from __future__ import annotations


class SignalboxError(Exception):
    """Base of every error of this project. Its text is a sentence that a person can act on."""


class IllegalMove(SignalboxError):
    """The state chart does not allow this move, or the report is not where the mover thought it was."""


class Overtaken(SignalboxError):
    """Another signal was filed after the candidates were read; read them again."""


class NotFound(SignalboxError):
    """There is no such row."""


class Unavailable(SignalboxError):
    """Something outside did not answer. `retry_after` is in seconds, None when it did not say.

    `was_asked` is False when it was left alone, since it did not answer others.
    """

    def __init__(self, sentence: str, retry_after: float | None = None, *, was_asked: bool = True) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
        self.was_asked = was_asked


class DatabaseDown(Unavailable):
    """The database did not answer, or did not take what was to be written."""


class CannotCopy(SignalboxError):
    """A database cannot be copied into another as they are."""
