"""`POST /signals/NAME`: how a tool proves the secret, and what is not believed."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest
import requests

from bot.sources.webhooks.webhook import sign
from storage.store import Store
from tests.bot.tools import INCIDENT, SECRET, Tool, a_tool


@pytest.fixture
def tool(sqlite_store: Store) -> Iterator[Tool]:
    with a_tool(sqlite_store) as tool:
        yield tool


def _signed(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


BODY = json.dumps(INCIDENT).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {SECRET}"},
        {"Authorization": f"Token {SECRET}"},
        {"Authorization": SECRET},
        {"Authorization": "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()},
        {"X-PagerDuty-Signature": f"v1={'0' * 64},v1={_signed(SECRET, BODY)}"},
        {"X-Hub-Signature": f"sha256={_signed(SECRET, BODY)}"},
        {"X-Hub-Signature-256": f"sha256={_signed(SECRET, BODY)}"},
        {"X-Grafana-Alerting-Signature": _signed(SECRET, BODY)},
    ],
)
def test_a_tool_proves_the_secret_as_it_can(tool: Tool, headers: dict[str, str]) -> None:
    assert tool.post("pagerduty", body=BODY, **{"Authorization": "", **headers}).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer another secret of the tools"},
        {"Authorization": "Basic not base64"},
        {"Authorization": f"Basic {SECRET}"},
        {"X-PagerDuty-Signature": ""},
        {"X-PagerDuty-Signature": "v1="},
        {"X-PagerDuty-Signature": f"v1={_signed('another secret of tools', BODY)}"},
        {"X-PagerDuty-Signature": f"v1={_signed(SECRET, BODY + b' ')}"},
        {"X-Hub-Signature": f"sha1={hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()}"},
    ],
    ids=str,
)
def test_what_does_not_prove_the_secret_is_not_believed(tool: Tool, headers: dict[str, str]) -> None:
    answer = tool.post("pagerduty", body=BODY, **{"Authorization": "", **headers})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_believed")
    assert answer.json() == tool.post("nobody", body=BODY).json(), "who is not there is answered alike"
    assert tool.store.signals.counts().total == 0


def test_a_form_and_a_signature_of_ours_do_not_open_each_others_doors(tool: Tool) -> None:
    assert tool.post("signed", {"title": "x"}).status_code == 401
    body, at = b'{"title": "x"}', str(int(dt.datetime.now(dt.UTC).timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Signalbox-Source": "pagerduty",
        "Signalbox-Timestamp": at,
        "Signalbox-Signature": sign(SECRET.encode(), at, "pagerduty", "", body),
    }
    assert requests.post(f"{tool.url}/signals", data=body, headers=headers, timeout=10).status_code == 401
