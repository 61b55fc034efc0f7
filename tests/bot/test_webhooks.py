"""`POST /signals`, over real HTTP against the real server."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from agents.errors import BadSettings, SourceRejected
from agents.redaction.redact import Redactor
from agents.terms import Policy, SourceTerms
from bot.http import Gate
from bot.http_server import HttpServer
from bot.sources.webhooks.schema import json_schema
from bot.sources.webhooks.webhook import BODY_LIMIT, Bucket, open_webhooks, sign
from storage.raw import Severity
from storage.status import Visibility
from storage.store import Store
from tests.bot.shop import Told

SECRET, OTHER = "a secret of the alerts", "a secret of somebody else"
DOCS = Path(__file__).parent.parent.parent / "docs"
SIGNAL = {"title": "Checkout fails", "body": "ada@example.com cannot pay", "severity": "error", "reach": 12}


@dataclass
class Sender:
    """A tool that sends signals, as its own code would: requests, hmac and the page that explains both."""

    url: str
    store: Store
    told: Told = field(default_factory=Told)

    def send(
        self,
        signal: object = None,
        *,
        source: str = "alerts",
        secret: str = SECRET,
        key: str = "",
        body: bytes | None = None,
        at: float | None = None,
        **headers: str | None,
    ) -> requests.Response:
        raw = json.dumps(SIGNAL if signal is None else signal).encode() if body is None else body
        timestamp = str(int(time.time() if at is None else at))
        all_headers: dict[str, str | None] = {
            "Content-Type": "application/json",
            "Signalbox-Source": source,
            "Signalbox-Timestamp": timestamp,
            "Signalbox-Signature": sign(secret.encode(), timestamp, source, key, raw),
            **({"Idempotency-Key": key} if key else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        kept = {name: value for name, value in all_headers.items() if value is not None}
        return requests.post(f"{self.url}/signals", data=raw, headers=kept, timeout=10)


POLICY = Policy(
    sources={
        "alerts": SourceTerms(kind="webhook", report_to="C01", options={"secret": "ALERTS_SECRET"}),
        "forms": SourceTerms(
            kind="webhook",
            report_to="C02",
            visibility=Visibility.PRIVATE,
            options={"secret": "FORMS_SECRET", "per_minute": "3"},
        ),
    }
)


@pytest.fixture
def sender(store: Store) -> Iterator[Sender]:
    hooks = open_webhooks(POLICY, {"ALERTS_SECRET": SECRET, "FORMS_SECRET": OTHER})
    told = Told()
    gate = Gate(hooks, store, Redactor(b"key"), told, body_time=0.5)
    with HttpServer(gate.app(), "127.0.0.1", 0) as server:
        yield Sender(server.url, store, told)


def refused(answer: requests.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/json"
    error = answer.json()["error"]
    assert len(error["message"]) > 10
    return answer.status_code, error["code"]


def test_a_signal_is_kept_redacted_before_it_is_answered_and_digested(sender: Sender) -> None:
    answer = sender.send({**SIGNAL, "url": "https://pay.example/7", "keys": ["pay:7"], "labels": ["Payments"]})

    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    signal = sender.store.signals.get(answer.json()["id"])
    assert (signal.source, signal.title, signal.severity, signal.reach) == ("alerts", "Checkout fails", "error", 12)
    assert signal.severity is Severity.ERROR
    assert (signal.channel, signal.visibility) == ("C01", Visibility.PUBLIC)
    assert signal.keys == ("pay:7", "url:https://pay.example/7")
    assert signal.labels == ("payments",)
    assert "ada@example.com" not in signal.body
    assert sender.told.signals == [signal.id]


def test_the_same_key_is_the_same_signal_and_with_another_body_it_is_refused(sender: Sender) -> None:
    first = sender.send(key="run-1")
    again = sender.send(key="run-1")
    other = sender.send({"title": "Another"}, key="run-1")
    elsewhere = sender.send({"title": "Another"}, key="run-1", source="forms", secret=OTHER)

    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == {"id": first.json()["id"], "status": "known"}
    assert refused(other) == (409, "key_reused")
    assert elsewhere.status_code == 202
    assert sender.store.signals.counts().total == 2
    assert sender.store.signals.get(elsewhere.json()["id"]).visibility is Visibility.PRIVATE


def test_without_a_key_the_body_stands_for_it_and_an_id_makes_an_update(sender: Sender) -> None:
    first, again = sender.send(), sender.send()
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"]

    made = sender.send({"title": "Slow", "id": "incident-7"})
    changed = sender.send({"title": "Down", "id": "incident-7"})
    again_later = sender.send({"title": "Down", "id": "incident-7", "occurrence": "2"})
    assert changed.json()["id"] == made.json()["id"]
    assert sender.store.signals.get(made.json()["id"]).title == "Down"
    assert again_later.json()["id"] != made.json()["id"]


def test_a_key_that_arrives_many_times_at_once_is_one_signal(sender: Sender) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sender.send(key="same"), range(24)))
    assert sorted(answer.status_code for answer in answers) == [200] * 23 + [202]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sender.store.signals.counts().total == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "the wrong secret of all"},
        {"source": "nobody"},
        {"source": "forms"},  # with the secret of alerts
        {"at": 1_700_000_000.0},
        {"Signalbox_Timestamp": "now"},
        {"Signalbox_Signature": None},
        {"Signalbox_Signature": "v1=é"},
        {"Signalbox_Source": None},
        {"Idempotency_Key": "not the one that was signed"},
    ],
    ids=str,
)
def test_what_is_not_signed_by_the_source_now_is_not_believed(sender: Sender, wrong: dict[str, Any]) -> None:
    if wrong.get("Signalbox_Signature"):
        wrong = {"Signalbox_Signature": wrong["Signalbox_Signature"].encode()}
    assert refused(sender.send(**wrong))[0] == 401
    assert sender.store.signals.counts().total == 0


def test_an_unknown_source_is_answered_as_a_wrong_signature_is(sender: Sender) -> None:
    assert sender.send(source="nobody").json() == sender.send(secret="the wrong secret of all").json()


def test_a_body_that_was_changed_on_its_way_is_not_believed(sender: Sender) -> None:
    timestamp = str(int(time.time()))
    signature = sign(SECRET.encode(), timestamp, "alerts", "", b'{"title": "a"}')
    changed = sender.send(body=b'{"title": "b"}', Signalbox_Timestamp=timestamp, Signalbox_Signature=signature)
    assert refused(changed) == (401, "not_believed")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "not_json")),
        (b"", (400, "not_json")),
        (b'{"title": "\xff"}', (400, "not_json")),
        (b"[]", (422, "not_valid")),
        (b"{}", (422, "not_valid")),
        (b'{"title": ""}', (422, "not_valid")),
        (b'{"title": "a\\u0000b"}', (422, "not_valid")),
        (b'{"title": "a", "id": "one\\nmore"}', (422, "not_valid")),
        (b'{"title": "a", "occurrence": "one\\u0085"}', (422, "not_valid")),
        (b'{"title": "a", "visibility": "public"}', (422, "not_valid")),
        (b'{"title": "a", "url": "javascript:alert(1)"}', (422, "not_valid")),
        (b'{"title": "a", "happened_at": "2026-11-20T07:00:00"}', (422, "not_valid")),
        (b'{"title": "a", "happened_at": "0001-01-01T00:00:00+05:00"}', (422, "not_valid")),
        (b'{"title": "a", "reach": -1}', (422, "not_valid")),
    ],
)
def test_what_does_not_fit_the_schema_is_refused_with_its_faults(
    sender: Sender, body: bytes, expected: tuple[int, str]
) -> None:
    answer = sender.send(body=body)
    assert refused(answer) == expected
    assert sender.store.signals.counts().total == 0
    if expected[0] == 422:
        assert answer.json()["error"]["faults"][0]["message"]


def test_what_is_no_json_or_too_large_or_elsewhere_is_refused(sender: Sender) -> None:
    assert refused(sender.send(Content_Type="text/plain")) == (415, "not_json")
    assert refused(sender.send(body=b"x" * (BODY_LIMIT + 1))) == (413, "too_large")
    assert refused(sender.send(key="k" * 201)) == (400, "bad_key")
    assert refused(requests.get(f"{sender.url}/signals", timeout=5))[0] == 405
    assert refused(requests.get(f"{sender.url}/secrets", timeout=5))[0] == 404


def test_a_long_body_without_a_length_is_cut_off_at_the_limit(sender: Sender) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(BODY_LIMIT // 1024 + 10):
            yield b"x" * 1024

    answer = requests.post(
        f"{sender.url}/signals", data=chunks(), headers={"Content-Type": "application/json"}, timeout=10
    )
    assert refused(answer) == (413, "too_large")


def test_a_body_that_dribbles_in_is_not_waited_for(sender: Sender) -> None:
    port = int(sender.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(
            b"POST /signals HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        assert b"408" in connection.recv(100)


def test_each_source_has_its_own_rate(sender: Sender) -> None:
    def code(number: int) -> int:
        return sender.send({"title": f"{number}"}, source="forms", secret=OTHER).status_code

    assert [code(number) for number in range(4)] == [202, 202, 202, 429]
    limited = sender.send({"title": "x"}, source="forms", secret=OTHER)
    assert refused(limited) == (429, "too_many")
    assert 0 < int(limited.headers["Retry-After"]) <= 21
    assert sender.send().status_code == 202
    assert sender.send(source="forms", secret="wrong wrong wrong wrong").status_code == 401  # it uses nothing up


def test_a_rate_limit_fills_up_again_with_time() -> None:
    at = [0.0]
    bucket = Bucket(60.0, lambda: at[0])
    assert [bucket.take() for _ in range(60)] == [0.0] * 60
    assert bucket.take() == pytest.approx(1.0)
    at[0] = 1.0
    assert bucket.take() == 0.0
    assert bucket.take() > 0.0


def test_health_is_answered_and_tells_a_stranger_nothing(sender: Sender) -> None:
    answer = requests.get(f"{sender.url}/health", timeout=5)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "server" not in answer.headers


def test_a_webhook_without_its_secret_names_the_variable() -> None:
    with pytest.raises(BadSettings, match="FORMS_SECRET"):
        open_webhooks(POLICY, {"ALERTS_SECRET": SECRET, "FORMS_SECRET": "short"})
    nameless = Policy(sources={"x": SourceTerms(kind="webhook", report_to="C01")})
    with pytest.raises(SourceRejected, match=r"options\.secret"):
        open_webhooks(nameless, {})
    assert open_webhooks(Policy(), {}) == {}


def test_a_port_that_is_taken_is_named(sender: Sender) -> None:
    gate = Gate({}, sender.store, Redactor(b"key"), sender.told)
    with (
        pytest.raises(BadSettings, match="SIGNALBOX_HTTP_PORT"),
        HttpServer(gate.app(), "127.0.0.1", int(sender.url.rpartition(":")[2])),
    ):
        pass


def test_the_published_schema_is_that_of_the_code() -> None:
    published = json.loads((DOCS / "signals.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema(), "run `signalbox schema > docs/signals.schema.json`"


def test_a_body_with_a_mark_of_its_byte_order_is_taken_and_a_packed_one_is_refused_by_name(sender: Sender) -> None:
    marked = b"\xef\xbb\xbf" + json.dumps(SIGNAL).encode()

    packed = sender.send(Content_Encoding="gzip")

    assert sender.send(body=marked).status_code == 202
    assert (packed.status_code, packed.json()["error"]["code"]) == (415, "encoded")


def test_a_wrong_slash_is_said_and_not_sent_on_by_plain_http(sender: Sender) -> None:
    answer = requests.post(f"{sender.url}/signals/", json=SIGNAL, timeout=10, allow_redirects=False)

    assert answer.status_code == 404
    assert "POST /signals" in answer.json()["error"]["message"]
