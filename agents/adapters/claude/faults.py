"""What Anthropic's SDK raises, as faults of ours in sentences, and what a failed call may have cost."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

import anthropic
import httpx2
import structlog

from agents.adapters.claude.providers import Line
from agents.errors import ModelDown, ModelRefused
from agents.exchange import Usage
from agents.model_terms import Provider
from storage.judgments import Stage

log = structlog.get_logger()

RATE_LIMIT = 429
_BUSY = frozenset({408, 409, 424, RATE_LIMIT})  # 424 is Bedrock's: the model failed over the request
_FIRST_SERVER_FAULT = 500
_NO_SUCH_MODEL = 404
_NO_CREDIT_LEFT = 402
_NAMES_NO_MODEL = re.compile("model identifier|inference profile", re.IGNORECASE)  # Bedrock says so by 400
_NO_CREDIT = "the account has no credit left; add some"
# Nothing is wrong with the request where its owner's account is: the API says so by 400 or 429, mostly without a time
# to come back. By a code, if it has one; else by how its words begin, so that it is no text of ours that it repeats.
_SPENT = re.compile(r"\s*You have reached your specified (?:workspace )?(?:API )?usage limit", re.IGNORECASE)
_NO_MORE = re.compile(r"\s*Your credit balance is too low", re.IGNORECASE)
_DISABLED = re.compile(r"\s*This organi[sz]ation has been disabled", re.IGNORECASE)
_AGAIN_ON = re.compile(r"regain access on (\d{4}-\d\d-\d\d)")
_OF_THE_ACCOUNT = {
    "enforced_spend_limit_reached": "the account has used what its tier allows in a month; ask for a higher tier in "
    "the Claude Console, or it goes on at the first of the next month",
    "contract_spend_limit_reached": "the account has used what its contract allows; ask Anthropic for more",
    "organization_on_hold": "the account is disabled; its owner must ask Anthropic",
}
_REFUSAL, _WINDOW = "refusal", "model_context_window_exceeded"
DECLINED = frozenset({_REFUSAL, _WINDOW})  # stop reasons of answers that are none, where another model may give one
_TOO_LARGE = 413
_TOO_LONG = re.compile(r"\s*(?:prompt is too long|input length and `max_tokens` exceed)", re.IGNORECASE)
_LONGER = (
    ", since it is longer than the model can read; set a model with a larger window in [models] of the policy file"
)
_OF_THOUGHTS = re.compile(r"\bthinking`? blocks?\b", re.IGNORECASE)
_A_MINUTE = "anthropic-ratelimit-input-tokens-limit"
_LONGEST_REQUEST = 60_000  # tokens, about: that of a long run
_UNTIL_PAID = 1_800.0  # seconds: who may raise a limit is asleep, perhaps, and a job waits 24 times before it is stuck
_UNTIL_PUT_RIGHT = 300.0  # seconds to leave it alone while the set-up is wrong


@dataclass(frozen=True)
class Reach:
    """Who is asked, for which model by its name there, and how long one request is waited for."""

    line: Line
    model: str
    seconds: float


@dataclass(frozen=True)
class Fault:
    """One of ours. `of_model` says that another model may answer where this one does not.

    Without it nobody at this provider would: if the error is ModelDown, another provider may.
    """

    error: ModelDown | ModelRefused
    of_model: bool


def fault_of(error: Exception, reach: Reach) -> Fault:
    """The SDK's error as one of ours."""
    who = reach.line.who
    if isinstance(error, ModelDown):
        return Fault(error, of_model=False)
    if isinstance(error, anthropic.APITimeoutError) and not _is_unreached(error):
        sentence = f"{who} did not answer within {reach.seconds:.0f} s; it is asked again later."
        return Fault(ModelDown(sentence), of_model=True)
    if isinstance(error, anthropic.APIStatusError):
        return _refused(error, reach)
    if isinstance(error, anthropic.APIConnectionError):
        sentence = f"{who} cannot be reached at {reach.line.base_url}; it is asked again later."
        sentence += " If this lasts, check the network."
    elif isinstance(error, reach.line.unready):
        log.warning("no credentials for the model's provider", provider=reach.line.provider.value, said=str(error))
        sentence = f"The credentials for {who} cannot be had ({type(error).__name__}), so it is not asked;"
        sentence += f" {reach.line.sign_in}. The log has what is wrong with those there are."
    else:
        sentence = f"{who}'s answer could not be read ({type(error).__name__}); it is asked again later."
    return Fault(ModelDown(sentence), of_model=False)


def lost(error: Exception, estimate: Usage, line: Line) -> Usage:
    """What a failed call may have cost: nothing if it was refused or did not arrive, the estimate if nobody knows."""
    refused = isinstance(error, (anthropic.APIStatusError, *line.unready))
    return Usage() if refused or _is_unreached(error) else Usage(usd=estimate.usd)


