"""The bot's HTTP side: `POST /signals` for webhooks and `GET /health`. Off unless the policy names a webhook.

What is accepted is kept before it is answered. Every answer is JSON; one that refuses says why and what to do.
"""

from __future__ import annotations

import asyncio
import codecs
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Self

import structlog
import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agents.errors import BadSettings
from agents.ports import Nudge
from agents.redaction.redact import Redactor
from bot.http_heads import HeadInTime
from bot.sources.webhook import BODY_LIMIT, Bucket, Webhook, WebhookSignal
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
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused(415, "not_json", "Send Content-Type: application/json.")
        if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise Refused(415, "encoded", "Send the body as it is, without Content-Encoding.")
        try:
            async with asyncio.timeout(self.body_time):
                body = await _body(request)
        except TimeoutError:
            raise Refused(408, "too_slow", "The body did not arrive in time.", Connection="close") from None
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        return await run_in_threadpool(self._take, request.headers, body)

    def _take(self, headers: Mapping[str, str], body: bytes) -> Response:
        key = headers.get("Idempotency-Key", "")
        hook = self._believed(headers, key, body)
        sent = _read(body)
        name = key or hashlib.sha256(body).hexdigest()
        raw = self.redactor.raw(hook.raw_signal(sent, name))
        try:
            received = self.store.deliveries.receive(raw, name, body)
        except DatabaseDown as error:
            raise Refused(503, "database_down", str(error), Retry_After="5") from error
        if received.reception is Reception.ACCEPTED:
            self._pass_on(received.signal_id)
        return _answer(received)

    def _believed(self, headers: Mapping[str, str], key: str, body: bytes) -> Webhook:
        """The webhook that sent this. An unknown one is answered as a wrong signature is, so that nobody can guess."""
        for name in ("Signalbox-Source", "Signalbox-Timestamp", "Signalbox-Signature"):
            if not headers.get(name):
                raise Refused(401, "unsigned", f"The header {name} is missing; docs/sources.md says how to sign.")
        if len(key) > _KEY_LIMIT:
            raise Refused(400, "bad_key", f"Idempotency-Key may have {_KEY_LIMIT} characters at most.")
        hook = self.webhooks.get(headers["Signalbox-Source"])
        if hook is None:
            raise Refused(401, "not_believed", f"{_NOT_BELIEVED}.")
        timestamp, signature = headers["Signalbox-Timestamp"], headers["Signalbox-Signature"]
        if why_not := hook.refuses(timestamp, signature, key, body, self.clock()):
            raise Refused(401, "not_believed", f"{why_not}.")
        with self._lock:
            wait = self._buckets[hook.name].take()
        if wait:
            sentence = f"{hook.name} may send {hook.per_minute:g} signals a minute; send this one again later."
            raise Refused(429, "too_many", sentence, Retry_After=str(int(wait) + 1))
        return hook

    def _pass_on(self, signal_id: int) -> None:
        """Have it digested. It is kept: should this fail, the sweep finds it."""
        try:
            self.nudge.signal(signal_id)
        except Exception:
            log.exception("a signal from a webhook waits for the sweep", signal=signal_id)


@dataclass
class HttpServer(AbstractContextManager["HttpServer"]):
    """Serves an application from a thread, from entering until leaving. Port 0 takes a free one."""

    app: Starlette
    host: str
    port: int
    serves: str = "/signals"
    variables: str = "SIGNALBOX_HTTP_HOST and SIGNALBOX_HTTP_PORT"  # that say where

    def __enter__(self) -> Self:
        try:
            listening = socket.create_server((self.host, self.port))
        except (OSError, OverflowError) as error:
            raise BadSettings(
                f"{self.serves} cannot be served at {self.host}:{self.port} ({error}); set {self.variables} to an "
                "address of this machine and a port that is free."
            ) from error
        # asyncio does so only for sockets that name TCP as their protocol. Without it each answer on a connection that
        # is kept waits 40 ms for the other side's acknowledgment.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self.app,
            http=HeadInTime,
            log_config=None,  # its own would write past our log, and a line for each stranger who sends rubbish
            log_level="error",
            access_log=False,
            server_header=False,
            lifespan="off",
            limit_concurrency=_AT_ONCE,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=3,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, name="http", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _STARTS_IN
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise BadSettings(f"The HTTP server at {self.url} did not start; the log says why.")
            time.sleep(0.01)
        log.info("serving", url=f"{self.url}{self.serves}")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=5)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.host}:{self.port}"


def _answer(received: Received) -> Response:
    match received.reception:
        case Reception.CONFLICT:
            sentence = "This Idempotency-Key was used for another body; use a new one for what is new."
            raise Refused(409, "key_reused", sentence)
        case Reception.KNOWN:
            return JSONResponse({"id": received.signal_id, "status": "known"}, 200)
        case Reception.ACCEPTED:
            return JSONResponse({"id": received.signal_id, "status": "accepted"}, 202)


async def _body(request: Request) -> bytes:
    too_much = Refused(413, "too_large", f"A body may have {BODY_LIMIT} bytes at most.", Connection="close")
    announced = request.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > BODY_LIMIT:
        raise too_much
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise too_much
    return bytes(body)


def _read(body: bytes) -> WebhookSignal:
    try:
        return WebhookSignal.model_validate_json(body.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        if faults[0]["type"] == "json_invalid":
            raise Refused(400, "not_json", f"The body is not JSON: {faults[0]['msg']}.") from error
        refused = Refused(422, "not_valid", "The signal does not fit docs/signals.schema.json.")
        refused.faults = [
            {"where": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
            for fault in faults[:_MOST_FAULTS]
        ]
        raise refused from error


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 Starlette's types do not say which handler gets which
    return error.answer()


async def _http_fault(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 as above
    message = f"{error.detail}: there are POST /signals and GET /health."
    headers = dict(error.headers or {})
    return JSONResponse({"error": {"code": "no_such_place", "message": message}}, error.status_code, headers)


async def _broken(_: Request, __: Exception) -> Response:
    return Refused(500, "broken", "Something went wrong inside Signalbox; its log says what.").answer()
