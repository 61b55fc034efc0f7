"""The ASGI app of the workspace: Web API, socket, uploads, the page and its control routes."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from playground.workspace import control
from playground.workspace.socket_mode import link
from playground.workspace.web import WebApi
from playground.workspace.workspace import Workspace

PAGE = Path(__file__).parent.parent / "page"


async def index(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
    """The page; a permalink leads to it too, and the page finds the message in its own address."""
    # Whatever a message says, the page fetches nothing from anywhere else and runs no script but its own.
    return FileResponse(PAGE / "index.html", headers={"Content-Security-Policy": "default-src 'self'; img-src data:"})


def app_of(workspace: Workspace) -> Starlette:
    """All that is served of a workspace."""
    core = workspace.core
    web = WebApi(core, workspace.faults)

    async def socket(websocket: WebSocket) -> None:
        await link(websocket, core.switchboard)

    return Starlette(
        routes=[
            Route("/api/{method}", web.method, methods=["GET", "POST"]),
            Route("/response/{token}", web.response_url, methods=["POST"]),
            Route("/upload/{file}", web.upload, methods=["POST"]),
            Route("/files/{file}", web.file),
            WebSocketRoute("/link/", socket),
            *control.routes(workspace, core.state),
            Mount("/page", StaticFiles(directory=PAGE)),
            Route("/", index),
            Route("/archives/{channel}/{message}", index),
        ]
    )
