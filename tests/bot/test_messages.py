"""Messages and mentions, through a real Bolt app, and which of them become signals."""

from __future__ import annotations

import json

import pytest

from bot.listeners.events import deal_with
from bot.sources.slack import words_of
from playground.faults import Fault, Kind, Moment
from storage.status import SignalStatus, Status, Visibility
from tests.bot.workplace import ADA, ALERTS, BOB, ELSEWHERE, EVE, GUS, SECRET, SHARED, SOLAR, Workplace
from tests.factories import a_report

TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"


def bodies(place: Workplace) -> list[str]:
    found = [place.store.signals.get(number) for number in range(1, place.store.signals.counts().total + 1)]
    return [signal.body for signal in found]


def after(ts: str, seconds: float = 1.0) -> str:
    return f"{float(ts) + seconds:.6f}"


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


def test_what_is_said_elsewhere_or_in_a_shared_channel_is_not_even_kept(place: Workplace) -> None:
    place.says(BOB, "the export fails", ELSEWHERE, event_id="Ev1")
    event = {"type": "message", "channel": SHARED, "user": EVE, "text": "it fails", "ts": "1700000000.1"}
    place.event(event, "Ev2", is_ext_shared_channel=True)
    place.settles()

    assert place.store.signals.counts().total == 0
    assert [place.store.inbox.get(event_id) for event_id in ("Ev1", "Ev2")] == [None, None]


def test_a_reply_in_a_thread_is_no_signal_of_its_own_but_part_of_one(place: Workplace) -> None:
    root = place.says(BOB, "the export fails")
    place.says(ADA, "for me too", thread_ts=root)
    place.says(GUS, "and on the phone", thread_ts=root, subtype="thread_broadcast")

    (body,) = bodies(place)
    assert body == f"the export fails\n\nAnswers in the thread:\n<@{ADA}>: for me too\n<@{GUS}>: and on the phone"


def test_an_edit_changes_the_signal_and_an_unfurled_link_does_not(place: Workplace) -> None:
    ts = place.says(BOB, "the export fails")
    edit = {"type": "message", "subtype": "message_changed", "channel": SOLAR, "ts": after(ts)}
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


def test_a_bot_that_writes_in_blocks_alone_is_read_without_its_buttons(place: Workplace) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "DiskFull"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "eu-3 has no room"}, "fields": [{"text": "free: 0 B"}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "text", "text": "see "}, {"type": "link", "url": "https://acme.example/d"}]}]},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Silence"}}]},
        {"type": "section", "text": 7}, "nonsense",
    ]  # fmt: skip
    event = {"type": "message", "subtype": "bot_message", "channel": SOLAR, "bot_id": ALERTS}
    place.event({**event, "ts": "1700000001.1", "text": "This content can't be displayed.", "blocks": blocks})
    attached = [{"fallback": "[no preview available]", "blocks": blocks[:1]}]
    place.event({**event, "ts": "1700000002.1", "text": "", "attachments": attached})
    place.event({**event, "ts": "1700000003.1", "text": "in words", "blocks": blocks})
    place.settles()

    assert sorted(bodies(place)) == [
        "DiskFull", "DiskFull\neu-3 has no room\nfree: 0 B\nsee https://acme.example/d", "in words"
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [None, 7, [], {}, [None], {"a": 1}, "x", [[[[[[[["deep"]]]]]]]]])
def test_what_slack_should_never_send_is_acknowledged_and_stops_nothing(place: Workplace, wrong: object) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "eu-3 has no room"}}
    event = {"type": "message", "subtype": "bot_message", "channel": SOLAR, "bot_id": ALERTS, "text": ""}
    for number, key in enumerate(("type", "text", "fields", "elements")):
        blocks = [{**block, key: wrong}, {"type": "rich_text_section", "elements": wrong}, block]
        assert place.event({**event, "ts": f"17000000{number:02}.1", "blocks": blocks}, f"Ev{number}").status == 200
    files = [{"title": "trace.txt", "mode": wrong, "pretty_type": wrong}]
    assert place.event({**event, "ts": "1700000008.1", "files": files, "text": "eu-3 has no room"}, "Ev8").status == 200
    assert place.event({**event, "type": wrong, "ts": "1700000009.1"}, "Ev9").status == 200
    place.settles()

    assert len(bodies(place)) == 5
    assert all("eu-3 has no room" in body for body in bodies(place))


def test_joins_and_other_notices_are_no_signals(place: Workplace) -> None:
    for number, subtype in enumerate(("channel_join", "channel_topic", "channel_purpose", "reminder_add")):
        place.says(BOB, "has joined the channel", event_id=f"Ev{subtype}{number}", subtype=subtype)

    assert place.store.signals.counts().total == 0


def test_what_is_said_in_a_private_channel_is_private_whatever_the_policy_says(place: Workplace) -> None:
    place.says(ADA, "the export fails", SECRET)
    place.says(BOB, "the export fails", SOLAR, channel_type="group")

    assert {place.store.signals.get(number).visibility for number in (1, 2)} == {Visibility.PRIVATE}


def test_what_is_kept_of_an_event_is_redacted_and_goes_when_it_was_dealt_with(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.faults.plan(Fault("slack:users.info", Moment.RECEIPT, Kind.REFUSE, times=3))
    place.says(ADA, f"token {TOKEN}", event_id="Ev1", thread_ts=root, blocks=[{"secret": TOKEN}], files=[TOKEN])
    waiting = place.store.inbox.get("Ev1")
    assert waiting is not None
    assert "token" in json.dumps(waiting.body)
    assert TOKEN not in json.dumps(waiting.body)

    deal_with("Ev1", place.deps)
    done = place.store.inbox.get("Ev1")
    assert done is not None
    assert done.body == {}


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


def test_a_guest_who_mentions_us_where_we_listen_is_told_what_becomes_of_the_words(place: Workplace) -> None:
    place.says(GUS, f"<@{place.bot}> the export fails")
    place.settles()

    assert (place.store.signals.counts().total, place.store.signals.get(1).asked_by) == (1, "")
    assert place.whispers(GUS) == [
        "Guests cannot do this. A full member of the workspace can. What you wrote is read like any message here."
    ]


def test_what_alerting_tools_write_into_fields_and_tables_is_read_too(place: Workplace) -> None:
    event = {"type": "message", "subtype": "bot_message", "channel": SOLAR, "bot_id": ALERTS, "text": ""}
    fields = [{"title": "Environment", "value": "prod-eu", "short": True}, {"value": "HTTP 502"}, "nonsense"]
    place.event({**event, "ts": "1700000002.1", "attachments": [{"title": "Export fails", "fields": fields}]})
    row = [{"type": "raw_text", "text": "checkout"}, {"type": "raw_text", "text": "31 errors"}]
    place.event({**event, "ts": "1700000003.1", "blocks": [{"type": "table", "rows": [row]}]})
    place.settles()

    read = {place.store.signals.get(number).body for number in (1, 2)}  # whichever is dealt with first
    assert read == {"Export fails\nEnvironment: prod-eu\nHTTP 502", "checkout\n31 errors"}
