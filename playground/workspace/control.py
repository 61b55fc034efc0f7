"""What the page asks for and does, as JSON under /_control/: the people's methods, and one look at everything."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.workspace.problems import PersonCannot, SlackError
from playground.workspace.records import Json
from playground.workspace.screen import screen
from playground.workspace.state import State
from playground.workspace.workspace import Workspace

Endpoint = Callable[[Request], Awaitable[Response]]
Gesture = Callable[[Json], Any]


def routes(workspace: Workspace, state: State) -> list[Route]:
    """GET /_control/screen, and POST /_control/<gesture> for each thing a person can do."""

    async def show(request: Request) -> Response:
        query = request.query_params
        if query.get("version") == str(state.version):
            return JSONResponse({"version": state.version, "unchanged": True})
        user, channel, thread = query.get("user", ""), query.get("channel", ""), query.get("thread", "")
        return JSONResponse(await run_in_threadpool(screen, state, workspace.connected, user, channel, thread))

    paths = [Route("/_control/screen", show)]
    for name, gesture in _gestures(workspace).items():
        paths.append(Route(f"/_control/{name}", _endpoint(gesture), methods=["POST"]))
    return paths


def _endpoint(gesture: Gesture) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            body = json.loads(await request.body() or b"{}")
            answer = await run_in_threadpool(gesture, body)
        except (PersonCannot, SlackError) as refused:
            return JSONResponse({"ok": False, "error": str(refused)}, 409)
        except (KeyError, TypeError, ValueError) as wrong:
            return JSONResponse({"ok": False, "error": f"the request lacks or misstates {wrong}"}, 400)
        return JSONResponse({"ok": True, **(answer or {})})

    return endpoint


def _gestures(ws: Workspace) -> Mapping[str, Gesture]:
    return {
        "say": lambda b: {"ts": _say(ws, b)},
        "share": lambda b: {"ts": _share(ws, b)},
        "edit": lambda b: ws.edit(b["user"], b["channel"], b["ts"], b["text"]),
        "delete": lambda b: ws.delete(b["user"], b["channel"], b["ts"]),
        "react": lambda b: ws.react(b["user"], b["channel"], b["ts"], b["name"]),
        "unreact": lambda b: ws.unreact(b["user"], b["channel"], b["ts"], b["name"]),
        "join": lambda b: ws.join(b["user"], b["channel"]),
        "command": lambda b: _command(ws, b),
        "click": lambda b: _acked(ws.click(b["user"], b["channel"], b["ts"], b["action_id"], b.get("value")).acked),
        "click_home": lambda b: _acked(ws.click_home(b["user"], b["action_id"], b.get("value")).acked),
        "click_modal": lambda b: _acked(ws.click_modal(b["user"], b["action_id"], b.get("value")).acked),
        "shortcut": lambda b: _acked(ws.shortcut(b["user"], b["channel"], b["ts"], b["callback_id"]).acked),
        "open_home": lambda b: ws.open_home(b["user"]),
        "submit": lambda b: _submit(ws, b),
        "close_modal": lambda b: ws.close_modal(b["user"], b["view_id"]),
        "redeliver": lambda b: {"event_id": ws.redeliver(b["channel"], b["ts"]).event_id},
        "refresh": lambda b: ws.refresh_connections(b.get("reason", "refresh_requested")),
    }


def _acked(acked: bool) -> Json:  # noqa: FBT001 - the one thing there is to say
    return {"acked": acked}


def _say(ws: Workspace, body: Json) -> str:
    broadcast = bool(body.get("broadcast"))
    return ws.say(
        body["user"], body["channel"], body["text"], body.get("thread_ts"), ts=body.get("ts"), broadcast=broadcast
    )


def _share(ws: Workspace, body: Json) -> str:
    """A snippet: text with a name."""
    content = str(body["content"]).encode()
    text, thread_ts = body.get("text", ""), body.get("thread_ts")
    return ws.share(body["user"], body["channel"], body["name"], content, text=text, thread_ts=thread_ts, snippet=True)


def _command(ws: Workspace, body: Json) -> Json:
    answer = ws.command(
        body["user"], body["channel"], body["command"], body.get("text", ""), thread_ts=body.get("thread_ts")
    )
    return {"acked": answer.acked, "text": answer.text, "problem": answer.error}


def _submit(ws: Workspace, body: Json) -> Json:
    answer = ws.submit(body["user"], body["view_id"], body["values"])
    return {"acked": answer.acked, "errors": answer.errors}
