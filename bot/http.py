"""The bot's HTTP side: `POST /signals` for webhooks, `POST /signals/NAME` for those with a form, and `GET /health`.

Off unless the policy names a webhook.
What is accepted is kept before it is answered. Every answer is JSON; one that refuses says why and what to do.
"""

from __future__ import annotations

import asyncio
import codecs
import functools
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agents.ports import Nudge
from agents.redaction.redact import Redactor
from bot.sources.webhooks.forms import Form, is_from, read_form
from bot.sources.webhooks.schema import WebhookSignal
from bot.sources.webhooks.webhook import BODY_LIMIT, TOOLS_BODY_LIMIT, Bucket, Webhook
from bot.sources.webhooks.words import Reading, Unreadable
from storage.errors import DatabaseDown
from storage.signals.deliveries import Received, Reception
from storage.store import Store

log = structlog.get_logger()

_KEY_LIMIT = 200  # characters
_BODY_TIME = 10.0  # seconds that a body may take
_AT_ONCE = 100  # connections
_STARTS_IN = 10.0  # seconds
_MOST_FAULTS = 10  # that one answer lists
_NOT_BELIEVED = "Signalbox-Signature does not fit the request"
_NOT_PROVEN = (
    "No webhook with a form has this name, or the request does not prove its secret: send it as Authorization: Bearer "
    "SECRET, as a password, or have the tool sign with it (docs/sources.md says how for each)."
)

Take = Callable[[Mapping[str, str], bytes], Response]


