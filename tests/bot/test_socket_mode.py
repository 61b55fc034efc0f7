"""Anything at all through a real socket: it is acknowledged, and what is ours gets through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.slack.socket_mode import Socket
from storage.database import migrate, open_store
from tests.bot.site import a_site
from tests.bot.workplace import ADA, BOB, SOLAR, TEAM, Workplace, a_workplace, wait_for

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    ["type", "subtype", "channel", "user", "ts", "thread_ts", "text", "message", "previous_message", "bot_id", "tab"]
)


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    folder = tmp_path_factory.mktemp("socket")
    migrate(f"sqlite:///{folder / 'signalbox.db'}")
    store = open_store(f"sqlite:///{folder / 'signalbox.db'}")
    with a_site() as site, a_workplace(site, store, folder) as place:
        socket = Socket(place.app, place.workspace.seed.app.app_token, place.deps.courtesy)
        socket.connect()
        wait_for(lambda: place.workspace.connected)
        yield place
        socket.close()
    store.close()


def acknowledged(place: Workplace, kind: str, payload: dict[str, Any]) -> bool:
    envelope = place.workspace.send_raw(kind, payload)
    return bool(wait_for(lambda: envelope.acks, seconds=5))


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("events_api", {"type": "event_callback"}),
        ("events_api", {"type": "event_callback", "event_id": 7, "event": {"type": "message"}}),
        ("events_api", {"type": "event_callback", "event_id": "Ev1", "event": []}),
        ("events_api", {"type": "event_callback", "event_id": "Ev2", "event": {"type": "message", "channel": False}}),
        ("events_api", {"type": "something_new"}),
        ("events_api", {}),
        ("interactive", {"type": "block_actions", "actions": []}),
        ("interactive", {"type": "block_actions", "actions": [{"action_id": "another's"}], "user": {"id": ADA}}),
        ("interactive", {"type": "block_actions", "actions": [{"action_id": "approve"}]}),
        ("interactive", {"type": "block_actions", "actions": [{"action_id": "approve", "value": {"a": 1}}], "user": 5}),
        ("interactive", {"type": "view_submission", "view": {"callback_id": "x"}}),
        ("interactive", {"type": "message_action", "callback_id": "investigate_message"}),
        ("interactive", {"type": "message_action", "callback_id": "unknown", "user": {"id": ADA}}),
        ("slash_commands", {"command": "/unknown", "user_id": ADA}),
        ("slash_commands", {"command": "/investigate"}),
        ("slash_commands", {}),
    ],
)
def test_whatever_comes_is_acknowledged(connected: Workplace, kind: str, payload: dict[str, Any]) -> None:
    assert acknowledged(connected, kind, payload)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=st.dictionaries(_NAMES, _JSON, max_size=8), kind=st.sampled_from(["message", "app_mention"]))
def test_no_event_is_left_unacknowledged(connected: Workplace, event: dict[str, Any], kind: str) -> None:
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "EvAny", "event": {**event, "type": kind}}

    assert acknowledged(connected, "events_api", body)


def test_after_all_that_a_message_still_gets_through(connected: Workplace) -> None:
    ts = connected.workspace.say(BOB, SOLAR, "the export fails")

    wait_for(lambda: connected.store.signals.find("slack", f"{SOLAR}/{ts}"))
    connected.workspace.redeliver(SOLAR, ts)
    wait_for(lambda: not connected.workspace.unacked())
    assert len(connected.store.signals.find("slack", f"{SOLAR}/{ts}")) == 1


def test_people_press_type_and_look_through_the_socket(connected: Workplace) -> None:
    answer = connected.workspace.command(BOB, SOLAR, "/signalbox", "status")
    assert answer.acked
    assert "Working" in answer.text
    ts = connected.workspace.say(BOB, SOLAR, "the import fails")
    assert connected.workspace.shortcut(ADA, SOLAR, ts, "investigate_message").acked
    wait_for(lambda: [each for each in connected.store.signals.find("slack", f"{SOLAR}/{ts}") if each.asked_by == ADA])
    connected.workspace.open_home(BOB)
    wait_for(lambda: connected.workspace.home(BOB))
