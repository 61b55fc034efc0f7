"""A served workspace, clients of the real SDK, and a real Bolt app on a real socket."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground.faults import Faults
from playground.loopback import Loopback
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
        self.seen: list[dict] = []
        self.app = App(client=WebClient(APP.bot_token, base_url=served.ws.api_url))
        self.app.use(self._note)
        self._handler = SocketModeHandler(self.app, APP.app_token, ping_interval=0.3)
        self._catch_all = catch_all
        self._ws = served.ws

    def _note(self, body: dict, request: object, next: Callable[[], None]) -> None:  # noqa: A002 - Bolt's own name
        self.seen.append(body | {"headers": request.headers})
        next()

    def connect(self) -> BoltApp:
        if self._catch_all:
            self.app.event(re.compile(".*"))(lambda: None)
        before = self._ws.connected
        self._handler.connect()
        self._ws.wait_for(lambda: self._ws.connected > before, 5, "the app's socket")
        return self

    def events(self, type: str) -> list[dict]:  # noqa: A002 - Slack's word
        return [body["event"] for body in self.seen if body.get("event", {}).get("type") == type]

    def close(self) -> None:
        # The SDK's close waits for its own time-outs, which no test needs to see.
        threading.Thread(target=self._handler.close, daemon=True).start()


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Serve a workspace made from SEED with some rules or parts of the app changed."""
    servers: list[Loopback] = []

    def start(app: AppSeed = APP, **rules: object) -> Served:
        faults = Faults()
        ws = Workspace(replace(SEED, app=app, rules=replace(SEED.rules, **rules)), faults)
        servers.append(Loopback(ws.app).start())
        ws.serve(servers[-1].url)
        return Served(ws, faults)

    yield start
    for server in servers:
        # uvicorn takes a fifth of a second to notice that it is to stop; the next test need not wait for that.
        threading.Thread(target=server.stop, daemon=True).start()


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    return serve()


@pytest.fixture
def bolt(served: Served) -> Iterator[Callable[..., BoltApp]]:
    """Makes a Bolt app; the test adds its listeners and connects it."""
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    made: list[BoltApp] = []

    def make(**options: bool) -> BoltApp:
        made.append(BoltApp(served, **options))
        return made[-1]

    yield make
    for app in made:
        app.close()
    served.ws.cut_connections()
