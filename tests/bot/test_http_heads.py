"""Connections that ask for nothing, and who else wants to be heard meanwhile."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot import http_heads
from bot.http_server import HttpServer


def slowly(asked: Request) -> JSONResponse:
    time.sleep(float(asked.query_params.get("for", "0")))
    return JSONResponse({"status": "ok"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    monkeypatch.setattr(http_heads, "HEAD_TIME", 0.3)
    with HttpServer(Starlette(routes=[Route("/health", slowly)]), "127.0.0.1", 0) as serving:
        yield serving


def test_a_hundred_of_them_do_not_shut_the_door_for_long(server: HttpServer, capfd: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as stack:
        for number in range(150):
            idle = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            idle.sendall(b"POST /signals HTTP/1.1\r\nHost: here\r\n" if number % 2 else b"")
        deadline = time.monotonic() + 20
        while requests.get(f"{server.url}/health", timeout=5).status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert "concurrency" not in capfd.readouterr().err


def test_an_answer_that_takes_long_is_waited_for_and_its_connection_used_again(server: HttpServer) -> None:
    with requests.Session() as session:
        for _ in range(2):
            assert session.get(f"{server.url}/health?for=0.6", timeout=5).json() == {"status": "ok"}
