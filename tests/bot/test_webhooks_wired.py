"""`signalbox run` with a webhook in its policy: the real bot, and a port that is open only then."""

from __future__ import annotations

import socket
import time

import pytest
import requests

from bot.sources.webhooks.webhook import sign
from playground.bots import forked
from playground.town import Town
from storage.database import open_store
from storage.records import Signal
from storage.status import SignalStatus
from tests.agents.tiny_transformer import WIDTH, make_transformer
from tests.bot.test_doctor import examined, town
from tests.bot.tools import GROUP

__all__ = ["town"]  # the fixture

SECRET = "a secret of at least sixteen"


@pytest.mark.slow
def test_a_running_bot_takes_a_signal_and_digests_it_with_the_transformer_that_is_set(town: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe, socket.create_server(("127.0.0.1", 0)) as other:
        port, numbers = probe.getsockname()[1], other.getsockname()[1]
    town.start = forked
    model = make_transformer(town.root.parent / "model")
    town.extra_environment = {
        "SIGNALBOX_HTTP_PORT": str(port),
        "SIGNALBOX_METRICS": f"127.0.0.1:{numbers}",
        "ALERTS_SECRET": SECRET,
        "SIGNALBOX_SENTENCES": str(model),
    }
    with town:
        policy = town.root / "signalbox.toml"
        pages = 'kind = "webhook"\nreport_to = "C07SOLAR"\noptions = { secret = "ALERTS_SECRET", form = "grafana" }\n'
        hook = '\n[sources.alerts]\nkind = "webhook"\nreport_to = "C07SOLAR"\noptions = { secret = "ALERTS_SECRET" }\n'
        policy.write_text(f"{policy.read_text(encoding='utf-8')}\n[sources.pages]\n{pages}{hook}", encoding="utf-8")
        assert "its secret is set" in examined(town).stdout
        assert "received at POST /signals/pages" in examined(town).stdout
        assert "ALERTS_SECRET" in examined(town, ALERTS_SECRET="").stdout
        town.start_bot()
        _wait_for_health(port)
        timestamp, body = str(int(time.time())), b'{"title": "The export page answers 500", "severity": "error"}'
        headers = {
            "Content-Type": "application/json",
            "Signalbox-Source": "alerts",
            "Signalbox-Timestamp": timestamp,
            "Signalbox-Signature": sign(SECRET.encode(), timestamp, "alerts", "", body),
        }
        answer = requests.post(f"http://127.0.0.1:{port}/signals", data=body, headers=headers, timeout=10)
        assert answer.status_code == 202
        token = {"Authorization": f"Bearer {SECRET}"}
        page = requests.post(f"http://127.0.0.1:{port}/signals/pages", json=GROUP, headers=token, timeout=10)
        assert page.status_code == 202
        assert _digested(town, page.json()["signals"][0]["id"]).title == "HighErrorRate: 5% of checkouts fail"
        signal = _digested(town, answer.json()["id"])
        assert signal.status is SignalStatus.FILED
        told = requests.get(f"http://127.0.0.1:{numbers}/metrics", timeout=10).text
        assert 'signalbox_signals{source="alerts",status="filed"} 1.0\n' in told
        assert requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).status_code == 404, "not to the world"
        assert len(signal.vector or b"") == 4 * WIDTH


def _wait_for_health(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            assert requests.get(f"http://127.0.0.1:{port}/health", timeout=5).json() == {"status": "ok"}
        except requests.ConnectionError:
            assert time.monotonic() < deadline, "the bot opened no port"
            time.sleep(0.1)
        else:
            return


def _digested(town: Town, signal_id: int) -> Signal:
    store = open_store(town.database)
    deadline = time.monotonic() + 30
    while (signal := store.signals.get(signal_id)).status is SignalStatus.AWAITING_DIGEST:
        assert time.monotonic() < deadline, "it was not digested"
        time.sleep(0.1)
    store.close()
    return signal
