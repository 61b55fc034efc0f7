"""A loopback Messages API for the real SDK: it replays recorded replies, or passes requests on and records them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from playground import recorded, thoughts
from playground.faults import Faults
from playground.messages_api import (
    ApiError,
    check_request,
    count_tokens,
    refusal,
    reply,
    texts,
    wanted,
)
from playground.recorded import BadRecording, Recordings, Turn, Wanted
from playground.wire import Answer, HangUp, guarded, json_body

RECORDED, IMPROVISED = "recorded", "improvised"  # what a reply that is not a model's gives as its model
PATIENCE = 900.0  # seconds: a person may be writing the reply
PASSED_ON = ("anthropic-version", "anthropic-beta")

Otherwise = Callable[[Wanted, Mapping[str, Any]], Turn | None]  # a reply where no recording fits; None: there is none


@dataclass(frozen=True)
class ModelCall:
    """One call that got a reply, with its tokens."""

    stage: str
    subject: str
    turn: int
    model: str
    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int


class _Api:
    """What replaying and recording have in common: the routes, the faults, the count."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._lock = threading.Lock()
        self._calls: list[ModelCall] = []
        self.app = Starlette(
            routes=[
                Route("/v1/messages", self._messages, methods=["POST"]),
                Route("/v1/messages/count_tokens", self._count, methods=["POST"]),
                Route("/v1/models", self._models, methods=["GET"]),
                Route("/v1/models/{name}", self._model, methods=["GET"]),
            ],
            exception_handlers={404: _unknown, 405: _unknown},
        )

    def calls(self) -> tuple[ModelCall, ...]:
        """Every call that got a reply, in order; a repeated turn is there twice."""
        with self._lock:
            return tuple(self._calls)

    async def _messages(self, request: Request) -> Response:
        try:
            raw = await request.body()
        except ClientDisconnect:
            return HangUp()
        stage = request.headers.get("x-signalbox-stage", "unnamed")
        perform = partial(self._performed, request.headers, raw)
        return await guarded(self._faults, f"model:{stage}", perform, refusal)

    def _performed(self, headers: Mapping[str, str], raw: bytes) -> Answer:
        try:
            body = check_request(headers, _parsed(raw))
            asked = wanted(headers)
            turn, model = self.turn_for(asked, headers, body)
        except ApiError as error:
            return error.answer()
        with self._lock:
            self._calls.append(ModelCall(asked.stage, asked.subject, asked.turn, model, **turn.usage))
        return reply(asked, turn, model, stream=bool(body.get("stream")))

    def turn_for(self, asked: Wanted, headers: Mapping[str, str], body: dict[str, Any]) -> tuple[Turn, str]:
        """The reply to one request and the name of the model that wrote it. Raises ApiError."""
        raise NotImplementedError

    async def _count(self, request: Request) -> Response:
        return Answer(200, {"input_tokens": count_tokens(await request.json())}).response()

    async def _models(self, request: Request) -> Response:
        del request
        one = _model_json(RECORDED)
        ends = {"first_id": RECORDED, "last_id": RECORDED, "has_more": False}
        return Answer(200, {"data": [one], **ends}).response()

    async def _model(self, request: Request) -> Response:
        return Answer(200, _model_json(request.path_params["name"])).response()


class Replay(_Api):
    """Plays the recordings of a folder; which reply a request gets depends on its headers alone.

    What has no recording that fits is refused, or left to `otherwise`. Raises BadRecording when the folder holds a
    recording that cannot be played.
    """

    def __init__(self, directory: Path, faults: Faults, otherwise: Otherwise | None = None) -> None:
        super().__init__(faults)
        self._directory = directory
        self._recordings: Recordings = recorded.read(directory)
        self._otherwise = otherwise

    def turn_for(self, asked: Wanted, headers: Mapping[str, str], body: dict[str, Any]) -> tuple[Turn, str]:
        del headers
        try:
            turn, model = self._recorded(asked, body), RECORDED
        except ApiError:
            improvised = self._otherwise(asked, body) if self._otherwise else None
            if improvised is None:
                raise
            turn, model = improvised, IMPROVISED
        return replace(turn, content=[thoughts.thought(body), *turn.content]), model

    def _recorded(self, asked: Wanted, body: dict[str, Any]) -> Turn:
        recording = self._recordings.get(asked.stage, asked.subject)
        if recording is None or len(recording.turns) < asked.turn:
            have = f"{recording.path} ends at turn {len(recording.turns)}" if recording else "there is no file for it"
            raise ApiError(
                400,
                f"No reply is recorded for {asked}: {have}. Record it with playground.model.Recorder, or add the "
                f"subject to a recording in {self._directory / asked.stage}.",
            )
        turn = recording.turns[asked.turn - 1]
        said = "\n".join(texts(body))
        missing = [text for text in turn.must_contain if text not in said]
        if missing:
            raise ApiError(
                400,
                f"The request for {asked} does not contain {missing[0]!r}, which {recording.path} asks for. Either "
                "the prompt has lost it, or the recording must be made again.",
            )
        return turn


class Recorder(_Api):
    """Passes every request on to another Messages API, and writes each reply into a recording.

    `upstream_url` comes without /v1; `note` is written into the recordings.
    """

    def __init__(
        self,
        upstream_url: str,
        api_key: str,
        directory: Path,
        *,
        faults: Faults | None = None,
        note: str | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        super().__init__(faults or Faults())
        self._upstream = upstream_url.rstrip("/")
        self._api_key = api_key
        self._directory = directory
        self._note = note
        self._today = today
        self._writing = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)

    def turn_for(self, asked: Wanted, headers: Mapping[str, str], body: dict[str, Any]) -> tuple[Turn, str]:
        message = self._passed_on(headers, {**body, "stream": False})
        turn = Turn(message["content"], message["stop_reason"], recorded.usage_of(message.get("usage") or {}))
        model = str(message.get("model") or body["model"])
        try:
            with self._writing:
                recorded.write_turn(self._directory, asked, turn, self._note or self._usual_note(model))
        except BadRecording as fault:
            raise ApiError(400, str(fault)) from None
        return turn, model

    def _usual_note(self, model: str) -> str:
        by_hand = urlsplit(self._upstream).hostname in ("127.0.0.1", "localhost", "::1")
        who = ", hand-played through a model desk" if by_hand else f" of {model}"
        return f"recorded model replies{who} on {self._today().isoformat()}"

    def _passed_on(self, headers: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
        sent = {name: headers[name] for name in PASSED_ON if name in headers}
        try:
            answer = requests.post(
                f"{self._upstream}/v1/messages",
                json=body,
                headers={**sent, "x-api-key": self._api_key},
                timeout=PATIENCE,
            )
            message = answer.json()
        except requests.RequestException as fault:
            raise ApiError(529, f"The model at {self._upstream} did not answer: {fault}") from None
        if not answer.ok:
            said = message.get("error", {}).get("message", "no reason given")
            raise ApiError(answer.status_code, str(said))
        return dict(message)


def _parsed(raw: bytes) -> Any:
    try:
        return json_body(raw)
    except ValueError:
        raise ApiError(400, "The request body is not valid JSON") from None


def _model_json(name: str) -> dict[str, str]:
    return {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"}


async def _unknown(request: Request, fault: Exception) -> Response:
    del fault
    return ApiError(404, f"Not found: {request.url.path}").answer().response()
