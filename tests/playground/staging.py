"""Served addresses that tests share: to start and stop a server for each test would take most of the time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from starlette.types import ASGIApp, Receive, Scope, Send

from playground.loopback import Loopback

Serve = Callable[[ASGIApp], str]  # serves an app until the test ends, and gives its address


class Stage:
    """Passes every request to the app that is on it."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None, "no app is on this stage"
        await self.app(scope, receive, send)


class Stages:
    """As many stages as one test uses at once."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._stages: list[tuple[Stage, str]] = []

    def put_on(self, app: ASGIApp) -> str:
        free = next((pair for pair in self._stages if pair[0].app is None), None) or self._open()
        free[0].app = app
        return free[1]

    def clear(self) -> None:
        for stage, _ in self._stages:
            stage.app = None

    def _open(self) -> tuple[Stage, str]:
        stage = Stage()
        self._stages.append((stage, self._stack.enter_context(Loopback(stage)).url))
        return self._stages[-1]
