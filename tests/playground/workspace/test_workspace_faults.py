"""Faults: what a caller sees, and what has happened all the same."""

from __future__ import annotations

import http.client
import subprocess
import sys
import urllib.error

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from playground.faults import Fault, Kind, Moment
from tests.playground.workspace.workspace_place import Served

SOLAR = "C07SOLAR"
POST = "slack:chat.postMessage"
HUNG_UP = (http.client.RemoteDisconnected, ConnectionError, urllib.error.URLError)


def test_a_refusal_on_receipt_leaves_no_post(served: Served) -> None:
    served.faults.plan(Fault(POST, Moment.RECEIPT, Kind.REFUSE, status=500))
    with pytest.raises(SlackApiError) as caught:
        served.client().chat_postMessage(channel=SOLAR, text="x")
    assert caught.value.response.status_code == 500
    assert served.ws.posts_by_bot() == 0


def test_a_refusal_after_performing_leaves_the_post(served: Served) -> None:
    served.faults.plan(Fault(POST, Moment.PERFORMED, Kind.REFUSE, status=503))
    with pytest.raises(SlackApiError):
        served.client().chat_postMessage(channel=SOLAR, text="x")
    assert served.ws.posts_by_bot() == 1


def test_a_429_carries_retry_after_and_the_sdk_obeys_it(served: Served) -> None:
    served.faults.plan(Fault(POST, Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=1))
    client = served.client()
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
    assert client.chat_postMessage(channel=SOLAR, text="x")["ok"]
    assert [call.status for call in served.ws.calls("chat.postMessage")] == [429, 200]


def test_a_dropped_call_on_receipt_is_a_connection_error_without_a_post(served: Served) -> None:
    served.faults.plan(Fault(POST, Moment.RECEIPT, Kind.DROP))
    with pytest.raises(HUNG_UP):
        served.client().chat_postMessage(channel=SOLAR, text="x")
    assert served.ws.posts_by_bot() == 0
    assert served.ws.calls("chat.postMessage")[0].status == 0


def test_a_dropped_call_after_performing_is_a_connection_error_with_a_post(served: Served) -> None:
    served.faults.plan(Fault(POST, Moment.PERFORMED, Kind.DROP))
    with pytest.raises(HUNG_UP):
        served.client().chat_postMessage(channel=SOLAR, text="x")
    assert [m.text for m in served.ws.messages(SOLAR)] == ["x"]
    assert served.client().auth_test()["ok"]


def test_a_kill_strikes_the_caller_after_its_post_exists(served: Served) -> None:
    program = (
        "import sys, time; from slack_sdk import WebClient; sys.stdin.readline();"
        f"WebClient('{served.ws.seed.app.bot_token}', base_url='{served.ws.api_url}')"
        f".chat_postMessage(channel='{SOLAR}', text='last words'); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, text=True) as victim:
        served.faults.victims.append(victim.pid)
        served.faults.plan(Fault(POST, Moment.PERFORMED, Kind.KILL))
        victim.communicate("go\n", timeout=20)
        assert victim.returncode == -9
    assert [m.text for m in served.ws.messages(SOLAR)] == ["last words"]


def test_other_calls_are_untouched_and_every_call_is_counted(served: Served) -> None:
    served.faults.plan(Fault(POST, Moment.RECEIPT, Kind.REFUSE, nth=2))
    client = served.client()
    assert client.chat_postMessage(channel=SOLAR, text="first")["ok"]
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel=SOLAR, text="second")
    assert client.chat_postMessage(channel=SOLAR, text="third")["ok"]
    assert served.faults.seen(POST) == 3
    assert len(served.faults.struck()) == 1
