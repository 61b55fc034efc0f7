"""Claude, through Anthropic's SDK. Nothing else imports that SDK, and none of its types leaves this module."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import anthropic
import httpx2
import structlog
from anthropic import transform_schema
from pydantic import BaseModel, ValidationError

from agents.adapters.claude import wire
from agents.adapters.claude.faults import Reach, again_in, fault_of, lost
from agents.adapters.claude.ledger import Ledger
from agents.adapters.claude.prices import price_of
from agents.adapters.claude.roster import Roster
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
_CUT = "max_tokens"  # the stop reason of an answer that was too long
_TOO_LONG = "model_context_window_exceeded"


@dataclass(frozen=True)
class ClientOptions:
    """How the API is reached."""

    api_key: str
    base_url: str = "https://api.anthropic.com"
    seconds: float = 300.0  # of one request, at most
    pace: float = 30.0  # tokens a second: what is written more slowly is not waited for; 0: for whatever takes its time
    connecting: float = 10.0  # seconds
    retries: int = 2  # within a call; a request that was not answered in time is not made again
    longest_wait: float = 20.0  # seconds; when the API asks for more, the job waits instead of its thread
    judgment_tokens: int = 4_000  # the longest judgment, thoughts included; twice as many after one that was cut off

    def patience(self, tokens: int) -> float:
        """The seconds that an answer of so many tokens at most is waited for."""
        return min(self.seconds, 30.0 + tokens / self.pace) if self.pace else self.seconds


@dataclass(frozen=True)
class _Answer:
    """What one call brought."""

    content: list[Json]
    stop_reason: str
    usage: Usage
    model: str

    @property
    def words(self) -> str:
        return wire.words(self.content)


class _NextModel(Exception):
    """This model does not answer; another one may."""

    def __init__(self, error: ModelDown) -> None:
        super().__init__(str(error))
        self.error = error


class ClaudeModel:
    """Implements `agents.ports.Model`. Safe to share between threads.

    A model that is overloaded or silent is followed, within the same call, by the next one that the policy names.
    """

    def __init__(self, options: ClientOptions, models: Models, ledger: Ledger, roster: Roster | None = None) -> None:
        self._options = options
        self._models = models
        self._ledger = ledger
        self._roster = roster or Roster()
        self._client = anthropic.Anthropic(api_key=options.api_key, base_url=options.base_url, max_retries=0)

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
        request: Json = {
            "system": wire.system(page.standing),
            "max_tokens": self._options.judgment_tokens,
            "output_config": {"format": {"type": "json_schema", "schema": _answer_schema(returns)}},
        }
        fault = ""
        for turn in range(1, TRIES + 1):
            asked = {**request, "messages": messages}
            answer = self._call(stage, about, turn, lambda _, asked=asked: asked)  # type: ignore[misc]
            judgment, fault = self._judged(answer, about, returns)
            if answer.stop_reason == _CUT:  # newer models think whether asked to or not, and that counts
                fault = f"It was cut off after {request['max_tokens']} tokens; say it in fewer words."
                request = {**request, "max_tokens": 2 * request["max_tokens"]}
            if judgment is not None:
                return judgment
            said = [{"type": "text", "text": answer.words.strip() or "(no words)"}]  # another model may read it
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
            lambda model: {
                "system": wire.system(request.system),
                "max_tokens": request.max_tokens,
                "tools": wire.cached(_tools(request.tools)),
                "messages": wire.conversation(request.messages, model),
            },
        )
        self._refuse(answer, request.stage)
        return Turn(
            message=wire.heard(answer.content, answer.model), usage=answer.usage, stop_reason=answer.stop_reason
        )

    def _judged(self, answer: _Answer, about: About, returns: type[J]) -> tuple[J | None, str]:
        """The judgment, or else what is wrong with it."""
        self._refuse(answer, None)
        if answer.stop_reason == _CUT:
            return None, "It was cut off."
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

    def _call(self, stage: Stage, about: About, turn: int, request: Callable[[str], Json]) -> _Answer:
        """The answer of the first of the stage's models that gives one. `request` says what each of them is sent."""
        named = self._models.named(stage)
        downs: list[ModelDown] = []
        for model in self._roster.awake(named):
            if not self._roster.is_free(model):
                continue
            try:
                answer = self._ask(model, stage, about, turn, request(model))
            except _NextModel as down:
                self._roster.failed(model, str(down.error), down.error.retry_after)
                downs.append(down.error)
                log.warning("a model does not answer", model=model, stage=stage.value, why=str(down.error))
            except ModelRefused:
                self._roster.answered(model)
                raise
            else:
                self._roster.answered(model)
                return answer
        raise self._all_down(named, downs)

    def _all_down(self, named: Sequence[str], downs: Sequence[ModelDown]) -> ModelDown:
        if len(named) == 1 and downs:
            return downs[0]
        why = f" {downs[-1]}" if downs else ""
        wait = self._roster.soonest(named) or None
        said = f"No answer from {', '.join(named)}; the work waits and is tried again.{why}"
        return ModelDown(said, wait, was_asked=bool(downs))

    def _ask(self, model: str, stage: Stage, about: About, turn: int, request: Json) -> _Answer:
        """One request, paid for: its estimate is put aside before it, its cost is written after, also if it fails."""
        price = price_of(model)
        tokens = len(json.dumps(request, ensure_ascii=False, default=str)) // CHARACTERS_A_TOKEN
        estimate = price.usage(0, tokens, 0, request["max_tokens"])
        call_id = self._ledger.reserve(stage, about, model, estimate.usd, turn)
        began = time.monotonic()
        reach = Reach(self._options.base_url, self._options.patience(request["max_tokens"]))
        try:
            message = self._made(reach, model=model, extra_headers=wire.headers(stage, about, turn), **request)
            answer = _read(message, model)
        except (anthropic.AnthropicError, ModelDown, ValueError) as error:  # ValueError: it was not even JSON
            cost = lost(error, estimate)
            self._ledger.settle(call_id, cost, seconds=time.monotonic() - began, stop_reason=type(error).__name__)
            fault = fault_of(error, model, reach)
            if fault.of_model and isinstance(fault.error, ModelDown):
                raise _NextModel(fault.error) from error
            raise fault.error from error
        self._ledger.settle(call_id, answer.usage, seconds=time.monotonic() - began, stop_reason=answer.stop_reason)
        return answer

    def _made(self, reach: Reach, **request: Any) -> object:
        """What the API answers; asked again where that may help at once."""
        timeout = httpx2.Timeout(reach.seconds, connect=min(reach.seconds, self._options.connecting))
        for attempt in range(self._options.retries):
            try:
                return self._client.messages.create(timeout=timeout, **request)
            except anthropic.APIError as error:
                wait = again_in(error, attempt, self._options.longest_wait)
                if wait is None:
                    raise
            time.sleep(wait)
        return self._client.messages.create(timeout=timeout, **request)


def _read(message: object, model: str) -> _Answer:
    """The message as plain values. Raises ModelDown for something that is no message."""
    usage = getattr(message, "usage", None)
    if not isinstance(message, anthropic.types.Message) or usage is None or not isinstance(message.content, list):
        raise ModelDown("What answered in Claude's place does not speak its API; check ANTHROPIC_BASE_URL.")
    stop_reason = message.stop_reason or ""
    written, read = usage.cache_creation_input_tokens or 0, usage.cache_read_input_tokens or 0
    return _Answer(
        content=wire.sound(
            [block.to_dict(mode="json", warnings=False) for block in message.content], cut=stop_reason == _CUT
        ),
        stop_reason=stop_reason,
        model=model,
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
