"""Claude, through Anthropic's SDK, at whichever provider it is served. None of the SDK's types leaves this room."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import anthropic
import httpx2
import structlog
from pydantic import ValidationError

from agents.adapters.claude import wire
from agents.adapters.claude.faults import DECLINED, Reach, again_in, check_willing, disputes_thoughts, fault_of, lost
from agents.adapters.claude.ledger import Ledger
from agents.adapters.claude.prices import Price, own_price, price_of
from agents.adapters.claude.providers import Line
from agents.adapters.claude.roster import Roster
from agents.adapters.claude.schemas import asked_for, tools
from agents.errors import ModelDown, ModelRefused
from agents.exchange import About, Turn, TurnRequest, Usage
from agents.model_terms import ModelAt, Models, Provider
from agents.prompts import prompt
from storage.judgments import Judgment, Stage

log = structlog.get_logger()

J = TypeVar("J", bound=Judgment)
Json = dict[str, Any]

TRIES = 3  # a first answer, and two more after its fault was fed back
CHARACTERS_A_TOKEN = 2.5  # on the safe side for English and code, with the tokenizer of newer models too
_CUT = "max_tokens"  # the stop reason of an answer that was too long
_FAILURES: tuple[type[Exception], ...] = (anthropic.AnthropicError, ModelDown, ValueError)  # ValueError: no JSON


@dataclass(frozen=True)
class ClientOptions:
    """How long it is waited for."""

    seconds: float = 300.0  # of one request, at most
    pace: float = 30.0  # tokens a second: what is written more slowly is not waited for; 0: for whatever takes its time
    connecting: float = 10.0  # seconds
    retries: int = 2  # within a call; a request that was not answered in time is not made again
    longest_wait: float = 20.0  # seconds; when the API asks for more, the job waits instead of its thread
    judgment_tokens: int = 8_000  # the longest judgment, thoughts included; twice as many after one that was cut off

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
    """This model does not answer; another one may, or only another provider."""

    def __init__(self, error: ModelDown, *, of_model: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.of_model = of_model


class ClaudeModel:
    """Implements `agents.ports.Model`. Safe to share between threads.

    A model that is overloaded or silent is followed, within the same call, by the same one at the next provider, then
    by the next one that the policy names; one that declines to answer, by the latter. `lines` leads to each provider of
    `models`.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        models: Models,
        ledger: Ledger,
        roster: Roster | None = None,
        options: ClientOptions = ClientOptions(),
    ) -> None:
        self._lines = {line.provider: line for line in lines}
        self._options = options
        self._models = models
        self._ledger = ledger
        self._roster = roster or Roster()

    @property
    def can_research(self) -> bool:
        """Claude can."""
        return True

    def close(self) -> None:
        """Close its connections."""
        for line in self._lines.values():
            line.client.close()

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        """One structured answer, valid in itself and for this case. A fault is fed back at most twice."""
        page = prompt(stage, about.variables())
        messages: list[Json] = [{"role": "user", "content": page.case}]
        most, fault = self._options.judgment_tokens, ""
        for turn in range(1, TRIES + 1):
            said_so_far: Json = {"max_tokens": most, "messages": messages}
            answer = self._call(
                stage,
                about,
                turn,
                lambda at, said=said_so_far: {  # type: ignore[misc]
                    **said,
                    **asked_for(returns, page.standing, in_words=at.provider in self._models.in_words),
                },
            )
            judgment, fault = self._judged(answer, about, returns)
            if answer.stop_reason == _CUT:  # newer models think whether asked to or not, and that counts
                fault = f"It was cut off after {most} tokens; say it in fewer words."
                most *= 2
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
            lambda at: {
                "system": wire.system(request.system),
                "max_tokens": request.max_tokens,
                "tools": wire.cached(tools(request.tools, strict=at.provider not in self._models.in_words)),
                "messages": wire.conversation(request.messages, at.name),
            },
        )
        check_willing(answer.stop_reason, request.stage)
        return Turn(
            message=wire.heard(answer.content, answer.model), usage=answer.usage, stop_reason=answer.stop_reason
        )

    def _judged(self, answer: _Answer, about: About, returns: type[J]) -> tuple[J | None, str]:
        """The judgment, or else what is wrong with it."""
        check_willing(answer.stop_reason)
        if answer.stop_reason == _CUT:
            return None, "It was cut off."
        text = answer.words
        try:
            judgment = returns.model_validate_json(text[max(text.find("{"), 0) : text.rfind("}") + 1])
        except ValidationError as error:
            return None, _sentence(error)
        fault = about.fault(judgment)
        return (None, fault) if fault else (judgment, "")

    def _call(self, stage: Stage, about: About, turn: int, request: Callable[[ModelAt], Json]) -> _Answer:
        """The answer of the first of the stage's models that gives one. `request` says what each of them is sent."""
        asked = {at.name: at for at in self._models.asked(stage)}
        downs: list[ModelDown] = []
        gone: set[Provider] = set()
        declined: dict[str, _Answer] = {}  # by the model, whoever serves it
        for name in self._roster.awake(tuple(asked)):
            at = asked[name]
            if at.provider in gone or at.model in declined or not self._roster.is_free(name):
                continue
            try:
                answer = self._ask(at, stage, about, turn, request(at))
            except _NextModel as down:
                self._roster.failed(name, str(down.error), down.error.retry_after)
                downs.append(down.error)
                gone |= set() if down.of_model else {at.provider}
                log.warning("a model does not answer", model=name, stage=stage.value, why=str(down.error))
            except ModelRefused as refused:
                if at.provider is self._models.providers[0]:
                    self._roster.answered(name)
                    raise
                downs.append(ModelDown(str(refused)))  # a stand-in's no is not the last word: who is first may take it
                self._roster.failed(name, str(refused), None)
            else:
                self._roster.answered(name)
                if answer.stop_reason not in DECLINED:
                    return answer
                declined[at.model] = answer
                log.warning("a model declines to answer", model=name, stage=stage.value, why=answer.stop_reason)
        if declined and not downs:
            return next(iter(declined.values()))
        raise self._all_down(tuple(asked), downs)

    def _all_down(self, named: Sequence[str], downs: Sequence[ModelDown]) -> ModelDown:
        if len(named) == 1 and downs:
            return downs[0]
        why = f" {downs[-1]}" if downs else ""
        wait = self._roster.soonest(named) or None
        said = f"No answer from {', '.join(named)}; the work waits and is tried again.{why}"
        return ModelDown(said, wait, was_asked=bool(downs))

    def _ask(self, at: ModelAt, stage: Stage, about: About, turn: int, request: Json) -> _Answer:
        """One request, paid for: its estimate is put aside before it, its cost is written after, also if it fails."""
        line, price = self._lines[at.provider], self._price(at)
        tokens = int(len(json.dumps(request, ensure_ascii=False, default=str)) / CHARACTERS_A_TOKEN)
        estimate = price.usage(0, tokens, 0, request["max_tokens"])
        call_id = self._ledger.reserve(stage, about, at.name, estimate.usd, turn)
        began = time.monotonic()
        reach = Reach(line, self._models.id_of(at), self._options.patience(request["max_tokens"]))
        try:
            message = self._made(reach, extra_headers=wire.headers(stage, about, turn), **request)
            answer = _read(message, at.name, price, line)
        except (*_FAILURES, *line.unready) as error:
            cost = lost(error, estimate, line)
            self._ledger.settle(call_id, cost, seconds=time.monotonic() - began, stop_reason=type(error).__name__)
            fault = fault_of(error, reach)
            if isinstance(fault.error, ModelDown) and (fault.of_model or len(self._lines) > 1):
                raise _NextModel(fault.error, of_model=fault.of_model) from error
            raise fault.error from error
        self._ledger.settle(call_id, answer.usage, seconds=time.monotonic() - began, stop_reason=answer.stop_reason)
        return answer

    def _price(self, at: ModelAt) -> Price:
        own = self._models.prices.get(at.model)
        return (
            own_price(own) if own else price_of(at.model).times(self._lines[at.provider].dearer(self._models.id_of(at)))
        )

    def _made(self, reach: Reach, **request: Any) -> object:
        """What the API answers. Where it refuses what the model thought in earlier turns, it is asked without that.

        Thoughts are bound to all that stood before them, and a run that goes on after an update of the bot may be told
        its first sentences in other words.
        """
        try:
            return self._sent(reach, **request)
        except anthropic.BadRequestError as error:
            bare = wire.without_thoughts(request["messages"])
            if not disputes_thoughts(error) or bare == request["messages"]:
                raise
            log.warning("earlier thoughts are refused, so they are left out", model=reach.model, said=error.message)
            return self._sent(reach, **{**request, "messages": bare})

    def _sent(self, reach: Reach, **request: Any) -> object:
        """What the API answers; asked again where that may help at once."""
        timeout = httpx2.Timeout(reach.seconds, connect=min(reach.seconds, self._options.connecting))
        create = reach.line.client.messages.create
        for attempt in range(self._options.retries):
            try:
                return create(model=reach.model, timeout=timeout, **request)
            except anthropic.APIError as error:
                wait = again_in(error, attempt, self._options.longest_wait)
                if wait is None:
                    raise
            time.sleep(wait)
        return create(model=reach.model, timeout=timeout, **request)


def _read(message: object, name: str, price: Price, line: Line) -> _Answer:
    """The message as plain values. Raises ModelDown for something that is no message."""
    usage = getattr(message, "usage", None)
    if not isinstance(message, anthropic.types.Message) or usage is None or not isinstance(message.content, list):
        raise ModelDown(f"What answered in Claude's place does not speak its API; check {line.address}.")
    stop_reason = message.stop_reason or ""
    blocks = [block.to_dict(mode="json", warnings=False) for block in message.content]
    if not wire.is_whole(blocks):
        raise ModelDown(f"What answered in Claude's place leaves parts out of its API; check {line.address}.")
    written, read = usage.cache_creation_input_tokens or 0, usage.cache_read_input_tokens or 0
    return _Answer(
        content=wire.sound(blocks, cut=stop_reason == _CUT),
        stop_reason=stop_reason,
        model=name,
        usage=price.usage(usage.input_tokens or 0, written, read, usage.output_tokens or 0),
    )


def _sentence(error: ValidationError) -> str:
    """What is wrong with an answer, for the model."""
    faults = [f"{'.'.join(map(str, fault['loc'])) or 'the answer'}: {fault['msg']}" for fault in error.errors()]
    return "; ".join(faults[:10])
