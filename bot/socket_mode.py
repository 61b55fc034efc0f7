"""The socket that Slack speaks to us through."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.courtesy import Courtesy

log = structlog.get_logger()


class Socket(SocketModeHandler):
    """Bolt's own handler, and an acknowledgement for what Bolt itself stumbles over.

    A payload without the shape that Bolt expects fails before any listener sees it. Slack would deliver it again and
    again; it is logged and acknowledged instead. An event of ours that cannot be kept does not come here.
    """

    def __init__(self, app: App, app_token: str, courtesy: Courtesy, **options: Any) -> None:
        super().__init__(app, app_token, **options)
        self._courtesy = courtesy

    def close(self) -> None:
        """Disconnect at once: the library's own close waits, three seconds, for its reader to look up."""
        session = getattr(self.client, "current_session", None)
        self.client.auto_reconnect_enabled = False
        if session is not None and session.sock is not None:
            with contextlib.suppress(OSError):  # Slack was quicker
                session.sock.shutdown(socket.SHUT_RDWR)
        super().close()  # type: ignore[no-untyped-call]

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Deal with one envelope."""
        with self._courtesy.answering():
            try:
                super().handle(client, req)
            except Exception:
                log.exception("an envelope could not be read", kind=req.type)
                client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
