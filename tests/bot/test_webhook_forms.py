"""`POST /signals/NAME`: what Alertmanager, Grafana, PagerDuty and Jira send of themselves, over real HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from agents.errors import BadSettings
from agents.redaction.redact import Redactor
from bot.http import Gate
from bot.http_server import HttpServer
from bot.sources.webhooks.webhook import TOOLS_BODY_LIMIT
from storage.raw import Severity
from storage.records import Signal
from storage.store import Store
from tests.bot.shop import Told
from tests.bot.tools import ALERT, GROUP, INCIDENT, ISSUE, OF_GRAFANA, Tool, a_tool, hooks


@pytest.fixture
def tool(sqlite_store: Store) -> Iterator[Tool]:
    with a_tool(sqlite_store) as tool:
        yield tool


def test_an_alert_that_fires_is_a_signal_and_one_that_is_over_is_none(tool: Tool) -> None:
    answer = tool.post("alertmanager", GROUP)

    assert answer.status_code == 202
    assert answer.json()["ignored"] == 1
    (sent,) = answer.json()["signals"]
    assert sent["status"] == "accepted"
    signal = tool.store.signals.get(sent["id"])
    assert (signal.source, signal.external_id, signal.channel) == ("alertmanager", "c6eadffa33fcdf37", "C01")
    assert signal.title == "HighErrorRate: 5% of checkouts fail"
    assert "for 10 minutes" in signal.body
    assert "5% of checkouts fail" not in signal.body, "its title says so"
    assert "runbook_url: https://" in signal.body
    assert not signal.author, "its source's name stands beside it"
    assert "service: checkout" in signal.body
    assert "ada@example.com" not in signal.body
    assert signal.severity is Severity.FATAL
    assert signal.happened_at == dt.datetime(2026, 11, 20, 10, 11, 12, 123456, tzinfo=dt.UTC)
    assert "service=checkout" in signal.labels
    assert signal.url == ALERT["generatorURL"]
    assert signal.keys == ("alert:c6eadffa33fcdf37",), "a rule's address is that of all its alerts"
    assert tool.told.signals == [signal.id]


def test_an_alert_that_is_sent_again_is_known_and_one_that_fires_anew_is_new(tool: Tool) -> None:
    (first,) = tool.sends("grafana", {"alerts": [OF_GRAFANA]})
    again = tool.post("grafana", {"alerts": [{**OF_GRAFANA, "values": {"B": 31.0}}]})
    (anew,) = tool.sends("grafana", {"alerts": [{**OF_GRAFANA, "startsAt": "2026-11-21T09:00:00Z"}]})

    assert (again.status_code, again.json()["signals"]) == (200, [{"id": first.id, "status": "known"}])
    assert anew.id != first.id
    assert anew.keys == first.keys
    assert "B = 22.4" in first.body
    assert first.url == OF_GRAFANA["panelURL"]
    assert tool.told.signals == [first.id, anew.id]


def test_an_alert_of_grafana_that_a_rule_has_no_data_names_the_rule(tool: Tool) -> None:
    labels = {"alertname": "DatasourceNoData", "datasource_uid": "p", "ref_id": "A", "rulename": "Checkout errors"}
    (signal,) = tool.sends("grafana", {"alerts": [{**OF_GRAFANA, "labels": labels, "annotations": {}, "values": None}]})
    assert signal.title == "DatasourceNoData of Checkout errors"


def test_a_group_is_as_many_signals_as_alerts_and_counts_so_against_the_rate(sqlite_store: Store) -> None:
    gate = Gate(hooks(per_minute="3"), sqlite_store, Redactor(b"key"), Told(), clock=lambda: 0.0)
    alerts = [{**ALERT, "fingerprint": f"{number:016x}"} for number in range(5)]
    with HttpServer(gate.app(), "127.0.0.1", 0) as server:
        tool = Tool(server.url, sqlite_store)
        assert len(tool.sends("alertmanager", {"alerts": alerts})) == 5, "a group is not torn"
        later = tool.post("alertmanager", {"alerts": [ALERT]})
        assert later.status_code == 429
        assert int(later.headers["Retry-After"]) == 61, "three of the five are owed"
        assert tool.post("grafana", {"alerts": [ALERT]}).status_code == 202


def test_an_incident_is_a_signal_when_it_begins_and_when_it_is_reopened(tool: Tool) -> None:
    (begun,) = tool.sends("pagerduty", INCIDENT)
    event = INCIDENT["event"]
    resolved = {"event": {**event, "id": "2", "event_type": "incident.resolved"}}
    reopened = {"event": {**event, "id": "3", "event_type": "incident.reopened", "occurred_at": "2026-11-21T08:00:00Z"}}

    assert (begun.title, begun.external_id, begun.severity) == ("Checkout answers 500", "PGR0VU2", Severity.FATAL)
    assert begun.labels == ("checkout",)
    assert "Service: Checkout" in begun.body
    assert tool.post("pagerduty", resolved).json() == {"signals": [], "ignored": 1}
    (again,) = tool.sends("pagerduty", reopened)
    assert again.id != begun.id
    assert again.keys == begun.keys == ("url:https://acme.pagerduty.com/incidents/PGR0VU2",)
    assert tool.post("pagerduty", {"event": {"event_type": "pagey.ping", "data": {"message": "Hello"}}}).ok


def test_an_issue_is_a_signal_that_its_edits_update_until_it_is_done(tool: Tool) -> None:
    (made,) = tool.sends("jira", {"webhookEvent": "jira:issue_created", "issue": ISSUE})

    assert (made.external_id, made.title, made.severity) == ("ENG-431", "Export is empty", Severity.ERROR)
    assert made.url == "https://acme.atlassian.net/browse/ENG-431"
    assert made.labels == ("export", "reports")
    assert "Grace Hopper" not in made.body
    assert "exports March" in made.body

    fields = {**ISSUE["fields"], "summary": "Export of March is empty"}
    (edited,) = tool.sends("jira", {"webhookEvent": "jira:issue_updated", "issue": {**ISSUE, "fields": fields}})
    assert (edited.id, edited.title) == (made.id, "Export of March is empty")
    back = {**ISSUE["fields"], "updated": "2026-11-20T12:00:00.000+0000"}
    (again,) = tool.sends("jira", {"webhookEvent": "jira:issue_updated", "issue": {**ISSUE, "fields": back}})
    assert (again.id, again.title) == (made.id, "Export is empty")
    revision = again.revision
    commented = {**back, "updated": "2026-11-20T12:05:00.000+0000"}
    (same,) = tool.sends("jira", {"webhookEvent": "jira:issue_updated", "issue": {**ISSUE, "fields": commented}})
    assert same.revision == revision, "nothing of it is read again"

    done = {**fields, "status": {"statusCategory": {"key": "done"}}}
    for event, issue in (("jira:issue_updated", {**ISSUE, "fields": done}), ("jira:issue_deleted", ISSUE)):
        assert tool.post("jira", {"webhookEvent": event, "issue": issue}).json() == {"signals": [], "ignored": 1}
    assert tool.post("jira", {"webhookEvent": "sprint_started", "sprint": {}}).json()["ignored"] == 1


def test_an_issue_that_is_reopened_is_a_new_occurrence_each_time(tool: Tool) -> None:
    def sends(updated: str, **change: str | None) -> Signal:
        issue = {**ISSUE, "fields": {**ISSUE["fields"], "updated": updated}}
        items = [{"field": "assignee", "from": "x", "to": None}, change]
        event = {"webhookEvent": "jira:issue_updated", "issue": issue, "changelog": {"items": items}}
        (signal,) = tool.sends("jira", event)
        return signal

    made = sends("2026-11-20T12:00:00.000+0000", field="status", **{"from": "1"}, to="3")
    reopened = sends("2026-11-21T12:00:00.000+0000", field="resolution", **{"from": "10000"}, to=None)
    moved = sends("2026-11-21T12:01:00.000+0000", field="resolution", **{"from": "10000"}, to="10001")
    again = sends("2026-11-22T12:00:00.000+0000", field="resolution", **{"from": "10001"}, to="")

    assert moved.id == made.id
    assert len({made.id, reopened.id, again.id}) == 3
    assert made.keys == reopened.keys == again.keys == ("url:https://acme.atlassian.net/browse/ENG-431",)
    assert again.happened_at == dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def test_a_comment_on_an_issue_leaves_its_words(tool: Tool) -> None:
    (made,) = tool.sends("jira", {"webhookEvent": "jira:issue_created", "issue": ISSUE})
    few = {name: ISSUE["fields"][name] for name in ("summary", "priority", "status", "assignee")}  # as Cloud sends it

    answer = tool.post("jira", {"webhookEvent": "comment_created", "issue": {**ISSUE, "fields": few}, "comment": {}})

    assert answer.json() == {"signals": [], "ignored": 1}
    assert tool.store.signals.get(made.id or 0).body == made.body


def test_of_jiras_markup_nobody_who_is_mentioned_is_kept(tool: Tool) -> None:
    text = "h2. Steps\r\n# [~ghopper] opens [the page|https://shop.example/x], cc [~accountid:5b10a2844c:20165] twice"

    (made,) = tool.sends("jira", {**ISSUE, "fields": {**ISSUE["fields"], "description": text}})

    assert made.body == "h2. Steps\r\n#  opens [the page|https://shop.example/x], cc  twice"


def test_of_jiras_documents_links_tasks_and_states_are_read(tool: Tool) -> None:
    link = {
        "type": "text",
        "text": "this page",
        "marks": [{"type": "link", "attrs": {"href": "https://shop.example/x"}}],
    }
    tasks = [{"type": "taskItem", "content": [{"type": "text", "text": text}]} for text in ("Log in", "Export")]
    state = {"type": "paragraph", "content": [{"type": "status", "attrs": {"text": "BLOCKED", "color": "red"}}]}
    odd = {"type": "text", "text": "!", "marks": [None, {"type": "strong"}, {"attrs": []}], "attrs": 7}
    document = {"type": "doc", "content": [link, odd, {"type": "taskList", "content": tasks}, state]}

    (made,) = tool.sends("jira", {**ISSUE, "fields": {**ISSUE["fields"], "description": document}})

    assert made.body == "this page (https://shop.example/x)!Log in\nExport\nBLOCKED"


def test_jiras_automation_sends_the_issue_itself_and_its_documents_are_read(tool: Tool) -> None:
    line = {"type": "paragraph", "content": [{"type": "text", "text": "No rows"}, {"type": "text", "text": " at all"}]}
    card = {"type": "inlineCard", "attrs": {"url": "https://shop.example/export"}}
    mention = {"type": "mention", "attrs": {"id": "1", "text": "@Grace Hopper"}}
    document = {
        "type": "doc",
        "content": [line, {"type": "paragraph", "content": [mention, card, {"type": "text", "text": " Why?"}]}],
    }
    fields = {**ISSUE["fields"], "description": document, "environment": "Firefox 140"}

    (made,) = tool.sends("jira", {**ISSUE, "fields": fields})

    assert made.body == "No rows at all\nhttps://shop.example/export Why?\n\nEnvironment: Firefox 140"


def test_an_app_is_no_person_whose_name_is_left_out(tool: Tool) -> None:
    app = {"accountType": "app", "displayName": "Automation for Jira"}
    fields = {"reporter": app, "creator": app, "description": "For March there are no rows. Automation is on."}

    (made,) = tool.sends("jira", {**ISSUE, "fields": {**ISSUE["fields"], **fields}})

    assert (made.author, made.body) == ("Automation for Jira", "For March there are no rows. Automation is on.")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("P1 - Critical", Severity.FATAL),
        ("SEV-2", Severity.ERROR),
        ("2 - High", Severity.ERROR),
        ("Low 🐢", Severity.INFO),
        ("Soon", Severity.WARNING),
    ],
)
def test_how_bad_it_is_may_be_said_among_other_words(tool: Tool, said: str, meant: Severity) -> None:
    fields = {**ISSUE["fields"], "priority": {"name": said}}
    assert [made.severity for made in tool.sends("jira", {**ISSUE, "fields": fields})] == [meant]


def test_a_tool_whose_body_its_users_write_sends_our_own_schema_with_a_token(tool: Tool) -> None:
    (made,) = tool.sends("signal", {"title": "Monitor 7 alerts", "id": "7", "severity": "error"})
    assert (made.title, made.external_id, made.severity) == ("Monitor 7 alerts", "7", Severity.ERROR)

    refused = tool.post("signal", {"title": "x", "monitor": 7})
    assert refused.status_code == 422
    assert refused.json()["error"]["faults"][0]["where"] == "monitor"
    assert tool.post("signal", body=b"{").json()["error"]["code"] == "not_json"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("alertmanager", b"{}"),
        ("alertmanager", b"[]"),
        ("alertmanager", b'{"alerts": 7}'),
        ("grafana", b"{"),
        ("grafana", b"\xff"),
        ("grafana", b"[" * 100_000),
        ("pagerduty", b'{"event": []}'),
        ("pagerduty", b'{"messages": []}'),
        ("jira", b'{"issue": {}}'),
        ("jira", b"null"),
    ],
)
def test_what_this_tool_does_not_send_is_refused_with_what_was_looked_for(tool: Tool, name: str, body: bytes) -> None:
    answer = tool.post(name, body=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "not_valid")
    assert f"not what {name} sends" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("alertmanager", {"alerts": [{}]}),
        ("alertmanager", {"alerts": [None, 7, {"labels": None, "annotations": 3, "startsAt": 5, "fingerprint": None}]}),
        ("grafana", {"alerts": [{"labels": {"alertname": "a\x00b\ud800", "x": "l" * 500}, "startsAt": "soon"}]}),
        ("grafana", {"alerts": [{"fingerprint": "f" * 900, "annotations": {"summary": "s" * 9000}}]}),
        ("grafana", {"alerts": [{"fingerprint": "a\nb", "panelURL": "javascript:alert(1)", "startsAt": 1e308}]}),
        ("pagerduty", {"event": {"event_type": "incident.triggered", "data": {"id": 7, "service": None}}}),
        ("jira", {"key": "A-1", "self": None, "fields": None}),
        ("jira", {"key": "A-1", "fields": {"labels": [None, 3, {}], "components": "x", "reporter": [], "created": {}}}),
    ],
)
def test_an_odd_field_loses_itself_and_not_the_signal(tool: Tool, name: str, sent: object) -> None:
    (signal,) = tool.sends(name, sent)
    assert signal.title
    assert signal.external_id


def test_a_body_of_a_tool_may_be_longer_than_one_that_is_written_for_us(tool: Tool) -> None:
    long = {**ISSUE, "fields": {**ISSUE["fields"], "customfield": "x" * 600_000}}
    assert tool.post("jira", long).status_code == 202
    answer = tool.post("jira", body=b"x" * (TOOLS_BODY_LIMIT + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_a_form_that_there_is_not_is_named_with_those_that_there_are() -> None:
    with pytest.raises(BadSettings, match=r"'slack'.*alertmanager, grafana, pagerduty, jira"):
        hooks(form="slack")
