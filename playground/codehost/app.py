"""The code host on the wire: REST, GraphQL, git and logs, each behind authentication and faults."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as WebRoute

from playground.codehost import (
    check_routes,
    graphql,
    issue_routes,
    pull_routes,
    repository_routes,
    smart_http,
)
from playground.codehost.directory import Directory
from playground.codehost.problems import Problem, not_found, refusal
from playground.codehost.repository import Repository
from playground.codehost.rest import Call, Route, presented_token, usual_headers
from playground.faults import Faults
from playground.wire import Answer, HangUp, guarded, json_body

REST_ROUTES = (
    *repository_routes.ROUTES,
    *issue_routes.ROUTES,
    *pull_routes.ROUTES,
    *check_routes.ROUTES,
    *repository_routes.LAST_ROUTES,
)
GIT_VERBS = {"info/refs": "GET", "git-upload-pack": "POST", "git-receive-pack": "POST"}


class Host(Protocol):
    """What the wire needs of the code host."""

    faults: Faults
    directory: Directory
    lock: threading.RLock
    repositories: dict[str, Repository]
    address: str | None

    def now(self) -> datetime: ...

    def find(self, full_name: str) -> Repository: ...


def routes(host: Host) -> list[WebRoute]:
    """Every route but those of the pages for people."""
    rest = [WebRoute(route.template, partial(_rest, host, route), methods=[route.method]) for route in REST_ROUTES]
    git = [
        WebRoute(f"/{{owner}}/{{repo}}/{verb}", partial(_git, host, verb), methods=[method])
        for verb, method in GIT_VERBS.items()
    ]
    logs = WebRoute(check_routes.LOG_PATH, partial(_log, host), methods=["GET"])
    return [*rest, WebRoute("/graphql", partial(_graphql, host), methods=["POST"]), logs, *git]


def starlette(all_routes: list[WebRoute]) -> Starlette:
    """The ASGI app; what no route knows is answered as GitHub answers it."""

    async def unknown(request: Request, fault: Exception) -> Response:
        del request, fault
        return not_found().answer().response()

    return Starlette(routes=all_routes, exception_handlers={404: unknown, 405: unknown})


def base_of(host: Host, request: Request) -> str:
    return host.address or str(request.base_url).rstrip("/")


async def _rest(host: Host, route: Route, request: Request) -> Response:
    try:
        raw = await request.body()
    except ClientDisconnect:
        return HangUp()

    def perform() -> Answer:
        actor = host.directory.actor(presented_token(request.headers.get("authorization")))
        if route.method != "GET" and actor.read_only:
            raise Problem(403, "Resource not accessible by integration")
        try:
            body = json_body(raw)
        except ValueError:
            raise Problem(400, "Problems parsing JSON") from None
        path = {name: str(value) for name, value in request.path_params.items()}
        found = host.find(f"{path['owner']}/{path['repo']}") if "repo" in path else None
        base = base_of(host, request)
        url = f"{base}{request.url.path}"
        return route.perform(
            Call(
                host.directory,
                actor,
                base,
                path,
                request.query_params,
                request.headers,
                body,
                url,
                found,
                tuple(host.repositories.values()),
            )
        )

    return await guarded(host.faults, route.fault_name, partial(_answered, host, perform), refusal)


async def _graphql(host: Host, request: Request) -> Response:
    try:
        body = json_body(await request.body())
    except ValueError:
        return Problem(400, "Problems parsing JSON").answer().response()
    except ClientDisconnect:
        return HangUp()

    def perform() -> Answer:
        actor = host.directory.actor(presented_token(request.headers.get("authorization")))
        return graphql.perform(host.repositories.values(), actor, base_of(host, request), body)

    return await guarded(host.faults, graphql.fault_name(body), partial(_answered, host, perform), refusal)


def _answered(host: Host, perform: Callable[[], Answer]) -> Answer:
    """Perform with the host locked; problems become answers, and every answer has the usual headers."""
    with host.lock:
        try:
            answer = perform()
        except Problem as problem:
            answer = problem.answer()
    headers = {**usual_headers(host.now()), **answer.headers}
    return Answer(answer.status, answer.body, headers, answer.media_type)


async def _git(host: Host, verb: str, request: Request) -> Response:
    try:
        body = await request.body()
    except ClientDisconnect:
        return HangUp()
    asked = smart_http.GitRequest(request.method, verb, request.url.query, request.headers, body)
    path = request.path_params
    perform = partial(_serve_git, host, f"{path['owner']}/{path['repo'].removesuffix('.git')}", asked)
    return await guarded(host.faults, asked.fault_name, perform, smart_http.refusal)


def _serve_git(host: Host, full_name: str, asked: smart_http.GitRequest) -> Answer:
    with host.lock:
        try:
            actor = host.directory.actor(presented_token(asked.headers.get("authorization")))
            repository = host.find(full_name)
        except Problem as problem:
            if problem.status == smart_http.UNAUTHORIZED:
                return smart_http.unauthorized()
            return smart_http.plain(problem.status, "Repository not found.")
        if asked.pushes and (actor.read_only or not actor.person.permission.may_write):
            return smart_http.plain(403, "Write access to repository not granted.")
        before = repository.git.branches()
        answer = smart_http.serve(repository.git.path, asked, actor.person.login)
        if asked.verb == "git-receive-pack":
            repository.pushed(before)
        # One connection a request: curl sends a request again by itself when a connection it has used before
        # is dropped, and a test that drops one push would see two.
        headers = {**answer.headers, "Connection": "close"}
        return Answer(answer.status, answer.body, headers, answer.media_type)


async def _log(host: Host, request: Request) -> Response:
    path = request.path_params
    try:
        repository = host.find(f"{path['owner']}/{path['repo']}")
        return check_routes.stored_log(repository, int(path["id"]), path["key"]).response()
    except (Problem, ValueError):
        return not_found().answer().response()
