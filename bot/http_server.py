"""Serves an application over HTTP from a thread."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Self

import structlog
import uvicorn
from starlette.applications import Starlette

from agents.errors import BadSettings
from bot.http_heads import HeadInTime

log = structlog.get_logger()

_AT_ONCE = 100  # connections
_STARTS_IN = 10.0  # seconds


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
