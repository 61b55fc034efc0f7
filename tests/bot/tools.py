"""What Alertmanager, Grafana, PagerDuty and Jira send, and a tool that sends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from agents.redaction.redact import Redactor
from agents.terms import Policy, SourceTerms
from bot.http import Gate
from bot.http_server import HttpServer
from bot.sources.webhooks.forms import Form
from bot.sources.webhooks.webhook import Webhook, open_webhooks
from storage.records import Signal
from storage.store import Store
from tests.bot.shop import Told

SECRET = "a-secret-that-the-tools-share"
BEGAN = "2026-11-20T10:11:12.123456789Z"

ALERT: dict[str, Any] = {
    "status": "firing",
    "labels": {"alertname": "HighErrorRate", "severity": "critical", "service": "checkout"},
    "annotations": {
        "summary": "5% of checkouts fail",
        "description": "mail ada@example.com\nfor 10 minutes",
        "runbook_url": "https://wiki.acme.example/checkouts",
    },
    "startsAt": BEGAN,
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "https://prometheus.example/graph?g0.expr=rate",
    "fingerprint": "c6eadffa33fcdf37",
}
RESOLVED = {**ALERT, "status": "resolved", "fingerprint": "aaaaaaaaaaaaaaaa"}
GROUP = {"version": "4", "status": "firing", "receiver": "signalbox", "alerts": [ALERT, RESOLVED]}
OF_GRAFANA = {
    **ALERT,
    "values": {"B": 22.4, "C": 1},
    "panelURL": "https://grafana.example/d/abc?viewPanel=2",
    "dashboardURL": "https://grafana.example/d/abc",
}
INCIDENT: dict[str, Any] = {
    "event": {
        "id": "5ac64822-4adc-4fda-ade0-410becf0de4f",
        "event_type": "incident.triggered",
        "resource_type": "incident",
        "occurred_at": "2026-11-20T18:45:22.169Z",
        "data": {
            "id": "PGR0VU2",
            "type": "incident",
            "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
            "title": "Checkout answers 500",
            "service": {"id": "PF9KMXH", "summary": "Checkout"},
            "priority": {"summary": "P1"},
            "urgency": "high",
        },
    }
}
ISSUE: dict[str, Any] = {
    "id": "10002",
    "key": "ENG-431",
    "self": "https://acme.atlassian.net/rest/api/2/issue/10002",
    "fields": {
        "summary": "Export is empty",
        "description": "Grace Hopper exports March and gets no rows.",
        "environment": None,
        "created": "2026-11-20T10:11:12.123+0000",
        "labels": ["export"],
        "components": [{"name": "Reports"}],
        "priority": {"name": "High"},
        "status": {"statusCategory": {"key": "new"}},
        "reporter": {"displayName": "Grace Hopper"},
        "assignee": None,
    },
}


@dataclass
class Tool:
    """A tool that sends what it sends, and proves the secret as it can."""

    url: str
    store: Store
    told: Told = field(default_factory=Told)

    def post(self, name: str, sent: object = None, *, body: bytes | None = None, **headers: str) -> requests.Response:
        raw = json.dumps(sent).encode() if body is None else body
        given = {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"}
        given |= {key.replace("_", "-"): value for key, value in headers.items()}
        kept = {key: value for key, value in given.items() if value}
        return requests.post(f"{self.url}/signals/{name}", data=raw, headers=kept, timeout=10)

    def sends(self, name: str, sent: object) -> list[Signal]:
        answer = self.post(name, sent)
        assert answer.status_code in (200, 202), answer.text
        return [self.store.signals.get(each["id"]) for each in answer.json()["signals"]]


def hooks(**more: str) -> dict[str, Webhook]:
    sources = {
        form.value: SourceTerms(kind="webhook", report_to="C01", options={"secret": "SECRET", "form": form, **more})
        for form in Form
    }
    sources["signed"] = SourceTerms(kind="webhook", report_to="C01", options={"secret": "SECRET"})
    return open_webhooks(Policy(sources=sources), {"SECRET": SECRET})


@contextmanager
def a_tool(store: Store) -> Iterator[Tool]:
    told = Told()
    with HttpServer(Gate(hooks(), store, Redactor(b"key"), told).app(), "127.0.0.1", 0) as server:
        yield Tool(server.url, store, told)
