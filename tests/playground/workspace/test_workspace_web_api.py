"""The Web API through the real SDK: tokens, scopes, membership, blocks, limits."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground.workspace import AppSeed
from tests.playground.workspace.workspace_place import Serve, Served

SOLAR = "C07SOLAR"


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**fields: object) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": "Go"}, **fields}


def test_who_one_is_follows_from_the_token(served: Served) -> None:
    app = served.ws.seed.app
    answer = served.client().auth_test()
    assert (answer["user_id"], answer["bot_id"]) == (app.bot_user_id, app.bot_id)
    assert "chat:write" in answer.headers["x-oauth-scopes"]
    assert served.refused(lambda: served.client("xoxb-somebody-else").auth_test()) == "invalid_auth"
    assert served.refused(lambda: WebClient(base_url=served.ws.api_url).auth_test()) == "not_authed"
    assert served.refused(lambda: served.client(app.app_token).auth_test()) == "not_allowed_token_type"
    assert served.refused(lambda: served.client().apps_connections_open(app_token=app.bot_token)) == (
        "not_allowed_token_type"
    )


def test_a_missing_scope_is_named(serve: Serve) -> None:
    served = serve(AppSeed(scopes=("chat:write", "channels:read")))
    with pytest.raises(SlackApiError) as caught:
        served.client().users_info(user="U01ADA")
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "users:read"
    assert caught.value.response["provided"] == "chat:write,channels:read"
    assert served.refused(lambda: served.client().conversations_history(channel=SOLAR)) == "missing_scope"


def test_an_unknown_method_is_refused(served: Served) -> None:
    assert served.refused(lambda: served.client().api_call("chat.shout")) == "unknown_method"


def test_membership_rules_what_the_bot_may_do(served: Served) -> None:
    client = served.client()
    assert served.refused(lambda: client.chat_postMessage(channel="C08QUIET", text="hi")) == "not_in_channel"
    assert served.refused(lambda: client.chat_postMessage(channel="C09SECRET", text="hi")) == "channel_not_found"
    assert served.refused(lambda: client.conversations_info(channel="C09SECRET")) == "channel_not_found"
    assert served.refused(lambda: client.conversations_history(channel="C08QUIET")) == "not_in_channel"
    client.conversations_join(channel="C08QUIET")
    assert client.chat_postMessage(channel="C08QUIET", text="hi")["ok"]
    served.ws.invite("U01ADA", "C09SECRET", served.ws.seed.app.bot_user_id)
    assert client.conversations_info(channel="C09SECRET")["channel"]["is_private"] is True


def test_people_are_described_with_what_authority_needs(served: Served) -> None:
    guest = served.client().users_info(user="U03GUS")["user"]
    stranger = served.client().users_info(user="U04EVE")["user"]
    assert (guest["is_restricted"], guest["is_ultra_restricted"], guest["is_bot"], guest["deleted"]) == (
        True,
        False,
        False,
        False,
    )
    assert (stranger["team_id"], stranger["is_stranger"]) == ("T09OTHER", True)
    assert served.client().users_lookupByEmail(email="ADA@acme.example")["user"]["id"] == "U01ADA"
    assert served.refused(lambda: served.client().users_info(user="U99NOBODY")) == "user_not_found"


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([{"type": "shout"}], "unsupported type: shout [json-pointer:/blocks/0/type]"),
        ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([{"type": "divider", "block_id": "a"}] * 2, "`block_id` a already exists [json-pointer:/blocks/1/block_id]"),
        (
            [{"type": "actions", "elements": [button(action_id="a"), button(action_id="a")]}],
            "`action_id` a already exists in this block [json-pointer:/blocks/0]",
        ),
        (
            [{"type": "actions", "elements": [button(value="x" * 2001)]}],
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
            "must be one of: plain_text [json-pointer:/blocks/0/text/type]",
        ),
        (
            [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}],
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        (
            [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            [{"type": "rich_text", "elements": [{"type": "rich_text_song", "elements": []}]}],
            "unsupported type: rich_text_song [json-pointer:/blocks/0/elements/0/type]",
        ),
        (
            [{"type": "markdown", "text": "x" * 7000}, {"type": "markdown", "text": "x" * 6000}],
            "markdown blocks must have less than 12001 characters together [json-pointer:/blocks]",
        ),
    ],
)
def test_bad_blocks_are_refused_with_the_place_of_the_fault(
    served: Served, blocks: list[dict[str, Any]], complaint: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        served.client().chat_postMessage(channel=SOLAR, text="x", blocks=blocks)
    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["errors"] == [complaint]
    assert served.client().api_call("blocks.validate", json={"blocks": [{"type": "divider"}]})["ok"]
    assert served.refused(lambda: served.client().api_call("blocks.validate", json={"blocks": blocks})) == (
        "invalid_blocks"
    )
    assert served.ws.messages(SOLAR) == []


def test_a_message_is_refused_when_it_is_too_much_or_nothing(served: Served) -> None:
    client = served.client()
    much = [section("x" * 2900) for _ in range(5)]
    assert served.refused(lambda: client.chat_postMessage(channel=SOLAR, text="x", blocks=much)) == (
        "msg_blocks_too_long"
    )
    assert served.refused(lambda: client.chat_postMessage(channel=SOLAR, text="")) == "no_text"
    assert served.refused(lambda: client.chat_postMessage(channel=SOLAR, text="x" * 40_001)) == "msg_too_long"
    assert served.refused(lambda: client.chat_postMessage(channel=SOLAR, text="x", thread_ts="1.000001")) == (
        "thread_not_found"
    )


def test_only_ones_own_messages_can_be_changed(served: Served) -> None:
    client = served.client()
    theirs = served.ws.say("U01ADA", SOLAR, "mine")
    assert served.refused(lambda: client.chat_update(channel=SOLAR, ts=theirs, text="x")) == "cant_update_message"
    assert served.refused(lambda: client.chat_delete(channel=SOLAR, ts=theirs)) == "cant_delete_message"
    assert served.refused(lambda: client.chat_update(channel=SOLAR, ts="1.000001", text="x")) == "message_not_found"
    own = client.chat_postMessage(channel=SOLAR, text="x", blocks=[section("x")])["ts"]
    client.chat_update(channel=SOLAR, ts=own, text="y")
    assert (served.ws.message(SOLAR, own).text, served.ws.message(SOLAR, own).blocks) == ("y", [])
    client.chat_delete(channel=SOLAR, ts=own)
    assert [m.ts for m in served.ws.messages(SOLAR)] == [theirs]


def test_metadata_is_found_again_by_history_and_replies(served: Served) -> None:
    client = served.client()
    metadata = {"event_type": "signalbox_post", "event_payload": {"report": "r1", "purpose": "card"}}
    root = client.chat_postMessage(channel=SOLAR, text="card", metadata=metadata)["ts"]
    client.chat_postMessage(channel=SOLAR, text="plan", thread_ts=root, metadata=metadata)
    history = client.conversations_history(channel=SOLAR, include_all_metadata=True)["messages"]
    replies = client.conversations_replies(channel=SOLAR, ts=root, include_all_metadata=True)["messages"]
    assert [m["metadata"] for m in history] == [metadata]
    assert [(m["text"], m["metadata"]) for m in replies] == [("card", metadata), ("plan", metadata)]
    assert "metadata" not in client.conversations_history(channel=SOLAR)["messages"][0]
    assert served.refused(
        lambda: client.chat_postMessage(channel=SOLAR, text="x", metadata={"event_type": "x", "event_payload": "no"})
    ) == ("invalid_metadata_format")


def test_history_is_newest_first_in_pages_and_within_bounds(served: Served) -> None:
    client = served.client()
    stamps = [served.ws.say("U01ADA", SOLAR, f"word {n}") for n in range(5)]
    pages = client.conversations_history(channel=SOLAR, limit=2)
    assert [m["ts"] for page in pages for m in page["messages"]] == stamps[::-1]
    bounded = client.conversations_history(channel=SOLAR, oldest=stamps[1], latest=stamps[3])
    assert [m["ts"] for m in bounded["messages"]] == [stamps[2]]
    inclusive = client.conversations_history(channel=SOLAR, oldest=stamps[1], latest=stamps[3], inclusive=True)
    assert [m["ts"] for m in inclusive["messages"]] == stamps[3:0:-1]
    assert served.refused(lambda: client.conversations_history(channel=SOLAR, cursor="%%%")) == "invalid_cursor"


def test_a_reaction_is_put_once_and_taken_once(served: Served) -> None:
    client = served.client()
    ts = served.ws.say("U01ADA", SOLAR, "root")
    client.reactions_add(channel=SOLAR, timestamp=ts, name="eyes")
    assert served.refused(lambda: client.reactions_add(channel=SOLAR, timestamp=ts, name="eyes")) == "already_reacted"
    assert served.ws.reactions(SOLAR, ts) == {"eyes": [served.ws.seed.app.bot_user_id]}
    assert client.reactions_get(channel=SOLAR, timestamp=ts)["message"]["reactions"][0]["count"] == 1
    client.reactions_remove(channel=SOLAR, timestamp=ts, name="eyes")
    assert served.refused(lambda: client.reactions_remove(channel=SOLAR, timestamp=ts, name="eyes")) == "no_reaction"


def test_an_ephemeral_is_seen_by_one_and_kept_nowhere(served: Served) -> None:
    client = served.client()
    client.chat_postEphemeral(channel=SOLAR, user="U01ADA", text="only you")
    assert [e.text for e in served.ws.ephemerals("U01ADA")] == ["only you"]
    assert served.ws.ephemerals("U02BOB") == []
    assert client.conversations_history(channel=SOLAR)["messages"] == []
    assert served.refused(lambda: client.chat_postEphemeral(channel=SOLAR, user="U03GUS", text="x")) == (
        "user_not_in_channel"
    )


def test_a_channel_takes_a_burst_of_posts_then_one_a_second(served: Served) -> None:
    client = served.client()
    for _ in range(5):
        client.chat_postMessage(channel=SOLAR, text="burst")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=SOLAR, text="one too many")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    assert client.chat_postMessage(channel="C10SHARED", text="elsewhere")["ok"]
    served.ws.advance_clock(1.1)
    assert client.chat_postMessage(channel=SOLAR, text="now")["ok"]
    assert served.ws.posts_by_bot() == 7


def test_an_upload_goes_through_its_three_steps_and_shows_in_the_thread(served: Served) -> None:
    root = served.ws.say("U01ADA", SOLAR, "root")
    served.client().files_upload_v2(
        channel=SOLAR, thread_ts=root, filename="log.txt", content="it failed", title="The log", initial_comment="see"
    )
    message = served.ws.thread(SOLAR, root)[1]
    assert (message.text, message.subtype) == ("see", "file_share")
    assert served.ws.file(message.files[0]) == b"it failed"


def test_a_direct_conversation_opens_and_takes_a_post(served: Served) -> None:
    client = served.client()
    channel = client.conversations_open(users="U01ADA")["channel"]["id"]
    assert client.chat_postMessage(channel="U01ADA", text="psst")["channel"] == channel
    assert [m.text for m in served.ws.messages(channel)] == ["psst"]


def test_lists_come_in_pages_and_hide_what_is_private(served: Served) -> None:
    pages = served.client().conversations_list(types="public_channel,private_channel", limit=2)
    assert [c["id"] for page in pages for c in page["channels"]] == [SOLAR, "C08QUIET", "C10SHARED"]
    mine = served.client().users_conversations(types="public_channel")["channels"]
    assert [c["id"] for c in mine] == [SOLAR, "C10SHARED"]


def test_a_permalink_leads_to_the_page_and_names_the_thread(served: Served) -> None:
    root = served.ws.say("U01ADA", SOLAR, "root", ts="1795157642.118209")
    reply = served.ws.say("U01ADA", SOLAR, "reply", root)
    link = served.client().chat_getPermalink(channel=SOLAR, message_ts=root)["permalink"]
    assert link == f"{served.ws.api_url.removesuffix('/api/')}/archives/{SOLAR}/p1795157642118209"
    assert (
        served.client()
        .chat_getPermalink(channel=SOLAR, message_ts=reply)["permalink"]
        .endswith(f"?thread_ts={root}&cid={SOLAR}")
    )
