"""Threads, files, reactions and shared channels, as Slack tells an app of them."""

from __future__ import annotations

from typing import Any

import pytest

from playground.workspace import PersonCannot
from tests.playground.workspace.workspace_place import Served

SOLAR, SHARED = "C07SOLAR", "C10SHARED"


def told(served: Served, kind: str) -> list[dict[str, Any]]:
    """The events of a type that were sent to the app, or wait for its connection."""
    return [each.payload["event"] for each in served.ws.envelopes("events_api") if each.label == kind]


def test_a_reply_that_is_also_sent_to_the_channel_carries_its_root(served: Served) -> None:
    root = served.ws.say("U01ADA", SOLAR, "root")
    reply = served.ws.say("U02BOB", SOLAR, "reply", root, broadcast=True)
    (event,) = told(served, "message.thread_broadcast")

    assert (event["ts"], event["thread_ts"], event["root"]["ts"]) == (reply, root, root)
    assert event["parent_user_id"] == "U01ADA"
    assert [each.ts for each in served.ws.messages(SOLAR)] == [root, reply]
    with pytest.raises(PersonCannot, match="only a reply"):
        served.ws.say("U02BOB", SOLAR, "no reply", broadcast=True)


def test_a_deleted_root_is_told_as_a_change_and_its_last_reply_takes_the_tombstone_along(served: Served) -> None:
    root = served.ws.say("U01ADA", SOLAR, "root")
    reply = served.ws.say("U02BOB", SOLAR, "reply", root)
    served.ws.delete("U01ADA", SOLAR, root)
    (changed,) = told(served, "message.message_changed")
    assert (changed["message"]["subtype"], changed["message"]["ts"]) == ("tombstone", root)
    assert changed["previous_message"]["text"] == "root"
    assert told(served, "message.message_deleted") == []

    served.ws.delete("U02BOB", SOLAR, reply)
    assert [each["deleted_ts"] for each in told(served, "message.message_deleted")] == [reply, root]
    assert served.ws.messages(SOLAR) == []


def test_a_preview_of_a_link_is_a_change_without_an_edit(served: Served) -> None:
    ts = served.ws.say("U01ADA", SOLAR, "https://x.example")
    served.ws.unfurl(SOLAR, ts, "https://x.example", "A page")
    (changed,) = told(served, "message.message_changed")

    assert "edited" not in changed["message"]
    assert changed["message"]["text"] == changed["previous_message"]["text"]
    assert changed["message"]["attachments"][0]["from_url"] == "https://x.example"


def test_a_snippet_is_previewed_and_another_file_is_only_named(served: Served) -> None:
    served.ws.share("U01ADA", SOLAR, "run.log", b"one\ntwo\nthree\nfour\nfive\nsix", text="look", snippet=True)
    served.ws.share("U01ADA", SOLAR, "screen.png", b"\x89PNG")
    snippet, image = (event["files"][0] for event in told(served, "message.file_share"))

    assert (snippet["mode"], snippet["preview"], snippet["lines_more"]) == ("snippet", "one\ntwo\nthree\nfour\nfive", 1)
    assert (image["mode"], image["mimetype"]) == ("hosted", "image/png")
    assert "preview" not in image


def test_in_a_shared_channel_files_are_not_told_and_strangers_are_named(served: Served) -> None:
    served.ws.share("U04EVE", SHARED, "run.log", b"one", snippet=True)
    (envelope,) = [each for each in served.ws.envelopes("events_api") if each.label == "message.file_share"]

    assert envelope.payload["is_ext_shared_channel"] is True
    assert envelope.payload["event"]["user_team"] == "T09OTHER"
    assert envelope.payload["event"]["files"] == [
        {"id": envelope.payload["event"]["files"][0]["id"], "mode": "file_access", "file_access": "check_file_info"}
    ]


def test_the_replies_of_a_reply_are_the_reply_alone(served: Served) -> None:
    root = served.ws.say("U01ADA", SOLAR, "root")
    reply = served.ws.say("U02BOB", SOLAR, "reply", root)
    client = served.client()

    assert [each["ts"] for each in client.conversations_replies(channel=SOLAR, ts=root)["messages"]] == [root, reply]
    alone = client.conversations_replies(channel=SOLAR, ts=reply)["messages"]
    assert [(each["ts"], each["thread_ts"]) for each in alone] == [(reply, root)]


def test_a_reaction_tells_of_the_message_by_its_place_only(served: Served) -> None:
    ts = served.ws.say("U01ADA", SOLAR, "root")
    served.ws.react("U02BOB", SOLAR, ts, "mag")
    served.ws.unreact("U02BOB", SOLAR, ts, "mag")
    (added,), (removed,) = told(served, "reaction_added"), told(served, "reaction_removed")

    assert added["item"] == removed["item"] == {"type": "message", "channel": SOLAR, "ts": ts}
    assert (added["user"], added["item_user"], added["reaction"]) == ("U02BOB", "U01ADA", "mag")
    assert "text" not in added
