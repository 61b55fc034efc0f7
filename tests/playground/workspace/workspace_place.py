"""A served workspace, clients of the real SDK, and a real Bolt app on a real socket."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground.faults import Faults
from playground.workspace import (
    AppSeed,
    ChannelSeed,
    CommandSeed,
    Rules,
    ShortcutSeed,
    UserSeed,
    Workspace,
    WorkspaceSeed,
)

APP = AppSeed(
    commands=(CommandSeed("/investigate", "Start a report"), CommandSeed("/silent")),
    shortcuts=(ShortcutSeed("investigate_message", "Investigate this"),),
)
SEED = WorkspaceSeed(
    users=(
        UserSeed("U01ADA", "ada", "Ada Example", email="ada@acme.example"),
        UserSeed("U02BOB", "bob"),
        UserSeed("U03GUS", "gus", "Gus Guest", is_restricted=True),
        UserSeed("U04EVE", "eve", team_id="T09OTHER", is_stranger=True),
    ),
    channels=(
        ChannelSeed("C07SOLAR", "solar"),
        ChannelSeed("C08QUIET", "quiet", members=("U01ADA", "U02BOB")),
        ChannelSeed("C09SECRET", "secret", members=("U01ADA",), is_private=True),
        ChannelSeed("C10SHARED", "shared", members=("U01ADA", "U04EVE", "U07SIGNAL"), is_ext_shared=True),
    ),
    app=APP,
    rules=Rules(redelivery=(0.2, 0.3), ack_seconds=1.0),
)


@dataclass
class Served:
    """A workspace at an address, and the ways into it."""

    ws: Workspace
    faults: Faults

    def client(self, token: str = APP.bot_token) -> WebClient:
        """A client that does not retry, so that a test sees what really came back."""
        return WebClient(token, base_url=self.ws.api_url, retry_handlers=[])

    def refused(self, call: Callable[[], object]) -> str:
        """The error word with which the Web API refuses the call."""
        with pytest.raises(SlackApiError) as caught:
            call()
        return str(caught.value.response["error"])


class BoltApp:
    """A real Bolt app in Socket Mode. `mentions` and the like are what its listeners saw."""

    def __init__(self, served: Served, *, catch_all: bool = True) -> None:
        self.seen: list[dict[str, Any]] = []
        self.app = App(name="playground", client=WebClient(APP.bot_token, base_url=served.ws.api_url))
        self.app.use(self._note)
        self._handler = SocketModeHandler(self.app, APP.app_token, ping_interval=0.3)
        self._catch_all = catch_all
        self._ws = served.ws

    def _note(self, body: dict[str, Any], request: BoltRequest, next: Callable[[], None]) -> None:  # noqa: A002 - Bolt's own name
        self.seen.append(body | {"headers": request.headers})
        next()

    def connect(self) -> BoltApp:
        if self._catch_all:
            self.app.event(re.compile(".*"))(lambda: None)
        before = self._ws.connected
        self._handler.connect()  # type: ignore[no-untyped-call]  # Bolt leaves its connect without types
        self._ws.wait_for(lambda: self._ws.connected > before, 5, "the app's socket")
        return self

    def events(self, type: str) -> list[dict[str, Any]]:  # noqa: A002 - Slack's word
        return [body["event"] for body in self.seen if body.get("event", {}).get("type") == type]

    def close(self) -> None:
        # The SDK's close waits for its own time-outs, which no test needs to see.
        threading.Thread(target=self._handler.close, daemon=True).start()


Serve: TypeAlias = Callable[[AppSeed], Served]


class MakeBolt(Protocol):
    """Makes a Bolt app on the served workspace; the test adds its listeners and connects it."""

    def __call__(self, *, catch_all: bool = True) -> BoltApp: ...