class Refused(Exception):
    """A request is not taken."""

    def __init__(self, status: int, code: str, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.faults: list[dict[str, str]] = []

    def answer(self) -> Response:
        """The refusal as JSON."""
        error: dict[str, object] = {"code": self.code, "message": self.sentence}
        if self.faults:
            error["faults"] = self.faults
        return JSONResponse({"error": error}, self.status, self.headers)


@dataclass
class Gate:
    """Takes signals in from webhooks."""

    webhooks: Mapping[str, Webhook]
    store: Store
    redactor: Redactor
    nudge: Nudge
    clock: Callable[[], float] = field(default=time.time)
    body_time: float = _BODY_TIME

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets = {name: Bucket(hook.per_minute, self.clock) for name, hook in self.webhooks.items()}

    def app(self) -> Starlette:
        """The application to serve."""
        app = Starlette(
            routes=[
                Route("/signals", self._signals, methods=["POST"]),
                Route("/signals/{name}", self._tools_signals, methods=["POST"]),
                Route("/health", self._health, methods=["GET"]),
            ],
            exception_handlers={Refused: _refused, HTTPException: _http_fault, Exception: _broken},
        )
        app.router.redirect_slashes = False  # behind a proxy that speaks TLS it would send the signal on by plain http
        return app

    async def _health(self, _: Request) -> Response:
        try:
            await run_in_threadpool(self.store.filing.epoch)
        except DatabaseDown as error:
            return Refused(503, "database_down", str(error)).answer()
        return JSONResponse({"status": "ok"})

    async def _signals(self, request: Request) -> Response:
        return await self._received(request, BODY_LIMIT, self._take)

    async def _tools_signals(self, request: Request) -> Response:
        take = functools.partial(self._take_form, request.path_params["name"])
        return await self._received(request, TOOLS_BODY_LIMIT, take)

    async def _received(self, request: Request, limit: int, take: Take) -> Response:
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused(415, "not_json", "Send Content-Type: application/json.")
        if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise Refused(415, "encoded", "Send the body as it is, without Content-Encoding.")
        try:
            async with asyncio.timeout(self.body_time):
                body = await _body(request, limit)
        except TimeoutError:
            raise Refused(408, "too_slow", "The body did not arrive in time.", Connection="close") from None
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        return await run_in_threadpool(take, request.headers, body)

    def _take(self, headers: Mapping[str, str], body: bytes) -> Response:
        key = headers.get("Idempotency-Key", "")
        hook = self._believed(headers, key, body)
        sent = _read(body)
        name = key or hashlib.sha256(body).hexdigest()
        return _answer(self._kept(hook, sent, name, body))

    def _take_form(self, name: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Take what a tool sends in a form of its own: one signal or many, or nothing that is one."""
        hook = self.webhooks.get(name)
        if hook is None or hook.form is None or not is_from(hook.secret, headers, body):
            raise Refused(401, "not_believed", _NOT_PROVEN)
        self._spend(hook)
        reading = _read_form(hook.form, body)
        with self._lock:
            self._buckets[hook.name].owe(max(0, len(reading.sent) - 1))
        kept = [self._kept(hook, sent.signal, sent.delivery, sent.delivery.encode()) for sent in reading.sent]
        signals = [{"id": each.signal_id, "status": each.reception.value} for each in kept]
        accepted = any(each.reception is Reception.ACCEPTED for each in kept)
        return JSONResponse({"signals": signals, "ignored": reading.ignored}, 202 if accepted else 200)

    def _kept(self, hook: Webhook, sent: WebhookSignal, delivery: str, body: bytes) -> Received:
        raw = self.redactor.raw(hook.raw_signal(sent, delivery))
        try:
            received = self.store.deliveries.receive(raw, delivery, body)
        except DatabaseDown as error:
            raise Refused(503, "database_down", str(error), Retry_After="5") from error
        if received.reception is Reception.ACCEPTED:
            self._pass_on(received.signal_id)
        return received

    def _believed(self, headers: Mapping[str, str], key: str, body: bytes) -> Webhook:
        """The webhook that sent this. An unknown one is answered as a wrong signature is, so that nobody can guess."""
        for name in ("Signalbox-Source", "Signalbox-Timestamp", "Signalbox-Signature"):
            if not headers.get(name):
                raise Refused(401, "unsigned", f"The header {name} is missing; docs/sources.md says how to sign.")
        if len(key) > _KEY_LIMIT:
            raise Refused(400, "bad_key", f"Idempotency-Key may have {_KEY_LIMIT} characters at most.")
        hook = self.webhooks.get(headers["Signalbox-Source"])
        if hook is None or hook.form is not None:
            raise Refused(401, "not_believed", f"{_NOT_BELIEVED}.")
        timestamp, signature = headers["Signalbox-Timestamp"], headers["Signalbox-Signature"]
        if why_not := hook.refuses(timestamp, signature, key, body, self.clock()):
            raise Refused(401, "not_believed", f"{why_not}.")
        self._spend(hook)
        return hook

    def _spend(self, hook: Webhook) -> None:
        with self._lock:
            wait = self._buckets[hook.name].take()
        if wait:
            sentence = f"{hook.name} may send {hook.per_minute:g} signals a minute; send this one again later."
            raise Refused(429, "too_many", sentence, Retry_After=str(int(wait) + 1))

    def _pass_on(self, signal_id: int) -> None:
        """Have it digested. It is kept: should this fail, the sweep finds it."""
        try:
            self.nudge.signal(signal_id)
        except Exception:
            log.exception("a signal from a webhook waits for the sweep", signal=signal_id)


def _answer(received: Received) -> Response:
    match received.reception:
        case Reception.CONFLICT:
            sentence = "This Idempotency-Key was used for another body; use a new one for what is new."
            raise Refused(409, "key_reused", sentence)
        case Reception.KNOWN:
            return JSONResponse({"id": received.signal_id, "status": "known"}, 200)
        case Reception.ACCEPTED:
            return JSONResponse({"id": received.signal_id, "status": "accepted"}, 202)


async def _body(request: Request, limit: int) -> bytes:
    too_much = Refused(413, "too_large", f"A body may have {limit} bytes at most.", Connection="close")
    announced = request.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > limit:
        raise too_much
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_much
    return bytes(body)


def _read(body: bytes) -> WebhookSignal:
    try:
        return WebhookSignal.model_validate_json(body.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        raise _unfit(error) from error


def _read_form(form: Form, body: bytes) -> Reading:
    try:
        return read_form(form, body)
    except ValidationError as error:  # a ValueError too
        raise _unfit(error) from error
    except Unreadable as error:
        sentence = f"The body is not what {form} sends: {error}. The policy's options.form says what to expect."
        raise Refused(422, "not_valid", sentence) from error


def _unfit(error: ValidationError) -> Refused:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    if faults[0]["type"] == "json_invalid":
        return Refused(400, "not_json", f"The body is not JSON: {faults[0]['msg']}.")
    refused = Refused(422, "not_valid", "The signal does not fit docs/signals.schema.json.")
    refused.faults = [
        {"where": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in faults[:_MOST_FAULTS]
    ]
    return refused


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 Starlette's types do not say which handler gets which
    return error.answer()


async def _http_fault(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 as above
    message = f"{error.detail}: there are POST /signals, POST /signals/NAME for a webhook with a form, and GET /health."
    headers = dict(error.headers or {})
    return JSONResponse({"error": {"code": "no_such_place", "message": message}}, error.status_code, headers)


async def _broken(_: Request, __: Exception) -> Response:
    return Refused(500, "broken", "Something went wrong inside Signalbox; its log says what.").answer()
