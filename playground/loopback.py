"""One loopback HTTP server in a thread: what every part of the playground is served by."""

from __future__ import annotations

import errno
import socket
import threading
import time
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from playground.callers import Noting


class PortTaken(Exception):
    """The port cannot be listened on; the sentence names it and says why."""


class Loopback:
    """Serves an ASGI app on 127.0.0.1 from a thread of this process, on a free port unless one is named.

    Raises PortTaken.
    """

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        try:
            self._socket = socket.create_server(("127.0.0.1", port))
        except OSError as error:
            why = "somebody listens there already" if error.errno == errno.EADDRINUSE else error.strerror
            raise PortTaken(f"The port {port} of this machine cannot be used: {why}") from error
        # asyncio does so only for sockets that name TCP as their protocol. Without it each answer on a connection that
        # is kept waits 40 ms for the other side's acknowledgment.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                Noting(app),
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=1,
                ws="websockets-sansio",
            )
        )
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._socket]},
            name=f"loopback-{self.port}",
            daemon=True,
        )

    @property
    def url(self) -> str:
        """The address, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, seconds: float = 10.0) -> Self:
        """Serve; returns once the server accepts connections, raises TimeoutError after `seconds`."""
        self._thread.start()
        deadline = time.monotonic() + seconds
        while not self._server.started:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the loopback server on port {self.port} did not start within {seconds:g} s")
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """Stop serving and wait for the thread to end."""
        self._server.should_exit = True
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
