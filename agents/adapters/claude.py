"""Claude, through Anthropic's SDK. Nothing else imports that SDK, and none of its types leaves this module."""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import anthropic
import httpx2
import structlog
from anthropic import transform_schema
from pydantic import BaseModel, ValidationError

from agents.adapters import claude_wire as wire
from agents.adapters.ledger import Ledger
from agents.adapters.prices import price_of
from agents.errors import ModelDown, ModelRefused
from agents.exchange import About, ToolSpec, Turn, TurnRequest, Usage
from agents.prompts import prompt
from agents.terms import Models
from storage.judgments import Judgment, Stage

log = structlog.get_logger()

J = TypeVar("J", bound=Judgment)
Json = dict[str, Any]

TRIES = 3  # a first answer, and two more after its fault was fed back
CHARACTERS_A_TOKEN = 3  # on the safe side for English and code
_TOO_LONG = "model_context_window_exceeded"
_RATE_LIMIT = 429
_BUSY = frozenset({408, 409, _RATE_LIMIT})
_FIRST_SERVER_FAULT = 500
_NO_CREDIT = "the account has no credit left; add some"
_UNTIL_PUT_RIGHT = 300.0  # seconds to leave it alone while the set-up is wrong


@dataclass(frozen=True)
class ClientOptions:
    """How the API is reached."""

    api_key: str
    base_url: str = "https://api.anthropic.com"
    seconds: float = 300.0  # of one request
    retries: int = 2  # by the SDK, within a call
    longest_wait: float = 20.0  # seconds; when the API asks for more, the job waits instead of its thread
    judgment_tokens: int = 4_000  # the longest judgment, thoughts included


@dataclass(frozen=True)
class _Answer:
    """What one call brought."""

    content: list[Json]
    stop_reason: str
    usage: Usage

    @property
    def words(self) -> str:
        return wire.words(self.content)


class ClaudeModel:
    """Implements `agents.ports.Model`. Safe to share between threads."""

    def __init__(self, options: ClientOptions, models: Models, ledger: Ledger) -> None:
        self._options = options
        self._models = models
        self._ledger = ledger
        self._client = anthropic.Anthropic(
            api_key=options.api_key,
            base_url=options.base_url,
            timeout=options.seconds,
            max_retries=options.retries,
            http_client=anthropic.DefaultHttpxClient(event_hooks={"response": [self._wait_no_longer]}),
        )

    @property
    def can_research(self) -> bool:
        """Claude can."""
        return True

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        """One structured answer, valid in itself and for this case. A fault is fed back at most twice."""
        page = prompt(stage, about.variables())
        messages: list[Json] = [{"role": "user", "content": page.case}]
        request = {
            "system": wire.system(page.standing),
            "max_tokens": self._options.judgment_tokens,
            "output_config": {"format": {"type": "json_schema", "schema": _answer_schema(returns)}},
        }
        fault = ""
        for turn in range(1, TRIES + 1):
            answer = self._call(stage, about, turn, {**request, "messages": messages})
            judgment, fault = self._judged(answer, about, returns)
            if judgment is not None:
                return judgment
            said = answer.content if answer.words.strip() else [{"type": "text", "text": "(no words)"}]
            again = f"That answer cannot be used: {fault}\nAnswer again, with the whole JSON object and nothing else."
            messages = [*messages, {"role": "assistant", "content": said}, {"role": "user", "content": again}]
        log.warning("the model gave no valid answer", stage=stage.value, subject=about.subject, last_fault=fault)
        raise ModelRefused(
            f"{self._models.of(stage)} gave no valid answer in {TRIES} tries; the log has its last fault."
        )

    def turn(self, request: TurnRequest) -> Turn:
        """The next message of a conversation with tools."""
        answer = self._call(
            request.stage,
            request.about,
            request.turn,
            {
                "system": wire.system(request.system),
                "max_tokens": request.max_tokens,
                "tools": wire.cached(_tools(request.tools)),
                "messages": wire.conversation(request.messages),
            },
        )
        self._refuse(answer, request.stage)
        return Turn(message=wire.heard(answer.content), usage=answer.usage, stop_reason=answer.stop_reason)

    def _judged(self, answer: _Answer, about: About, returns: type[J]) -> tuple[J | None, str]:
        """The judgment, or else what is wrong with it."""
        self._refuse(answer, None)
        if answer.stop_reason == "max_tokens":
            return None, f"It was cut off after {self._options.judgment_tokens} tokens; say it in fewer words."
        text = answer.words
        try:
            judgment = returns.model_validate_json(text[max(text.find("{"), 0) : text.rfind("}") + 1])
        except ValidationError as error:
            return None, _sentence(error)
        fault = about.fault(judgment)
        return (None, fault) if fault else (judgment, "")

    def _refuse(self, answer: _Answer, stage: Stage | None) -> None:
        where = f" ({stage.value})" if stage else ""
        if answer.stop_reason == "refusal":
            raise ModelRefused(
                f"The model would not answer{where}; its provider held the text back. A person must look."
            )
        if answer.stop_reason == _TOO_LONG:
            raise ModelRefused(f"The text is longer than the model can read{where}; set a model with a larger window.")

    def _call(self, stage: Stage, about: About, turn: int, request: Mapping[str, Any]) -> _Answer:
        """One request, paid for: its estimate is put aside before it, its cost is written after, also if it fails."""
        model = self._models.of(stage)
        price = price_of(model)
        tokens = len(json.dumps(request, ensure_ascii=False, default=str)) // CHARACTERS_A_TOKEN
        estimate = price.usage(0, tokens, 0, request["max_tokens"])
        call_id = self._ledger.reserve(stage, about, model, estimate.usd, turn)
        began = time.monotonic()
        try:
            message = self._client.messages.create(
                model=model, extra_headers=wire.headers(stage, about, turn), **request
            )
            answer = _read(message, model)
        except (anthropic.AnthropicError, ModelDown, ValueError) as error:  # ValueError: it was not even JSON
            lost = self._lost(error, estimate)
            self._ledger.settle(call_id, lost, seconds=time.monotonic() - began, stop_reason=type(error).__name__)
            raise self._ours(error, model) from error
        self._ledger.settle(call_id, answer.usage, seconds=time.monotonic() - began, stop_reason=answer.stop_reason)
        return answer

    def _lost(self, error: Exception, estimate: Usage) -> Usage:
        """What a failed call may have cost: nothing if it was refused, the estimate of every try if nobody knows."""
        if isinstance(error, anthropic.APIStatusError):
            return Usage()
        if isinstance(error, anthropic.APITimeoutError):
            return Usage(usd=estimate.usd * (1 + self._options.retries))
        is_unreached = isinstance(error, anthropic.APIConnectionError)
        return Usage() if is_unreached else Usage(usd=estimate.usd)

    def _ours(self, error: Exception, model: str) -> ModelDown | ModelRefused:
        """The SDK's error as one of ours, in a sentence."""
        if isinstance(error, ModelDown):
            return error
        where = self._options.base_url
        if isinstance(error, anthropic.APITimeoutError):
            return ModelDown(f"Claude did not answer within {self._options.seconds:.0f} s; it is asked again later.")
        if isinstance(error, anthropic.APIConnectionError):
            return ModelDown(
                f"Claude cannot be reached at {where}; it is asked again later. If this lasts, check the network."
            )
        if not isinstance(error, anthropic.APIStatusError):
            return ModelDown(f"Claude's answer could not be read ({type(error).__name__}); it is asked again later.")
        return _refused(error, model)

    def _wait_no_longer(self, response: httpx2.Response) -> None:
        """Keep the SDK from sleeping for as long as the API asks, which may be hours: the job is postponed instead."""
        wait = _seconds(response.headers.get("retry-after"))
        if wait is not None and wait > self._options.longest_wait:
            response.headers["x-should-retry"] = "false"


