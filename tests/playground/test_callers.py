"""Of several processes, the one that made a call is told from the others, also when a child of it called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from playground.callers import caller_among
from playground.loopback import Loopback

CALL = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()"
CALL_BY_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CALL!r}, sys.argv[1]], check=True)"

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="there is no /proc here")


@pytest.mark.parametrize("code", [CALL, CALL_BY_A_CHILD])
def test_the_process_that_called_is_found_among_others(code: str) -> None:
    told: list[int | None] = []
    candidates = [os.getpid()]

    async def asked(_: Request) -> PlainTextResponse:
        told.append(caller_among(candidates))
        return PlainTextResponse("")

    with Loopback(Starlette(routes=[Route("/", asked)])) as server:
        waits = "import sys; sys.stdin.readline(); "
        caller = subprocess.Popen([sys.executable, "-c", waits + code, server.url], stdin=subprocess.PIPE)
        other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        candidates[:] = [other.pid, caller.pid]
        caller.communicate(b"\n", timeout=30)
        other.communicate(b"\n", timeout=30)
    assert told == [caller.pid]


def test_outside_of_a_call_nobody_called() -> None:
    assert caller_among([os.getpid()]) is None
