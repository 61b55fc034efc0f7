"""The one server that the tests of the bot's Slack side share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from playground.loopback import Loopback


class Stage:
    """What one server shows for all tests, each its own workspace. Starting a server takes longer than a test."""

    def __init__(self) -> None:
        self.shown: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        elif self.shown is not None:
            await self.shown(scope, receive, send)


@dataclass
class Site:
    """A stage and its address."""

    stage: Stage
    url: str


@contextmanager
def a_site() -> Iterator[Site]:
    """Serve a stage."""
    stage = Stage()
    with Loopback(stage) as server:
        yield Site(stage, server.url)