def again_in(error: anthropic.APIError, attempt: int, longest: float) -> float | None:
    """The seconds after which the same request may be made again at once; None where its job had better wait.

    One that was not answered in time is not: it was waited for long enough, and may have been paid for.
    """
    asked: float | None = None
    if isinstance(error, anthropic.APIStatusError):
        asked = seconds_of(error.response.headers.get("retry-after"))
        passing = error.status_code in _BUSY or error.status_code >= _FIRST_SERVER_FAULT
        if not passing or _of_the_account(error) or error.response.headers.get("x-should-retry") == "false":
            return None
    elif not _is_unreached(error):
        return None
    wait = max(asked or 0.0, 0.5 * 2.0**attempt * random.uniform(0.75, 1.25))  # noqa: S311 jitter, no secret
    return wait if (asked or 0.0) <= longest else None


def check_willing(stop_reason: str, stage: Stage | None = None) -> None:
    """Raise ModelRefused where what was answered is no answer."""
    where = f" ({stage.value})" if stage else ""
    if stop_reason == _REFUSAL:
        raise ModelRefused(
            f"The model would not answer{where}; its provider held the text back. A person must look; another model, "
            "named after it in [models] of the policy file, would be asked in its place."
        )
    if stop_reason == _WINDOW:
        raise ModelRefused(f"The text is longer than the model can read{where}; set a model with a larger window.")


def disputes_thoughts(error: anthropic.BadRequestError) -> bool:
    """Whether the API refuses what a model thought, since it or something before it is not as it was."""
    return bool(_OF_THOUGHTS.search(error.api_message or error.message))


def _is_unreached(error: Exception) -> bool:
    """Whether the request did not even arrive, or its connection was lost."""
    if isinstance(error, anthropic.APITimeoutError):
        return isinstance(error.__cause__, httpx2.ConnectTimeout)
    return isinstance(error, anthropic.APIConnectionError)


def seconds_of(header: str | None) -> float | None:
    """A Retry-After in seconds; None when there is none, or it is a date."""
    return float(header) if header and re.fullmatch(r"\d+(?:\.\d+)?", header) else None


def _refused(error: anthropic.APIStatusError, reach: Reach) -> Fault:
    """An answer that is no message. What an owner can put right is waited for, so that no signal is judged unread."""
    status, said, who = error.status_code, error.api_message or error.message, reach.line.who
    if account := _of_the_account(error):
        _note(error, reach, said)
        return Fault(ModelDown(f"{who} answered {status}: {account}.", _UNTIL_PAID), of_model=False)
    if status in _BUSY or status >= _FIRST_SERVER_FAULT:
        wait = seconds_of(error.response.headers.get("retry-after"))
        what = "limits our rate" if status == RATE_LIMIT else "is overloaded or out of order"
        said_so = f"{who} {what} ({status}); it is asked again later.{_too_narrow(error)}"
        return Fault(ModelDown(said_so, wait), of_model=True)
    if reach.line.provider is Provider.ANTHROPIC and error.type is None:  # a proxy's own page, a wrong address
        log.warning("Claude's place answered no", status=status, said=said[:500])
        what = (
            f"What answered {status} in Claude's place does not speak its API; check {reach.line.address} and proxies."
        )
        return Fault(ModelDown(what, _UNTIL_PUT_RIGHT), of_model=False)
    unknown = status == _NO_SUCH_MODEL or (reach.line.provider is Provider.BEDROCK and _NAMES_NO_MODEL.search(said))
    advice = reach.line.advice.get(_NO_SUCH_MODEL if unknown else status, "")
    _note(error, reach, said)
    if advice:
        down = ModelDown(f"{who} answered {status}: {advice.format(model=reach.model)}.", _UNTIL_PUT_RIGHT)
        return Fault(down, of_model=bool(unknown))
    why = _LONGER if status == _TOO_LARGE or _TOO_LONG.match(said) else "; the log has what it said"
    return Fault(ModelRefused(f"{who} answered {status}: the request was not accepted{why}."), of_model=False)


def _note(error: anthropic.APIStatusError, reach: Reach, said: str) -> None:
    """Log its own words, which may repeat ours, and by what name its provider knows the request."""
    provider, request = reach.line.provider.value, error.request_id
    log.warning("Claude answered no", provider=provider, status=error.status_code, said=said, request=request)


def _of_the_account(error: anthropic.APIStatusError) -> str:
    """What only the owner of the account can put right; empty where it is something else."""
    said = error.api_message or error.message
    if known := _OF_THE_ACCOUNT.get(error.error_code or ""):
        return known
    if error.status_code == _NO_CREDIT_LEFT or _NO_MORE.match(said):
        return _NO_CREDIT
    if _DISABLED.match(said):
        return _OF_THE_ACCOUNT["organization_on_hold"]
    if not _SPENT.match(said):
        return ""
    again = _AGAIN_ON.search(said)
    until = f", or it goes on at {again[1]}" if again else ""
    return f"the spend limit that the account's owner set is reached; raise it in the Claude Console{until}"


def _too_narrow(error: anthropic.APIStatusError) -> str:
    """That the account's limit may be less than one long request: then waiting does not help. Else empty."""
    limit = error.response.headers.get(_A_MINUTE, "")
    if not limit.isdecimal() or int(limit) >= _LONGEST_REQUEST:
        return ""
    return (
        f" Its {int(limit):,} input tokens a minute may be less than one long request: if this lasts, ask for more in "
        "the Claude Console."
    )
