"""The WebSocket that the app listens on."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.websockets import WebSocket, WebSocketDisconnect

from playground.workspace.switchboard import Connection, Switchboard


async def link(websocket: WebSocket, switchboard: Switchboard) -> None:
    """Serve one connection until either side closes it. Without a good ticket it is refused with 403."""
    if not switchboard.admit(websocket.query_params.get("ticket", "")):
        await websocket.close()
        return
    await websocket.accept()
    connection = Connection(asyncio.get_running_loop())
    sender = asyncio.create_task(_send(websocket, connection))
    switchboard.connect(connection)
    try:
        async for text in websocket.iter_text():
            switchboard.receive(text)
    finally:
        switchboard.disconnect(connection)
        sender.cancel()


async def _send(websocket: WebSocket, connection: Connection) -> None:
    # A peer that is gone ends the receiving side too, which tidies up; there is nothing to do about it here.
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (frame := await connection.frames.get()) is not None:
            await websocket.send_text(frame)
        await websocket.close(1001)
