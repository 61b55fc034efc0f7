"""What a source answers is read within bounds, and what it is asked carries our token and nobody else's."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import requests
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from agents.adapters.sessions import BoundedSession, OutOfBounds
from agents.errors import SourceDown
from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.source import Source
from playground.loopback import Loopback

TOKENS = {"sentry": "Bearer t", "posthog": "Bearer t", "linear": "t", "zendesk": "Bearer t"}


def source_at(kind: str, url: str) -> Source:
    token = SecretStr("t")
    settings = Settings(
        _env_file=None, sentry_url=url, posthog_url=url, linear_url=f"{url}/graphql", zendesk_url=url,
        sentry_token=token, posthog_api_key=token, linear_api_key=token, zendesk_token=token,
    )  # fmt: skip
    options = {"organization": "acme", "project": "1", "shapes": "errors"}
    return KINDS[kind]("errors", SourceTerms(kind=kind, report_to="C01", options=options), settings)


async def drips(_: Scope, receive: Receive, send: Send) -> None:
    """A byte now and again, until whoever asked goes away."""

    async def body() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    await StreamingResponse(body(), media_type="application/json")(_, receive, send)


async def goes_on(_: Scope, receive: Receive, send: Send) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(1000):  # twice as much as is read
            yield b" " * 65_536
            await asyncio.sleep(0)

    await StreamingResponse(body(), media_type="application/json")(_, receive, send)


async def bursts(_: Scope, receive: Receive, send: Send) -> None:
    small = gzip.compress(b"[" + b" " * 40_000_000 + b"]")
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    await Response(small, headers=headers)(_, receive, send)


@pytest.mark.parametrize("kind", TOKENS)
def test_an_answer_that_bursts_once_it_is_unpacked_is_not_read_to_its_end(kind: str) -> None:
    with Loopback(bursts) as at, pytest.raises(SourceDown, match="sent more than 32 MB in one answer"):
        source_at(kind, at.url).pull("")


def test_an_answer_that_goes_on_is_not_read_to_its_end() -> None:
    with Loopback(goes_on) as at, pytest.raises(SourceDown, match="Sentry sent more than 32 MB in one answer; errors"):
        source_at("sentry", at.url).pull("")


def test_an_answer_that_drips_is_cut_off_though_no_single_byte_is_late() -> None:
    with Loopback(drips) as at, pytest.raises(OutOfBounds, match=r"had not sent the whole .* after 0.2 seconds"):
        BoundedSession(longest=0.2).get(at.url, timeout=15)


def test_the_head_of_an_answer_that_does_not_come_is_cut_off_as_well() -> None:
    async def silent(scope: Scope, _: Receive, __: Send) -> None:
        if scope["type"] == "http":
            await asyncio.Event().wait()

    with Loopback(silent) as at, pytest.raises(requests.ConnectionError):
        BoundedSession(longest=0.2).get(at.url, timeout=300)


# ── whose token it is ───────────────────────────────────────────────────────────────────────────────────────────────


class Asked:
    """A service that sends each request on to another of its addresses, and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.app = Starlette(routes=[Route("/{any:path}", self._answer, methods=["GET", "POST"])])

    def _answer(self, request: Request) -> Response:
        self.shown.append(request.headers.get("Authorization", ""))
        if "further" in request.query_params or request.method == "POST":
            return JSONResponse({}, 500)
        return RedirectResponse(str(request.url.include_query_params(further="1")), 307)


@pytest.fixture
def somebody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `.netrc` that knows a password for every host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))


@pytest.mark.usefixtures("somebody_elses")
@pytest.mark.parametrize("kind", TOKENS)
def test_the_token_of_the_policy_goes_out_whatever_netrc_knows(kind: str) -> None:
    service = Asked()
    with Loopback(service.app) as at, pytest.raises(SourceDown):
        source_at(kind, at.url).pull("")

    assert set(service.shown) == {TOKENS[kind]}


@pytest.mark.usefixtures("somebody_elses")
def test_another_host_that_we_are_sent_to_is_shown_neither_token_nor_password() -> None:
    service = Asked()

    def away(request: Request) -> Response:
        return RedirectResponse(str(request.url.replace(hostname="localhost", path="/b", query="further=1")), 307)

    service.app.router.routes.insert(0, Route("/a", away))
    with Loopback(service.app) as at:
        BoundedSession().get(f"{at.url}/a", headers={"Authorization": "Bearer t"}, timeout=15)

    assert service.shown == [""]


def test_a_proxy_of_the_environment_is_asked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            shown.extend((scope["path"], Request(scope).headers["Authorization"]))
            await JSONResponse({})(scope, receive, send)

    with Loopback(proxy) as at:
        monkeypatch.setenv("http_proxy", at.url)
        monkeypatch.setenv("no_proxy", "")
        BoundedSession().get("http://sentry.example/", headers={"Authorization": "t"}, timeout=15)

    assert shown == ["http://sentry.example/", "t"]
