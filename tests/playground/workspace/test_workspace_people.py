"""What people do with the app: commands, buttons, shortcuts, modals, Home; and what Slack does not let them do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from playground.workspace import PersonCannot
from tests.playground.workspace.workspace_place import MakeBolt, Served

SOLAR = "C07SOLAR"
CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "A *plan*"}},
    {
        "type": "actions",
        "block_id": "decide",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "value": "plan-7",
                "style": "primary",
                "text": {"type": "plain_text", "text": "Approve"},
            },
            {
                "type": "button",
                "action_id": "theirs",
                "visible_to_user_ids": ["U02BOB"],
                "text": {"type": "plain_text", "text": "Only Bob"},
            },
        ],
    },
]
MODAL = {
    "type": "modal",
    "callback_id": "why",
    "title": {"type": "plain_text", "text": "Why?"},
    "submit": {"type": "plain_text", "text": "Say"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


def test_a_button_goes_round_and_the_message_is_updated(served: Served, bolt: MakeBolt) -> None:
    app = bolt()

    @app.app.action("approve")
    def approve(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text=f"{body['user']['id']} approved {body['actions'][0]['value']}",
        )

    app.connect()
    ts = served.client().chat_postMessage(channel=SOLAR, text="plan", blocks=CARD)["ts"]
    assert served.ws.click("U01ADA", SOLAR, ts, "approve").acked
    served.ws.wait_for(lambda: served.ws.message(SOLAR, ts).text == "U01ADA approved plan-7", 3, "the update")
    assert served.ws.message(SOLAR, ts).blocks == []


def test_a_click_on_what_is_not_there_or_not_for_one_says_so(served: Served, bolt: MakeBolt) -> None:
    bolt().connect()
    ts = served.client().chat_postMessage(channel=SOLAR, text="plan", blocks=CARD)["ts"]
    with pytest.raises(PersonCannot, match="it has: approve, theirs"):
        served.ws.click("U01ADA", SOLAR, ts, "merge")
    with pytest.raises(PersonCannot, match="shown to U02BOB only"):
        served.ws.click("U01ADA", SOLAR, ts, "theirs")
    with pytest.raises(PersonCannot, match="there is no message"):
        served.ws.click("U01ADA", SOLAR, "1.000001", "approve")


def test_a_click_while_the_app_is_away_is_lost_as_in_slack(served: Served) -> None:
    ts = served.client().chat_postMessage(channel=SOLAR, text="plan", blocks=CARD)["ts"]
    with pytest.raises(PersonCannot, match="not connected"):
        served.ws.click("U01ADA", SOLAR, ts, "approve")


def test_a_command_is_answered_to_its_sender_only(served: Served, bolt: MakeBolt) -> None:
    app = bolt()
    app.app.command("/investigate")(lambda ack, body: ack(f"looking into {body['text']}"))
    app.connect()
    answer = served.ws.command("U01ADA", SOLAR, "/investigate", "the blank wall")
    assert (answer.acked, answer.text, answer.in_channel) == (True, "looking into the blank wall", False)
    assert [each.text for each in served.ws.ephemerals("U01ADA")] == ["looking into the blank wall"]
    assert served.ws.ephemerals("U02BOB") == []
    assert served.ws.messages(SOLAR) == []


def test_a_command_nobody_acknowledges_times_out(served: Served, bolt: MakeBolt) -> None:
    bolt().connect()
    answer = served.ws.command("U01ADA", SOLAR, "/silent")
    assert (answer.acked, answer.error) == (False, "operation_timeout")


def test_commands_are_refused_in_threads_and_when_unknown(served: Served, bolt: MakeBolt) -> None:
    bolt().connect()
    ts = served.ws.say("U01ADA", SOLAR, "root")
    with pytest.raises(PersonCannot, match="not supported in threads"):
        served.ws.command("U01ADA", SOLAR, "/investigate", thread_ts=ts)
    with pytest.raises(PersonCannot, match="not a valid command"):
        served.ws.command("U01ADA", SOLAR, "/unknown")


def test_a_response_url_works_five_times_and_for_half_an_hour(served: Served, bolt: MakeBolt) -> None:
    app = bolt()
    answers: list[Respond] = []

    @app.app.command("/investigate")
    def investigate(ack: Ack, respond: Respond) -> None:
        ack()
        answers.append(respond)

    app.connect()
    served.ws.command("U01ADA", SOLAR, "/investigate")
    served.ws.wait_for(lambda: answers, 3, "the listener")
    assert [answers[0](f"word {n}").status_code for n in range(6)] == [200] * 5 + [404]
    assert len(served.ws.ephemerals("U01ADA")) == 5
    served.ws.command("U01ADA", SOLAR, "/investigate")
    served.ws.wait_for(lambda: len(answers) == 2, 3, "the second listener")
    served.ws.advance_clock(1801)
    assert answers[1]("too late").status_code == 404


def test_a_message_shortcut_carries_the_message_also_of_a_thread(served: Served, bolt: MakeBolt) -> None:
    app = bolt()
    app.app.shortcut("investigate_message")(lambda ack: ack())
    app.connect()
    root = served.ws.say("U01ADA", SOLAR, "root")
    reply = served.ws.say("U02BOB", SOLAR, "reply", root)
    assert served.ws.shortcut("U01ADA", SOLAR, reply, "investigate_message").acked
    (payload,) = (seen for seen in app.seen if seen.get("type") == "message_action")
    assert (payload["message"]["ts"], payload["message"]["thread_ts"]) == (reply, root)


def test_a_trigger_opens_one_modal_and_dies_after_three_seconds(served: Served, bolt: MakeBolt) -> None:
    app = bolt()
    app.app.command(re.compile("/.*"))(lambda ack: ack())
    app.connect()
    client = served.client()
    served.ws.command("U01ADA", SOLAR, "/investigate")
    trigger = app.seen[-1]["trigger_id"]
    client.views_open(trigger_id=trigger, view=MODAL)
    assert served.refused(lambda: client.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    served.ws.command("U01ADA", SOLAR, "/investigate")
    served.ws.advance_clock(3.5)
    late = app.seen[-1]["trigger_id"]
    assert served.refused(lambda: client.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"


def test_a_modal_stays_open_on_errors_and_closes_when_they_are_gone(served: Served, bolt: MakeBolt) -> None:
    app = bolt()
    app.app.command("/investigate")(
        lambda ack, client, body: (ack(), client.views_open(trigger_id=body["trigger_id"], view=MODAL))
    )

    @app.app.view("why")
    def submitted(ack: Ack, view: dict[str, Any]) -> None:
        said = view["state"]["values"]["reason"]["text"]["value"]
        if len(said) < 5:
            ack(response_action="errors", errors={"reason": "say more"})
        else:
            ack()

    app.connect()
    served.ws.command("U01ADA", SOLAR, "/investigate")
    view = served.ws.wait_for(lambda: served.ws.modal("U01ADA"), 3, "the modal")
    assert view is not None
    with pytest.raises(PersonCannot, match="must be filled in"):
        served.ws.submit("U01ADA", view.id, {})
    assert served.ws.submit("U01ADA", view.id, {"reason": {"text": "no"}}).errors == {"reason": "say more"}
    assert served.ws.modal("U01ADA") is not None
    assert served.ws.submit("U01ADA", view.id, {"reason": {"text": "because"}}).errors == {}
    assert served.ws.modal("U01ADA") is None


def test_the_home_tab_is_published_and_its_buttons_work(served: Served, bolt: MakeBolt) -> None:
    app = bolt()
    pressed: list[str] = []
    app.app.event("app_home_opened")(
        lambda event, client: client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD})
    )

    @app.app.action("approve")
    def approve(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        pressed.append(body["view"]["type"])

    app.connect()
    served.ws.open_home("U01ADA")
    served.ws.wait_for(lambda: served.ws.home("U01ADA"), 3, "the Home tab")
    assert served.ws.home("U02BOB") is None
    assert served.ws.click_home("U01ADA", "approve").acked
    served.ws.wait_for(lambda: pressed == ["home"], 3, "the press")


def test_people_cannot_do_what_slack_would_not_let_them(served: Served) -> None:
    ts = served.ws.say("U01ADA", SOLAR, "mine")
    served.ws.react("U01ADA", SOLAR, ts, "eyes")
    attempts: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: served.ws.edit("U02BOB", SOLAR, ts, "yours"), "did not write"),
        (lambda: served.ws.say("U02BOB", "C09SECRET", "let me in"), "cannot see"),
        (lambda: served.ws.say("U03GUS", SOLAR, "hi"), "cannot see"),
        (lambda: served.ws.say("U01ADA", SOLAR, "reply", "1.000001"), "no message that starts a thread"),
        (lambda: served.ws.say("U01ADA", SOLAR, " "), "needs some text"),
        (lambda: served.ws.say("U07SIGNAL", SOLAR, "I am the bot"), "not as a person"),
        (lambda: served.ws.react("U01ADA", SOLAR, ts, "eyes"), "already"),
    )
    for attempt, reason in attempts:
        with pytest.raises(PersonCannot, match=reason):
            attempt()


def test_text_is_stored_as_slacks_client_stores_it(served: Served) -> None:
    ts = served.ws.say("U01ADA", SOLAR, "a < b && <b>x</b> `if a < b` https://x.example/?a=1&b=2. <@U02BOB>")
    assert served.ws.message(SOLAR, ts).text == (
        "a &lt; b &amp;&amp; &lt;b&gt;x&lt;/b&gt; `if a &lt; b` <https://x.example/?a=1&amp;b=2>. <@U02BOB>"
    )


def test_a_message_may_have_a_ts_of_its_own_and_later_ones_are_greater(served: Served) -> None:
    ts = served.ws.say("U01ADA", SOLAR, "known", ts="1999999999.118209")
    assert (ts, served.ws.say("U01ADA", SOLAR, "next") > ts) == ("1999999999.118209", True)
    with pytest.raises(ValueError, match="no message ts"):
        served.ws.say("U01ADA", SOLAR, "odd", ts="yesterday")


def test_a_deleted_root_leaves_a_tombstone_over_its_replies(served: Served) -> None:
    root = served.ws.say("U01ADA", SOLAR, "root")
    served.ws.say("U02BOB", SOLAR, "reply", root)
    served.ws.delete("U01ADA", SOLAR, root)
    assert [(m.subtype, m.text) for m in served.ws.thread(SOLAR, root)] == [
        ("tombstone", "This message was deleted."),
        (None, "reply"),
    ]
