"""Socket Mode against a real Bolt app: what is delivered, acknowledged, delivered again."""

from __future__ import annotations

import json

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.playground.workspace.workspace_place import MakeBolt, Served

SOLAR = "C07SOLAR"


def test_the_socket_says_hello_and_a_ticket_opens_it_once(served: Served) -> None:
    url = served.client().apps_connections_open(app_token=served.ws.seed.app.app_token)["url"]
    with connect(url) as socket:
        hello = json.loads(socket.recv(2))
        assert hello["type"] == "hello"
        assert hello["connection_info"]["app_id"] == served.ws.seed.app.id
        with pytest.raises(InvalidStatus):
            connect(url)


def test_a_message_reaches_the_app_once_and_is_acknowledged(served: Served, bolt: MakeBolt) -> None:
    app = bolt().connect()
    ts = served.ws.say("U01ADA", SOLAR, "the power wall is blank")
    served.ws.wait_for(lambda: app.events("message") and not served.ws.unacked(), 3, "the message to be acked")
    (event,) = app.events("message")
    assert (event["ts"], event["channel"], event["channel_type"]) == (ts, SOLAR, "channel")
    assert event["blocks"][0]["type"] == "rich_text"
    assert served.ws.envelopes("events_api")[0].attempts == 1


def test_a_mention_makes_two_events_with_different_ids(served: Served, bolt: MakeBolt) -> None:
    app = bolt().connect()
    served.ws.say("U01ADA", SOLAR, "@signalbox look at this")
    served.ws.wait_for(lambda: len(app.seen) == 2, 3, "both events")
    assert {body["event"]["type"] for body in app.seen} == {"message", "app_mention"}
    assert len({body["event_id"] for body in app.seen}) == 2
    assert {body["event"]["text"] for body in app.seen} == {"<@U07SIGNAL> look at this"}


def test_an_event_nobody_acknowledges_is_delivered_three_times_with_its_retry_number(
    served: Served, bolt: MakeBolt
) -> None:
    app = bolt(catch_all=False).connect()
    served.ws.say("U01ADA", SOLAR, "nobody listens for this")
    served.ws.wait_for(lambda: len(app.seen) == 3, 3, "three attempts")
    assert len({body["event_id"] for body in app.seen}) == 1
    assert [body["headers"]["x-slack-retry-num"] for body in app.seen] == [["0"], ["1"], ["2"]]
    (envelope,) = served.ws.unacked()
    assert envelope.attempts == 3


def test_an_event_waits_while_nobody_is_connected(served: Served, bolt: MakeBolt) -> None:
    ts = served.ws.say("U01ADA", SOLAR, "said while the bot was down")
    assert served.ws.unacked()[0].attempts == 0
    app = bolt().connect()
    served.ws.wait_for(lambda: not served.ws.unacked(), 3, "the waiting event")
    assert [event["ts"] for event in app.events("message")] == [ts]


def test_a_redelivery_carries_the_same_event_id(served: Served, bolt: MakeBolt) -> None:
    app = bolt().connect()
    ts = served.ws.say("U01ADA", SOLAR, "once")
    served.ws.wait_for(lambda: not served.ws.unacked(), 3, "the first ack")
    envelope = served.ws.redeliver(SOLAR, ts)
    served.ws.wait_for(lambda: envelope.acks == 2, 3, "the second ack")
    assert app.seen[0]["event_id"] == app.seen[1]["event_id"]
    assert app.seen[1]["headers"]["x-slack-retry-num"] == ["1"]


def test_edits_deletions_and_reactions_are_told(served: Served, bolt: MakeBolt) -> None:
    app = bolt().connect()
    ts = served.ws.say("U01ADA", SOLAR, "first words")
    served.ws.edit("U01ADA", SOLAR, ts, "better words")
    served.ws.react("U02BOB", SOLAR, ts, "eyes")
    served.ws.unreact("U02BOB", SOLAR, ts, "eyes")
    served.ws.delete("U01ADA", SOLAR, ts)
    served.ws.wait_for(lambda: len(app.seen) == 5 and not served.ws.unacked(), 3, "five events")
    by_kind = {event.get("subtype", event["type"]): event for event in (body["event"] for body in app.seen)}
    assert by_kind["message_changed"]["message"]["text"] == "better words"
    assert by_kind["message_changed"]["previous_message"]["text"] == "first words"
    assert by_kind["message_deleted"]["deleted_ts"] == ts
    assert by_kind["reaction_added"]["item"] == {"type": "message", "channel": SOLAR, "ts": ts}
    assert by_kind["reaction_removed"]["user"] == "U02BOB"
    assert served.ws.messages(SOLAR) == []


def test_the_bots_own_posts_come_back_as_events_marked_as_its_own(served: Served, bolt: MakeBolt) -> None:
    bolt().connect()
    served.client().chat_postMessage(channel=SOLAR, text="hello")
    (envelope,) = served.ws.envelopes("events_api")
    assert envelope.payload["event"]["bot_id"] == served.ws.seed.app.bot_id
    served.ws.wait_for(lambda: not served.ws.unacked(), 3, "the echo's ack")


def test_people_of_another_workspace_are_marked_in_events(served: Served) -> None:
    served.ws.say("U04EVE", "C10SHARED", "hello from next door")
    payload = served.ws.envelopes("events_api")[0].payload
    assert payload["event"]["user_team"] == "T09OTHER"
    assert payload["is_ext_shared_channel"] is True


def test_the_app_hears_nothing_from_where_it_is_not(served: Served) -> None:
    served.ws.say("U01ADA", "C08QUIET", "@signalbox are you here?")
    served.ws.say("U01ADA", "C09SECRET", "hush")
    assert served.ws.envelopes() == []


def test_a_refresh_makes_the_app_reconnect_and_nothing_is_lost(served: Served, bolt: MakeBolt) -> None:
    app = bolt().connect()
    served.ws.refresh_connections()
    ts = served.ws.say("U01ADA", SOLAR, "said during the refresh")
    served.ws.wait_for(lambda: not served.ws.unacked(), 5, "the ack after the refresh")
    assert [event["ts"] for event in app.events("message")] == [ts]
    assert len(served.ws.calls("apps.connections.open")) == 2


def test_a_cut_connection_is_opened_again(served: Served, bolt: MakeBolt) -> None:
    app = bolt().connect()
    served.ws.cut_connections()
    served.ws.wait_for(lambda: served.ws.connected == 0, 3, "the cut")
    ts = served.ws.say("U01ADA", SOLAR, "said while cut off")
    served.ws.wait_for(lambda: not served.ws.unacked(), 8, "the ack after the cut")
    assert [event["ts"] for event in app.events("message")] == [ts]


def test_a_raw_payload_is_delivered_as_it_is(served: Served, bolt: MakeBolt) -> None:
    app = bolt().connect()
    payload = {"type": "event_callback", "event_id": "EvBAD", "event": {"type": "message", "channel": None}}
    envelope = served.ws.send_raw("events_api", payload)
    served.ws.wait_for(lambda: envelope.acks, 3, "the ack of the odd payload")
    assert app.events("message")[0]["channel"] is None
