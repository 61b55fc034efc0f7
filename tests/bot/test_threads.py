"""Slack threads as one signal: answers, edits and deletions, read once after a while of quiet."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Session

from storage.columns import now
from storage.records import Signal
from storage.signals.remembering import LONGEST_UNREST
from storage.status import SignalStatus, Status
from tests.bot.conversation import Conversation
from tests.bot.thread_events import TOKEN, after, everything, filed, message
from tests.bot.workplace import ADA, BOB, SOLAR, Workplace
from tests.factories import a_report


def test_answers_edits_and_deletions_change_the_one_signal(talk: Conversation) -> None:
    ws = talk.place.workspace
    root = ws.say(BOB, SOLAR, "the export fails")
    first = ws.say(ADA, SOLAR, "since when?", root)
    second = ws.say(BOB, SOLAR, f"since noon, my token is {TOKEN}", root, broadcast=True)
    talk.comes(root, when=lambda s: "since noon" in s.body)
    ws.edit(BOB, SOLAR, root, "the PDF export fails")
    ws.edit(ADA, SOLAR, first, "since when? and where?")
    signal = talk.comes(root, when=lambda s: "where?" in s.body and "PDF" in s.body)
    assert signal.body.startswith("the PDF export fails\n\nAnswers in the thread:\n<@U01ADA>: since when? and where?\n")
    assert talk.place.store.signals.counts().total == 1
    assert TOKEN not in everything(talk.place)

    ws.delete(BOB, SOLAR, second)
    signal = talk.comes(root, when=lambda s: "noon" not in s.body)
    talk.rests()
    assert signal.body.endswith("since when? and where?")
    assert "noon" not in everything(talk.place)


def test_deleting_the_first_message_erases_the_whole_thread(talk: Conversation) -> None:
    ws = talk.place.workspace
    root = ws.say(BOB, SOLAR, "the export fails")
    answer = ws.say(ADA, SOLAR, "for Jane too", root)
    talk.comes(root, when=lambda s: "Jane" in s.body)
    ws.delete(BOB, SOLAR, root)
    talk.comes(root, when=lambda s: s.status is SignalStatus.ERASED)
    talk.place.event(message(after(root), "never mind, Jane", ADA, thread_ts=root))
    talk.rests()
    assert "Jane" not in everything(talk.place)
    assert "export" not in everything(talk.place)

    ws.delete(ADA, SOLAR, answer)  # and with it what was left of the first message
    talk.rests()
    assert [each.label for each in ws.envelopes("events_api")].count("message.message_deleted") == 2
    assert ws.messages(SOLAR) == []


def test_a_preview_of_a_link_is_no_edit(talk: Conversation) -> None:
    ws = talk.place.workspace
    root = ws.say(BOB, SOLAR, "see https://acme.example/x")
    talk.comes(root)
    ws.unfurl(SOLAR, root, "https://acme.example/x", "A page that says other things")
    talk.rests()

    signal = talk.signal(root)
    assert signal is not None
    assert (signal.revision, signal.deliveries, signal.body) == (1, 1, "see https://acme.example/x")


def test_counters_of_a_thread_are_no_edit_and_neither_is_their_broken_event(place: Workplace) -> None:
    ts = place.says(BOB, "the export fails")
    before = {"type": "message", "user": BOB, "ts": ts, "text": "the export fails"}
    counted = {**before, "thread_ts": ts, "reply_count": 1, "latest_reply": after(ts)}
    changed = {"type": "message", "subtype": "message_changed", "channel": SOLAR, "ts": after(ts, 2)}
    place.event({**changed, "message": counted, "previous_message": before}, "EvCount")
    place.event({"type": "message", "channel": SOLAR, "message": counted, "ts": after(ts, 3)}, "EvReplied")
    place.settles()

    assert place.store.inbox.get("EvCount") is None
    signal = place.store.signals.get(1)
    assert (signal.revision, signal.deliveries) == (1, 1)


def test_files_are_named_and_snippets_are_read_without_fetching_anything(talk: Conversation) -> None:
    ws = talk.place.workspace
    trace = b"Traceback (most recent call last):\n  File app.py, line 3\nValueError: no unit\nmore\nmore\nsixth line"
    root = ws.share(BOB, SOLAR, "crash.log", trace, text="it crashed", snippet=True)
    alone = ws.share(BOB, SOLAR, "screen.png", b"\x89PNG")
    ws.share(ADA, SOLAR, "mine.log", b"password=hunter2hunter2\n", thread_ts=root, snippet=True)

    signal = talk.comes(root, when=lambda s: "mine.log" in s.body)
    assert signal.body.startswith("it crashed\n[file: crash.log, Plain Text]\nTraceback (most recent call last):")
    assert "sixth line" not in signal.body
    assert talk.comes(alone).body == "[file: screen.png, PNG]"
    assert "hunter2hunter2" not in everything(talk.place)
    assert not [call for call in ws.calls() if call.method.startswith("files.")]


def test_a_long_thread_keeps_its_first_message_and_the_newest_answers(place: Workplace) -> None:
    root = place.says(BOB, "the export fails " + "x" * 7_000)
    for number in range(70):
        ts = after(root, number + 1)
        place.event(message(ts, f"answer {number} " + "y" * 200, ADA, thread_ts=root))
    place.settles()

    body = place.store.signals.get(1).body
    assert body.startswith("the export fails " + "x" * 7_000)
    assert "answer 69 " in body
    assert "answer 3 " not in body
    assert "earlier answers left out]" in body
    assert len(body) < 14_000


def test_answers_in_a_reports_thread_are_not_part_of_any_signal(talk: Conversation) -> None:
    report = a_report(talk.place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    card = talk.place.draw(report.id or 0)[0]
    talk.place.workspace.say(BOB, SOLAR, "is that really the cause?", card.ts)
    talk.rests()

    assert talk.place.store.messages.get(f"{SOLAR}/{card.ts}") is None
    assert "really the cause" not in everything(talk.place)


def test_a_lively_thread_is_read_once_when_it_is_quiet(place: Workplace) -> None:
    root = place.says(BOB, "the export fails")
    filed(place, 1)
    for number in range(5):
        place.says(ADA, f"answer {number}", thread_ts=root)

    signal = place.store.signals.get(1)
    assert signal.status is SignalStatus.AWAITING_DIGEST
    assert signal.not_before is not None
    quiet = (signal.not_before - now()).total_seconds()
    assert place.policy.waits.thread - 10 < quiet <= place.policy.waits.thread
    assert place.store.due.now(now()).signals == []
    due = place.store.due.now(now() + dt.timedelta(seconds=31)).signals
    assert [(each.id, each.revision) for each in due] == [(1, signal.revision)]
    journal = [entry.text for entry in place.store.reports.journal(signal.report_id or 0) if "edited" in entry.text]
    assert len(journal) == 1


def test_a_thread_that_is_never_quiet_is_read_all_the_same(place: Workplace) -> None:
    root = place.says(BOB, "the export fails")
    filed(place, 1)
    place.says(ADA, "one", thread_ts=root)
    with Session(place.store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        session.get_one(Signal, 1).unsettled_since = now() - LONGEST_UNREST + dt.timedelta(seconds=2)
    place.says(ADA, "two", thread_ts=root)

    due = place.store.signals.get(1).not_before
    assert due is not None
    assert (due - now()).total_seconds() <= 2


def test_a_digest_that_ends_after_the_words_changed_does_not_hide_the_change(place: Workplace) -> None:
    root = place.says(BOB, "the export fails")
    place.says(ADA, "no, the import", thread_ts=root)
    filed(place, 1, revision=1)  # by the digest that had read the first message alone

    signal = place.store.signals.get(1)
    assert signal.report_id is not None
    assert signal.status is SignalStatus.AWAITING_DIGEST
    assert [each.id for each in place.store.due.now(now() + dt.timedelta(seconds=31)).signals] == [1]
