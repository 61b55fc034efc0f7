"""What Anthropic's SDK raises, as faults of ours in sentences, and what a failed call may have cost."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

import anthropic
import httpx2
import structlog

from agents.errors import ModelDown, ModelRefused
from agents.exchange import Usage

log = structlog.get_logger()

RATE_LIMIT = 429
_BUSY = frozenset({408, 409, RATE_LIMIT})
_FIRST_SERVER_FAULT = 500
_NO_SUCH_MODEL = 404
_NO_CREDIT = "the account has no credit left; add some"
_UNTIL_PUT_RIGHT = 300.0  # seconds to leave it alone while the set-up is wrong


@dataclass(frozen=True)
class Reach:
    """Where the API is, and how long one request is waited for."""

    base_url: str
    seconds: float


@dataclass(frozen=True)
class Fault:
    """One of ours. `of_model` says that another model may answer where this one does not."""

    error: ModelDown | ModelRefused
    of_model: bool


def fault_of(error: Exception, model: str, reach: Reach) -> Fault:
    """The SDK's error as one of ours."""
    if isinstance(error, ModelDown):
        return Fault(error, of_model=False)
    if isinstance(error, anthropic.APITimeoutError) and not _is_unreached(error):
        sentence = f"Claude did not answer within {reach.seconds:.0f} s; it is asked again later."
        return Fault(ModelDown(sentence), of_model=True)
    if isinstance(error, anthropic.APIConnectionError):
        sentence = (
            f"Claude cannot be reached at {reach.base_url}; it is asked again later. If this lasts, check the network."
        )
        return Fault(ModelDown(sentence), of_model=False)
    if not isinstance(error, anthropic.APIStatusError):
        sentence = f"Claude's answer could not be read ({type(error).__name__}); it is asked again later."
        return Fault(ModelDown(sentence), of_model=False)
    return _refused(error, model)


def lost(error: Exception, estimate: Usage) -> Usage:
    """What a failed call may have cost: nothing if it was refused or did not arrive, the estimate if nobody knows."""
    refused = isinstance(error, anthropic.APIStatusError)
    return Usage() if refused or _is_unreached(error) else Usage(usd=estimate.usd)


def again_in(error: anthropic.APIError, attempt: int, longest: float) -> float | None:
    """The seconds after which the same request may be made again at once; None where its job had better wait.

    One that was not answered in time is not: it was waited for long enough, and may have been paid for.
    """
    asked: float | None = None
    if isinstance(error, anthropic.APIStatusError):
        asked = seconds_of(error.response.headers.get("retry-after"))
        passing = error.status_code in _BUSY or error.status_code >= _FIRST_SERVER_FAULT
        if not passing or error.response.headers.get("x-should-retry") == "false":
            return None
    elif not _is_unreached(error):
        return None
    wait = max(asked or 0.0, 0.5 * 2.0**attempt * random.uniform(0.75, 1.25))  # noqa: S311 jitter, no secret
    return wait if (asked or 0.0) <= longest else None


def _is_unreached(error: Exception) -> bool:
    """Whether the request did not even arrive, or its connection was lost."""
    if isinstance(error, anthropic.APITimeoutError):
        return isinstance(error.__cause__, httpx2.ConnectTimeout)
    return isinstance(error, anthropic.APIConnectionError)


def seconds_of(header: str | None) -> float | None:
    """A Retry-After in seconds; None when there is none, or it is a date."""
    return float(header) if header and re.fullmatch(r"\d+(?:\.\d+)?", header) else None


def _refused(error: anthropic.APIStatusError, model: str) -> Fault:
    """An answer that is no message. What an owner can put right is waited for, so that no signal is judged unread."""
    status, said = error.status_code, error.api_message or "no reason given"
    if status in _BUSY or status >= _FIRST_SERVER_FAULT:
        wait = seconds_of(error.response.headers.get("retry-after"))
        what = "limits our rate" if status == RATE_LIMIT else "is overloaded or out of order"
        return Fault(ModelDown(f"Claude {what} ({status}); it is asked again later.", wait), of_model=True)
    advice = {
        401: "ANTHROPIC_API_KEY is not valid; set a valid key and restart",
        402: _NO_CREDIT,
        403: "the key may not do this; check its workspace and the models in the policy file",
        _NO_SUCH_MODEL: f"there is no model {model!r}; check [models] in the policy file",
    }.get(status, _NO_CREDIT if "credit balance" in said else "")
    log.warning("Claude answered no", status=status, said=said)  # its words may repeat ours, so people do not get them
    if advice:
        down = ModelDown(f"Claude answered {status}: {advice}.", _UNTIL_PUT_RIGHT)
        return Fault(down, of_model=status == _NO_SUCH_MODEL)
    refused = ModelRefused(f"Claude answered {status}: the request was not accepted; the log has what it said.")
    return Fault(refused, of_model=False)
