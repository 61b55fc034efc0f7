"""The fixtures of the workspace's tests."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from playground.faults import Faults
from playground.loopback import Loopback
from playground.workspace import AppSeed, Workspace
from playground.workspace.asgi import app_of
from tests.playground.workspace.workspace_place import APP, SEED, BoltApp, MakeBolt, Serve, Served


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a workspace made from SEED for an app."""
    servers: list[Loopback] = []

    def start(app: AppSeed) -> Served:
        faults = Faults()
        ws = Workspace(replace(SEED, app=app), faults)
        servers.append(Loopback(app_of(ws)).start())
        ws.serve(servers[-1].url)
        return Served(ws, faults)

    yield start
    for server in servers:
        # uvicorn takes a fifth of a second to notice that it is to stop; the next test need not wait for that.
        threading.Thread(target=server.stop, daemon=True).start()


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve(APP)


@pytest.fixture
def bolt(served: Served) -> Iterator[MakeBolt]:
    """Makes a Bolt app; the test adds its listeners and connects it."""
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    made: list[BoltApp] = []

    def make(*, catch_all: bool = True) -> BoltApp:
        made.append(BoltApp(served, catch_all=catch_all))
        return made[-1]

    yield make
    for app in made:
        app.close()
    served.ws.cut_connections()
