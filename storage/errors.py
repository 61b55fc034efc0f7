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


class DatabaseDown(SignalboxError):
    """The database did not answer."""


class CannotCopy(SignalboxError):
    """A database cannot be copied into another as they are."""
