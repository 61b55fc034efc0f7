"""What every loopback server of the playground does on the wire: read JSON, strike faults, answer, or hang up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from playground.faults import Dropped, Fault, Faults, Moment, Refused

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `body` is bytes, or a value to be sent as JSON, or None for an empty body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON_TYPE

    def response(self) -> Response:
        if self.body is None:
            return Response(status_code=self.status, headers=dict(self.headers))
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return Response(content, self.status, dict(self.headers), media_type=self.media_type)


class HangUp(Response):
    """Closes the connection without a single byte of an answer, as a server that dies does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        # ASGI has no word for this, so the transport is taken from uvicorn's request cycle, whose method `receive` is.
        transport: asyncio.Transport | None = getattr(getattr(receive, "__self__", None), "transport", None)
        if transport is None:
            raise RuntimeError("only a server started through playground.loopback can drop a call: uvicorn is needed")
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


async def guarded(
    faults: Faults, call: str, perform: Callable[[], Answer], refuse: Callable[[Fault], Answer]
) -> Response:
    """Perform one call in a worker thread, with faults striking on receipt of it and before it is answered.

    `refuse` writes the server's own error for a fault that says so.
    """

    def performed() -> Answer:
        faults.strike(call, Moment.RECEIPT)
        answer = perform()
        faults.strike(call, Moment.PERFORMED)
        return answer

    try:
        return (await run_in_threadpool(performed)).response()
    except Refused as refused:
        return refuse(refused.fault).response()
    except Dropped:
        return HangUp()


def json_body(raw: bytes) -> Any:
    """The JSON value of a request body; None when it is empty. Raises ValueError when it is not JSON."""
    return json.loads(raw) if raw.strip() else None
