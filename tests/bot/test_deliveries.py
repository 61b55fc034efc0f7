"""Deliveries of every shape: what is acknowledged, what is kept, and what is tried again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt import BoltRequest

from bot.listeners.events import deal_with
from bot.listeners.payload import Press, Typed
from bot.slack.manifest import manifest
from bot.sources.slack import SlackEvent
from playground.faults import Fault, Kind, Moment
from storage.inbox import Inbox
from storage.status import Status
from storage.transactions import Transactions
from tests.bot.workplace import (
    ADA,
    BOB,
    SOLAR,
    Workplace,
)
from tests.factories import a_report


@pytest.mark.parametrize(
    "kind", ["team_join", "reaction_added", "member_joined_channel", "message", "", "\x00", 7, None]
)
def test_every_event_is_acknowledged_however_it_looks(place: Workplace, kind: object) -> None:
    for event in ({"type": kind}, {"type": kind, "channel": {"id": 1}, "user": ["U"], "ts": 5, "text": {"a": 1}}):
        assert place.event(event).status == 200
    place.settles()
    assert place.store.signals.counts().total == 0


def test_an_event_that_cannot_be_kept_is_not_acknowledged(place: Workplace, tmp_path: Path) -> None:
    class Broken(Inbox):
        def receive(self, event_id: str, kind: str, body: dict[str, object]) -> bool:  # noqa: ARG002 the inbox's names
            raise OSError("the disk is full")

    kept = place.store.inbox
    place.store.inbox = Broken(Transactions(place.store.engine))
    answer = place.event({"type": "message", "channel": SOLAR, "user": BOB, "text": "it fails", "ts": "1700000000.1"})
    place.store.inbox = kept

    assert answer.status == 503


def test_an_event_whose_processing_failed_is_dealt_with_by_the_sweep(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.faults.plan(Fault("slack:users.info", Moment.RECEIPT, Kind.REFUSE, times=3, status=500))
    place.says(ADA, "go ahead", thread_ts=root, event_id="EvGo")
    row = place.store.inbox.get("EvGo")
    assert row is not None
    assert (row.done_at, row.failures) == (None, 0)
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL

    deal_with("EvGo", place.deps)
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_FIX
    deal_with("EvGo", place.deps)
    assert len(place.store.plans.approvals(report.id or 0)) == 1


def test_an_event_that_always_fails_becomes_a_dead_letter_that_status_shows(place: Workplace) -> None:
    place.store.inbox.receive("EvBad", "message", {"type": "no such kind"})
    for _ in range(5):
        deal_with("EvBad", place.deps)

    assert [row.event_id for row in place.store.inbox.dead()] == ["EvBad"]
    assert "1 Slack event" in place.types(BOB, "/signalbox", "status").body


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(body=st.dictionaries(st.text(max_size=12), _JSON, max_size=6))
def test_no_payload_breaks_its_reading(body: dict[str, Any]) -> None:
    assert isinstance(Press.of(body, {"action_id": body.get("a"), "value": body}).user, str)
    assert isinstance(Typed.of(body).text, str)


def test_a_huge_message_is_bounded(place: Workplace) -> None:
    event = {"type": "message", "channel": SOLAR, "user": BOB, "ts": "1700000000.1", "text": "x" * 2_000_000}
    assert place.event(event).status == 200
    place.settles()

    assert len(place.store.signals.get(1).body) == 40_000
    assert len(SlackEvent.of({"event": event}).text) <= 200_000


def test_the_app_listens_to_all_that_the_manifest_asks_for(place: Workplace) -> None:
    features = manifest()["features"]
    for command in features["slash_commands"]:
        body = place.types(BOB, command["command"], "help").body
        assert body, command
    for each in features["shortcuts"]:
        request = BoltRequest(mode="socket_mode", body={"type": "message_action", "callback_id": each["callback_id"]})
        assert place.app.dispatch(request).status == 200
