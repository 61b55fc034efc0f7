"""Faults as JSON and back, so that a resumed job meets the very fault that its earlier life met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from agents import errors
from agents.errors import Stopped, Unavailable
from storage import errors as storage_errors
from storage.errors import SignalboxError
from storage.judgments import Outcome

log = structlog.get_logger()


class Unexpected(SignalboxError):
    """A fault that nobody foresaw: a defect of ours. The log has its traceback."""


def to_json(error: Exception, redact: Callable[[str], str] = str) -> dict[str, Any]:
    """What is to be kept of a fault. One that is not ours is logged here, with its traceback."""
    if not isinstance(error, SignalboxError):
        log.error("an unexpected fault", exc_info=error)
        return {"class": "Unexpected", "sentence": redact(f"{type(error).__name__}: {error}")[:500]}
    kept: dict[str, Any] = {"class": type(error).__name__, "sentence": redact(str(error))}
    if isinstance(error, Unavailable):
        kept["retry_after"] = error.retry_after
    if isinstance(error, Stopped):
        kept["outcome"] = error.outcome.value
    return kept


def from_json(kept: dict[str, Any]) -> SignalboxError:
    """The fault again, of the class it had."""
    name, sentence = str(kept["class"]), str(kept["sentence"])
    kind = getattr(errors, name, None) or getattr(storage_errors, name, None) or Unexpected
    if kind is Stopped:
        return Stopped(Outcome(kept["outcome"]), sentence)
    if isinstance(kind, type) and issubclass(kind, Unavailable):
        return kind(sentence, kept.get("retry_after"))
    if isinstance(kind, type) and issubclass(kind, SignalboxError) and kind is not errors.BadPolicy:
        return kind(sentence)
    return Unexpected(sentence)


def sentence_of(error: Exception, reference: str, to_do: str) -> str:
    """What people are told of it; `reference` is how the log calls it, `to_do` what they can do about a defect."""
    if isinstance(error, SignalboxError) and not isinstance(error, Unexpected):
        return str(error)
    return f"Something went wrong inside Signalbox (reference {reference} in its log). {to_do}"


def traceback_of(error: Exception) -> BaseException | None:
    """What the log has of it beyond the sentence: of a foreseen fault nothing."""
    return None if isinstance(error, SignalboxError) else error
