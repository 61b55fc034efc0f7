"""What people do in Slack, through a real Bolt app, and what comes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt import BoltRequest

from bot.listeners.events import deal_with
from bot.listeners.payload import Press, Typed
from bot.sources.slack import SlackEvent, words_of
from playground.faults import Fault, Kind, Moment
from storage.judgments import Question
from storage.records import Decision
from storage.status import SignalStatus, Status, Visibility
from tests.bot.workplace import (
    ADA,
    ALERTS,
    BOB,
    ELSEWHERE,
    EVE,
    GUS,
    QUIET,
    SECRET,
    SHARED,
    SOLAR,
    TEAM,
    Workplace,
    labels,
    manifest,
)
from tests.factories import a_held_signal, a_report

TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"


def bodies(place: Workplace) -> list[str]:
    found = [place.store.signals.get(number) for number in range(1, place.store.signals.counts().total + 1)]
    return [signal.body for signal in found]


# ── messages ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_of_a_watched_channel_becomes_a_signal(place: Workplace) -> None:
    ts = place.says(BOB, "the export fails for jane@example.com &amp; me, see <https://acme.example/x|the page>")

    signal = place.store.signals.get(1)
    assert signal.external_id == f"{SOLAR}/{ts}"
    assert signal.body.startswith("the export fails for <email:")
    assert signal.body.endswith("& me, see the page (https://acme.example/x)")
    assert signal.url == place.workspace.permalink(SOLAR, ts)
    assert (signal.author, signal.channel, signal.thread_ts) == (BOB, SOLAR, ts)
    assert place.told.signals == [1]


def test_what_was_typed_is_what_is_read(place: Workplace) -> None:
    typed = "metric(0) < 1 && x > 2, see https://acme.example/a?b=1&c=2 :sob:"
    ts = place.workspace.say(BOB, SOLAR, typed)

    assert words_of(place.workspace.message(SOLAR, ts).text) == typed


def test_the_same_event_twice_is_one_signal_and_one_delivery_more(place: Workplace) -> None:
    ts = place.says(BOB, "the export fails", event_id="Ev7")
    event = {"type": "message", "channel": SOLAR, "user": BOB, "text": "the export fails", "ts": ts}
    assert place.event(event, "Ev7").status == 200
    place.settles()

    assert place.store.signals.counts().total == 1
    assert place.told.signals == [1]
    kept = place.store.inbox.get("Ev7")
    assert kept is not None
    assert kept.deliveries == 2
    assert kept.done_at is not None


def test_a_message_elsewhere_is_not_kept_as_a_signal(place: Workplace) -> None:
    place.says(BOB, "the export fails", ELSEWHERE)
    place.says(ADA, "the export fails", SHARED, is_nothing=True)
    place.event({"type": "message", "channel": SHARED, "user": EVE, "text": "x", "ts": "1700000000.1"},
                is_ext_shared_channel=True)  # fmt: skip
    place.settles()

    assert place.store.signals.counts().total == 1  # SHARED is watched, and its second event says that it is shared


def test_a_reply_in_a_thread_is_no_signal_of_its_own(place: Workplace) -> None:
    root = place.says(BOB, "the export fails")
    place.says(ADA, "for me too", thread_ts=root)
    place.says(ADA, "for me too", thread_ts=root, subtype="thread_broadcast")

    assert bodies(place) == ["the export fails"]


def test_an_edit_changes_the_signal_and_an_unfurled_link_does_not(place: Workplace) -> None:
    ts = place.says(BOB, "the export fails")
    edit = {"type": "message", "subtype": "message_changed", "channel": SOLAR, "ts": "1700000001.1"}
    place.event(
        {**edit, "message": {"type": "message", "user": BOB, "ts": ts, "text": "the export fails", "attachments": [{}]}}
    )
    place.settles()
    assert place.store.signals.get(1).revision == 1
    assert place.store.signals.get(1).deliveries == 1

    place.event({**edit, "message": {"type": "message", "user": BOB, "ts": ts, "text": "the import fails"}})
    place.settles()
    assert place.store.signals.get(1).body == "the import fails"
    assert place.store.signals.get(1).revision == 2
    assert place.told.signals == [1, 1]


def test_a_deletion_erases_the_signal(place: Workplace) -> None:
    ts = place.says(BOB, "the export fails")
    gone = {"type": "message", "subtype": "message_deleted", "channel": SOLAR, "deleted_ts": ts, "ts": "1700000001.1",
            "previous_message": {"ts": ts, "text": "the export fails"}}  # fmt: skip
    place.event(gone)
    place.settles()

    assert place.store.signals.get(1).status is SignalStatus.ERASED
    assert place.store.signals.get(1).body == ""


def test_bots_are_heard_by_the_allow_list_only_and_by_their_attachments(place: Workplace) -> None:
    event = {"type": "message", "subtype": "bot_message", "channel": SOLAR, "text": ""}
    alert = [{"title": "DiskFull", "text": "eu-3 has no room"}]
    place.event({**event, "bot_id": "B99OTHER", "ts": "1700000001.1", "text": "noise"})
    place.event({**event, "bot_id": ALERTS, "ts": "1700000002.1", "attachments": alert})
    place.event({**event, "bot_id": place.workspace.seed.app.bot_id, "ts": "1700000003.1", "text": "a card"})
    place.event({"type": "message", "channel": SOLAR, "user": place.bot, "ts": "1700000004.1", "text": "a card"})
    place.settles()

    assert bodies(place) == ["DiskFull\neu-3 has no room"]


def test_joins_and_other_notices_are_no_signals(place: Workplace) -> None:
    for number, subtype in enumerate(("channel_join", "channel_topic", "channel_purpose", "reminder_add")):
        place.says(BOB, "has joined the channel", event_id=f"Ev{subtype}{number}", subtype=subtype)

    assert place.store.signals.counts().total == 0


def test_what_is_said_in_a_private_channel_is_private_whatever_the_policy_says(place: Workplace) -> None:
    place.says(ADA, "the export fails", SECRET)
    place.says(BOB, "the export fails", SOLAR, channel_type="group")

    assert {place.store.signals.get(number).visibility for number in (1, 2)} == {Visibility.PRIVATE}


def test_an_event_is_kept_redacted(place: Workplace) -> None:
    event = {"type": "message", "channel": ELSEWHERE, "user": BOB, "text": f"token {TOKEN}",
             "ts": "1700000000.1", "blocks": [{"secret": TOKEN}]}  # fmt: skip
    kept: list[str] = []
    receive = place.store.inbox.receive

    class Inbox:
        def receive(self, event_id: str, kind: str, body: dict[str, object]) -> bool:
            kept.append(json.dumps(body))
            return receive(event_id, kind, body)

        def __getattr__(self, name: str) -> Any:
            return getattr(type(place.store.inbox), name).__get__(original)

    original = place.store.inbox
    place.store.inbox = Inbox()  # type: ignore[assignment]
    place.event(event)
    place.settles()
    place.store.inbox = original

    assert len(kept) == 1
    assert "ghp_0123" not in kept[0]


# ── mentions ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_mention_where_we_do_not_listen_asks_for_an_investigation(place: Workplace) -> None:
    ts = place.workspace.say(BOB, ELSEWHERE, f"<@{place.bot}> the export fails")
    place.event(
        {"type": "app_mention", "channel": ELSEWHERE, "user": BOB, "text": f"<@{place.bot}> the export fails", "ts": ts}
    )
    place.settles()

    assert place.store.signals.get(1).asked_by == BOB


def test_a_mention_in_a_watched_channel_gives_two_events_and_one_signal(place: Workplace) -> None:
    words = f"<@{place.bot}> the export fails"
    ts = place.says(BOB, words)
    place.event({"type": "app_mention", "channel": SOLAR, "user": BOB, "text": words, "ts": ts})
    place.settles()

    assert place.store.signals.counts().total == 1
    assert place.store.signals.get(1).asked_by == BOB
    assert place.store.signals.get(1).deliveries == 1


def test_a_mention_without_words_is_told_what_to_say(place: Workplace) -> None:
    ts = place.workspace.say(BOB, ELSEWHERE, f"<@{place.bot}>")
    place.event({"type": "app_mention", "channel": ELSEWHERE, "user": BOB, "text": f"<@{place.bot}> ", "ts": ts})
    place.settles()

    assert place.store.signals.counts().total == 0
    assert "Say what is wrong" in place.whispers(BOB)[0]


def test_a_guest_who_mentions_us_is_refused_privately(place: Workplace) -> None:
    ts = place.workspace.say(GUS, ELSEWHERE, f"<@{place.bot}> the export fails")
    place.event(
        {"type": "app_mention", "channel": ELSEWHERE, "user": GUS, "text": f"<@{place.bot}> the export fails", "ts": ts}
    )
    place.settles()

    assert place.store.signals.counts().total == 0
    assert "Guests" in place.whispers(GUS)[0]


# ── threads and buttons ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_approver_approves_by_button(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    plan = next(each for each in place.draw(report.id or 0) if "Approve" in labels(each))
    place.presses(ADA, plan, "Approve")

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_FIX
    assert place.whispers(ADA) == ["Approved. I am writing the fix now."]


@pytest.mark.parametrize("user", [BOB, GUS])
def test_somebody_without_the_right_is_told_so_privately_and_nothing_happens(place: Workplace, user: str) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    plan = next(each for each in place.draw(report.id or 0) if "Approve" in labels(each))
    before = place.workspace.posts_by_bot()
    place.presses(user, plan, "Approve")

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert len(place.whispers(user)) == 1
    assert place.whispers(ADA) == []
    assert place.workspace.posts_by_bot() == before
    assert [each.decision for each in place.store.plans.approvals(report.id or 0)] == [Decision.REFUSED]


@pytest.mark.parametrize("user_fields", [{"team_id": "T09OTHER"}, {"team_id": None}, {"team_id": 7}])
def test_a_press_from_another_workspace_or_from_nowhere_is_refused(
    place: Workplace, user_fields: dict[str, object]
) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    plan = next(each for each in place.draw(report.id or 0) if "Approve" in labels(each))
    place.presses(ADA, plan, "Approve", **user_fields)

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert "another" in place.whispers(ADA)[0]


def test_nothing_is_decided_while_slack_does_not_say_who_it_is(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    plan = next(each for each in place.draw(report.id or 0) if "Approve" in labels(each))
    place.faults.plan(Fault("slack:users.info", Moment.RECEIPT, Kind.REFUSE, times=3, status=503))
    place.presses(ADA, plan, "Approve")

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert "did not tell me who you are" in place.whispers(ADA)[0]
    place.presses(ADA, plan, "Approve")
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_FIX


def test_a_stale_or_forged_button_changes_nothing_and_says_so(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    thread = place.draw(report.id or 0)
    forged = [
        '{"report_id": 1, "plan_revision": 1, "plan_hash": "00"}',
        '{"report_id": 99999, "plan_revision": 1, "plan_hash": ""}',
        '{"report_id": "1"}',
        '{"report_id": 1, "more": 2}',
        '{"report_id": 100000000000000000000000}',
        "not json",
        None,
    ]
    for value in forged:
        place.press(ADA, thread[0], "approve", value)

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert len(place.whispers(ADA)) == len(forged)
    assert all("replaced" in each or "out of date" in each for each in place.whispers(ADA))


def test_replies_in_the_thread_guide_and_decide(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.says(BOB, "I would use floats", thread_ts=root)
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert place.whispers(BOB) == []

    place.says(ADA, "go ahead", thread_ts=root)
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_FIX


def test_guidance_moves_the_report_back_and_is_acknowledged(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.says(ADA, "test it with 0 &lt; x too", thread_ts=root)

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_RESEARCH
    assert place.store.plans.approvals(report.id or 0)[0].words == "test it with 0 < x too"
    assert "revising" in place.whispers(ADA)[0]


def test_a_press_on_an_option_answers_the_question_it_stood_under(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_ANSWER, channel=SOLAR, repository="acme/app")
    report_id = report.id or 0
    place.store.plans.ask(report_id, Question(text="Which?", options=("left", "right")), "s1")
    asked = next(each for each in place.draw(report_id) if "right" in labels(each))
    place.press(ADA, asked, "answer:1", json.dumps({"report_id": report_id, "question_id": 99, "option": 1}))
    assert place.store.reports.get(report_id).status is Status.AWAITING_ANSWER

    place.presses(ADA, asked, "right")
    assert place.store.reports.get(report_id).status is Status.AWAITING_RESEARCH
    assert place.store.plans.approvals(report_id)[0].words == "right"
    drawn = next(each for each in place.draw(report_id) if "Which?" in each.text)
    assert labels(drawn) == []
    assert "right" in text_of_blocks(drawn.blocks)


def text_of_blocks(blocks: list[dict[str, Any]]) -> str:
    return json.dumps(blocks)


def test_a_held_signal_is_listed_and_restored_by_an_approver(place: Workplace) -> None:
    held = a_held_signal(place.store, channel=SOLAR, body="<!channel> obey me")
    secret = a_held_signal(place.store, channel=SECRET, visibility=Visibility.PRIVATE, body="a private thing")
    answer = json.loads(place.types(BOB, "/signalbox", "held").body)
    assert "obey me" in json.dumps(answer["blocks"])
    assert "a private thing" not in json.dumps(answer["blocks"])

    message = a_message(place)
    value = json.dumps({"signal_id": held.id})
    place.press(BOB, message, f"restore:{held.id}", value)
    assert place.store.signals.get(held.id or 0).status is SignalStatus.HELD
    place.press(ADA, message, f"restore:{held.id}", value)
    assert place.store.signals.get(held.id or 0).status is SignalStatus.AWAITING_DIGEST
    assert place.told.signals == [held.id]
    assert place.store.signals.get(secret.id or 0).status is SignalStatus.HELD


def a_message(place: Workplace) -> Any:
    return place.workspace.message(SOLAR, place.workspace.say(BOB, SOLAR, "hello"))


# ── commands and shortcuts ──────────────────────────────────────────────────────────────────────────────────────


def test_investigate_opens_a_signal_at_once_and_says_so(place: Workplace) -> None:
    answer = place.types(BOB, "/investigate", "the export of <https://acme.example/x> fails", ELSEWHERE)

    assert "On it" in answer.body
    signal = place.store.signals.get(1)
    assert (signal.asked_by, signal.channel) == (BOB, ELSEWHERE)
    assert signal.body == "the export of https://acme.example/x fails"
    assert place.told.signals == [1]


@pytest.mark.parametrize(
    ("user", "text", "channel", "said"),
    [
        (BOB, "  ", SOLAR, "Say what is wrong"),
        (GUS, "it fails", SOLAR, "Guests"),
        (EVE, "it fails", SOLAR, "another one"),
        ("U99GHOST", "it fails", SOLAR, "another one"),
        (BOB, "it fails", QUIET, "/invite"),
        (BOB, "it fails", "C99NOWHERE", "/invite"),
        (ADA, "it fails", SHARED, "shared with another workspace"),
    ],
)
def test_what_cannot_be_investigated_is_answered_with_why(
    place: Workplace, user: str, text: str, channel: str, said: str
) -> None:
    assert said in place.types(user, "/investigate", text, channel).body
    assert place.store.signals.counts().total == 0


def test_pause_and_resume_are_for_approvers(place: Workplace) -> None:
    assert "may not" in place.types(BOB, "/signalbox", "pause").body
    assert not place.store.switches.on("paused")
    assert "Paused" in place.types(ADA, "/signalbox", "pause").body
    assert place.store.switches.on("paused")
    assert "already" in place.types(ADA, "/signalbox", "pause").body
    assert "Paused" in place.types(BOB, "/signalbox", "status").body
    assert "Resumed" in place.types(ADA, "/signalbox", "resume").body
    assert not place.store.switches.on("paused")


@pytest.mark.parametrize("text", ["", "help", "nonsense", "status", "held"])
def test_every_word_after_signalbox_is_answered(place: Workplace, text: str) -> None:
    answer = place.types(BOB, "/signalbox", text)

    assert answer.status == 200
    assert json.loads(answer.body)["text"] if answer.body.startswith("{") else answer.body


def test_a_command_that_fails_is_answered_with_a_reference(place: Workplace) -> None:
    object.__setattr__(place.deps, "store", None)
    answer = place.types(BOB, "/signalbox", "status")

    assert answer.status == 200
    assert "the log has it under" in place.whispers(BOB)[0]


def shortcut(place: Workplace, user: str, channel: str, message: dict[str, Any]) -> None:
    body = {
        "type": "message_action",
        "callback_id": "investigate_message",
        "user": {"id": user, "team_id": TEAM},
        "team": {"id": TEAM},
        "channel": {"id": channel},
        "message_ts": message.get("ts"),
        "message": message,
        "trigger_id": "1.2",
    }
    assert place.dispatch(body).status == 200
    place.settles()


def test_the_shortcut_makes_any_message_a_signal_that_was_asked_for(place: Workplace) -> None:
    root = place.workspace.say(BOB, ELSEWHERE, "about the export")
    ts = place.workspace.say(BOB, ELSEWHERE, "it fails", root)
    shortcut(place, ADA, ELSEWHERE, {"type": "message", "user": BOB, "ts": ts, "thread_ts": root, "text": "it fails"})

    signal = place.store.signals.get(1)
    assert (signal.external_id, signal.thread_ts) == (f"{ELSEWHERE}/{ts}", root)
    assert (signal.author, signal.asked_by) == (BOB, ADA)
    assert "On it" in place.whispers(ADA)[0]


def test_the_shortcut_on_a_known_message_asks_for_the_same_signal(place: Workplace) -> None:
    ts = place.says(BOB, "it fails")
    shortcut(place, ADA, SOLAR, {"type": "message", "user": BOB, "ts": ts, "text": "it fails"})

    assert place.store.signals.counts().total == 1
    assert place.store.signals.get(1).asked_by == ADA


def test_the_shortcut_on_our_own_message_or_an_empty_one_is_declined(place: Workplace) -> None:
    shortcut(place, ADA, SOLAR, {"bot_id": place.workspace.seed.app.bot_id, "ts": "1700000000.1", "text": "a card"})
    shortcut(place, ADA, SOLAR, {"user": BOB, "ts": "1700000000.2", "text": ""})
    shortcut(place, ADA, SOLAR, {})

    assert place.store.signals.counts().total == 0
    assert len(place.whispers(ADA)) == 3


def test_the_home_tab_lists_open_public_reports(place: Workplace) -> None:
    public = a_report(place.store, channel=SOLAR, title="The export fails")
    a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE, title="A private thing")
    place.draw(public.id or 0)
    place.event({"type": "app_home_opened", "user": BOB, "tab": "home", "channel": "D1"})
    place.settles()

    home = place.workspace.home(BOB)
    assert home is not None
    shown = json.dumps(home.content["blocks"])
    assert "The export fails" in shown
    assert "A private thing" not in shown
    assert place.store.outbox.permalink(public.id or 0) in shown


# ── what must be acknowledged, and what must not ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "kind", ["team_join", "reaction_added", "member_joined_channel", "message", "", "\x00", 7, None]
)
def test_every_event_is_acknowledged_however_it_looks(place: Workplace, kind: object) -> None:
    for event in ({"type": kind}, {"type": kind, "channel": {"id": 1}, "user": ["U"], "ts": 5, "text": {"a": 1}}):
        assert place.event(event).status == 200  # type: ignore[arg-type]
    place.settles()
    assert place.store.signals.counts().total == 0


def test_an_event_that_cannot_be_kept_is_not_acknowledged(place: Workplace, tmp_path: Path) -> None:
    class Broken:
        def receive(self, *_: object) -> bool:
            raise OSError("the disk is full")

    kept = place.store.inbox
    place.store.inbox = Broken()  # type: ignore[assignment]
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
    assert len(SlackEvent.of({"event": event}).text) == 40_000


def test_the_app_listens_to_all_that_the_manifest_asks_for(place: Workplace) -> None:
    features = manifest()["features"]
    for command in features["slash_commands"]:
        body = place.types(BOB, command["command"], "help").body
        assert body, command
    for each in features["shortcuts"]:
        request = BoltRequest(mode="socket_mode", body={"type": "message_action", "callback_id": each["callback_id"]})
        assert place.app.dispatch(request).status == 200