def _refused(error: anthropic.APIStatusError, model: str) -> ModelDown | ModelRefused:
    """An answer that is no message. What an owner can put right is waited for, so that no signal is judged unread."""
    status, said = error.status_code, error.api_message or "no reason given"
    if status in _BUSY or status >= _FIRST_SERVER_FAULT:
        wait = _seconds(error.response.headers.get("retry-after"))
        what = "limits our rate" if status == _RATE_LIMIT else "is overloaded or out of order"
        return ModelDown(f"Claude {what} ({status}); it is asked again later.", wait)
    advice = {
        401: "ANTHROPIC_API_KEY is not valid; set a valid key and restart",
        402: _NO_CREDIT,
        403: "the key may not do this; check its workspace and the models in the policy file",
        404: f"there is no model {model!r}; check [models] in the policy file",
    }.get(status, _NO_CREDIT if "credit balance" in said else "")
    log.warning("Claude answered no", status=status, said=said)  # its words may repeat ours, so people do not get them
    if advice:
        return ModelDown(f"Claude answered {status}: {advice}.", _UNTIL_PUT_RIGHT)
    return ModelRefused(f"Claude answered {status}: the request was not accepted; the log has what it said.")


def _seconds(header: str | None) -> float | None:
    """A Retry-After in seconds; None when there is none, or it is a date."""
    return float(header) if header and re.fullmatch(r"\d+(?:\.\d+)?", header) else None


def _read(message: object, model: str) -> _Answer:
    """The message as plain values. Raises ModelDown for something that is no message."""
    usage = getattr(message, "usage", None)
    if not isinstance(message, anthropic.types.Message) or usage is None or not isinstance(message.content, list):
        raise ModelDown("What answered in Claude's place does not speak its API; check ANTHROPIC_BASE_URL.")
    written, read = usage.cache_creation_input_tokens or 0, usage.cache_read_input_tokens or 0
    return _Answer(
        content=[block.to_dict(mode="json") for block in message.content],
        stop_reason=message.stop_reason or "",
        usage=price_of(model).usage(usage.input_tokens or 0, written, read, usage.output_tokens or 0),
    )


def _sentence(error: ValidationError) -> str:
    """What is wrong with an answer, for the model."""
    faults = [f"{'.'.join(map(str, fault['loc'])) or 'the answer'}: {fault['msg']}" for fault in error.errors()]
    return "; ".join(faults[:10])


@functools.cache
def _answer_schema(returns: type[Judgment]) -> Json:
    return transform_schema(wire.demanding(returns.model_json_schema()))


def _tools(specs: tuple[ToolSpec, ...]) -> list[Json]:
    strictness = wire.Strictness()
    return [_tool(spec, strictness) for spec in specs]


def _tool(spec: ToolSpec, strictness: wire.Strictness) -> Json:
    """The tool as the API takes it: strict where its limits allow, since the loop validates arguments in any case."""
    schema = _strict_schema(spec.parameters)
    tool: Json = {"name": spec.name, "description": spec.description}
    if schema is not None and strictness.allows(schema):
        return {**tool, "input_schema": schema, "strict": True}
    return {**tool, "input_schema": spec.parameters.model_json_schema()}


@functools.cache
def _strict_schema(parameters: type[BaseModel]) -> Json | None:
    """None when the parameters hold something that strict schemas cannot say."""
    try:
        return transform_schema(parameters.model_json_schema())
    except ValueError:
        return None
