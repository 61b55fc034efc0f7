"""The HTTP side of the Web API: tokens, faults, rate limits, response addresses, uploads."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from playground.faults import Fault, Faults
from playground.wire import Answer, HangUp, guarded
from playground.workspace import responses
from playground.workspace.core import Core
from playground.workspace.methods import METHODS
from playground.workspace.methods.arguments import Args, Method, Token, demand_scopes
from playground.workspace.methods.files import receive
from playground.workspace.problems import RateLimited, SlackError
from playground.workspace.records import Call, Json

NESTED = ("blocks", "view", "metadata", "files", "message")


class WebApi:
    """Answers the app's HTTP calls, each of them journalled and open to faults named slack:<method>."""

    def __init__(self, core: Core, faults: Faults) -> None:
        self._core = core
        self._faults = faults

    async def method(self, request: Request) -> Response:
        name: str = request.path_params["method"]
        try:
            values = await _values(request)
        except ValueError:
            return Answer(200, {"ok": False, "error": "invalid_json"}).response()
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip() or str(values.get("token", ""))
        values.pop("token", None)
        return await self._journalled(name, values, lambda: self._call(name, token, values))

    async def response_url(self, request: Request) -> Response:
        token: str = request.path_params["token"]
        try:
            body = json.loads(await request.body())
        except ValueError:
            body = None
        values: Json = body if isinstance(body, dict) else {}
        return await self._journalled("response_url", values, lambda: responses.answer(self._core, token, values))

    async def upload(self, request: Request) -> Response:
        file_id: str = request.path_params["file"]
        content = await request.body()

        def perform() -> Json:
            if not receive(self._core, file_id, content):
                raise SlackError("file_not_found")
            return {}

        return await self._journalled("upload", {"file": file_id, "bytes": len(content)}, perform)

    async def file(self, request: Request) -> Response:
        file = self._core.state.files.get(request.path_params["file"])
        if file is None or file.content is None:
            return Response("no such file", 404)
        return Response(file.content, media_type="text/plain; charset=utf-8")

    async def _journalled(self, name: str, args: Json, perform: Callable[[], Json]) -> Response:
        state = self._core.state
        call = Call(name, readable(args), state.clock.now())
        with state.changing():
            state.journal.append(call)
        response = await guarded(self._faults, f"slack:{name}", lambda: self._perform(call, perform), refusal)
        call.status = 0 if isinstance(response, HangUp) else response.status_code
        state.touch()
        return response

    def _perform(self, call: Call, perform: Callable[[], Json]) -> Answer:
        state = self._core.state
        headers = {"x-oauth-scopes": ",".join(self._core.app.scopes)}
        status = 200
        with state.changing():
            try:
                answer = {"ok": True, **perform()}
            except SlackError as error:
                answer = {"ok": False, "error": error.error, **error.fields}
            except RateLimited as limit:
                answer, status = {"ok": False, "error": "ratelimited"}, 429
                headers["Retry-After"] = str(limit.seconds)
            call.answer = answer
        if call.method in ("response_url", "upload") and not answer["ok"]:
            status = 404
        return Answer(status, answer, headers)

    def _call(self, name: str, token: str, values: Json) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._authorize(method, token)
        return method.perform(self._core, Args(values))

    def _authorize(self, method: Method, token: str) -> None:
        if method.token is Token.NONE:
            return
        app = self._core.app
        if not token:
            raise SlackError("not_authed")
        if token not in (app.bot_token, app.app_token):
            raise SlackError("invalid_auth")
        if token != (app.app_token if method.token is Token.APP else app.bot_token):
            raise SlackError("not_allowed_token_type")
        demand_scopes(self._core, *method.scopes)


def refusal(fault: Fault) -> Answer:
    """A fault's answer as Slack words it."""
    if fault.error:
        return Answer(200, {"ok": False, "error": fault.error})
    if fault.status == 429:
        return Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(fault.retry_after)})
    return Answer(fault.status, b"the playground's fault", media_type="text/plain")


def readable(args: Json) -> Json:
    """The arguments with nested JSON strings decoded, for the journal."""
    decoded = dict(args)
    for name in NESTED:
        if isinstance(decoded.get(name), str):
            try:
                decoded[name] = json.loads(decoded[name])
            except ValueError:
                continue  # it stays as the client wrote it
    return decoded


async def _values(request: Request) -> Json:
    """Query, form and JSON body merged. Raises ValueError for a JSON body that is no object."""
    values: Json = dict(request.query_params)
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        found = json.loads(body) if body.strip() else {}
        if not isinstance(found, dict):
            raise ValueError("the body of a call must be a JSON object")
        return values | found
    return values | dict(parse_qsl(body.decode(), keep_blank_values=True))
