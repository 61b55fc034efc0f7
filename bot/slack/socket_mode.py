"""The socket that Slack speaks to us through."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPException
from typing import Any

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from agents.errors import SlackDown, SlackRejected
from bot.courtesy import Courtesy

log = structlog.get_logger()

_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"})


class Socket(SocketModeHandler):
    """Bolt's own handler, and an acknowledgement for what Bolt itself stumbles over.

    A payload without the shape that Bolt expects fails before any listener sees it. Slack would deliver it again and
    again; it is logged and acknowledged instead. An event of ours that cannot be kept does not come here.
    """

    def __init__(
        self, app: App, app_token: str, courtesy: Courtesy, greeted: Callable[[int], None] | None = None, **options: Any
    ) -> None:
        super().__init__(app, app_token, **options)
        self._courtesy = courtesy
        if greeted is not None:
            self.client.message_listeners.append(partial(_hello, greeted))

    def connect(self) -> None:
        """Connect. Raises SlackRejected when Slack refuses the token, SlackDown when it cannot be reached."""
        try:
            super().connect()  # type: ignore[no-untyped-call]
        except SlackApiError as error:
            said = str(error.response.get("error") or error)
            if said in _PASSING:
                raise SlackDown(f"Slack did not open Socket Mode ({said}); it is tried again.") from error
            raise SlackRejected(
                f"Slack refused Socket Mode: {said}; SLACK_APP_TOKEN must be an app-level token (xapp-…) with the "
                "scope connections:write, and Socket Mode be switched on in the app's settings.",
                said,
            ) from error
        except (SlackClientError, HTTPException, OSError) as error:
            raise SlackDown(f"Slack's socket cannot be reached ({type(error).__name__}); it is tried again.") from error

    def close(self) -> None:
        """Disconnect at once: the library's own close waits, up to four seconds, for its threads to look up.

        Its reader looks up when the socket ends, and who deals with what was read when anything comes, were it nothing.
        """
        session = getattr(self.client, "current_session", None)
        self.client.auto_reconnect_enabled = False
        if session is not None and session.sock is not None:
            with contextlib.suppress(OSError):  # Slack was quicker
                session.sock.shutdown(socket.SHUT_RDWR)
        self.client.closed = True
        self.client.message_queue.put(None)
        super().close()  # type: ignore[no-untyped-call]

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Deal with one envelope."""
        with self._courtesy.answering():
            try:
                super().handle(client, req)
            except Exception:
                log.exception("an envelope could not be read", kind=req.type)
                client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))


def _hello(
    greeted: Callable[[int], None], _client: object, message: Mapping[str, Any], _raw: str | None = None
) -> None:
    """Slack's first message on a socket says how many the app has open."""
    number = message.get("num_connections")
    if message.get("type") == "hello" and isinstance(number, int):
        greeted(number)
