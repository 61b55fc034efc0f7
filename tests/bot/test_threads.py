"""A thread as one signal, over Bolt's real socket: answers, edits, deletions, files, reactions, in any order."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from storage.columns import now
from storage.filing import NewReport
from storage.judgments import Grouping, Screening
from storage.plumbing import InboxRow, SlackMessage
from storage.records import Signal
from storage.remembering import LONGEST_UNREST
from storage.status import SignalStatus, Status, Visibility
from tests.bot.conversation import Conversation, connected
from tests.bot.workplace import ADA, ALERTS, BOB, ELSEWHERE, EVE, GUS, QUIET, SECRET, SHARED, SOLAR, Workplace
from tests.factories import a_report, a_summary, a_vector

TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"


@pytest.fixture
def talk(place: Workplace) -> Iterator[Conversation]:
    """The bot listens."""
    with connected(place) as conversation:
        yield conversation


def after(ts: str, seconds: float = 1.0) -> str:
    return f"{float(ts) + seconds:.6f}"


def everything(place: Workplace) -> str:
    """All words that are kept of Slack."""
    with Session(place.store.engine) as session:
        rows = [*session.exec(select(InboxRow)), *session.exec(select(SlackMessage)), *session.exec(select(Signal))]
        return json.dumps([row.model_dump(mode="json", exclude={"vector", "query_vectors"}) for row in rows])


# ── one signal ──────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── read once, after a while of quiet ───────────────────────────────────────────────────────────────────────────


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
    filed(place, 1)  # by the digest that had read the first message alone

    signal = place.store.signals.get(1)
    assert signal.report_id is not None
    assert signal.status is SignalStatus.AWAITING_DIGEST
    assert [each.id for each in place.store.due.now(now() + dt.timedelta(seconds=31)).signals] == [1]


def filed(place: Workplace, signal_id: int) -> None:
    """File a signal that is there, as its digest would."""
    store, vector = place.store, a_vector(1.0, 0.0)
    signal = store.signals.get(signal_id)
    store.signals.describe(signal_id, Screening(), a_summary(), vector, vector)
    new = NewReport(title="The export fails", gist="g", subject=signal.external_id, channel=SOLAR,
                    visibility=signal.visibility)  # fmt: skip
    store.filing.file(
        signal_id, report_id=None, grouping=Grouping(reason="alone"), candidates=(), epoch=store.filing.epoch(),
        weight=1.0, keys=(), new_report=new, step=f"test:{signal_id}/file",
    )  # fmt: skip


# ── out of order ────────────────────────────────────────────────────────────────────────────────────────────────


def message(ts: str, text: str, user: str = BOB, **fields: str) -> dict[str, str]:
    return {
        "type": "message",
        "channel": SOLAR,
        "channel_type": "channel",
        "user": user,
        "text": text,
        "ts": ts,
        **fields,
    }


def changed(ts: str, text: str, at: str, **fields: str) -> dict[str, object]:
    nested = {"type": "message", "user": BOB, "text": text, "ts": ts, "edited": {"user": BOB, "ts": at}, **fields}
    return {"type": "message", "subtype": "message_changed", "channel": SOLAR, "ts": at, "channel_type": "channel",
            "message": nested, "previous_message": {**nested, "text": "before", "edited": None}}  # fmt: skip


def removed(ts: str, at: str, **fields: str) -> dict[str, object]:
    return {"type": "message", "subtype": "message_deleted", "channel": SOLAR, "deleted_ts": ts, "ts": at,
            "previous_message": {"type": "message", "user": BOB, "ts": ts, **fields}}  # fmt: skip


def test_an_edit_that_comes_before_its_message_wins(place: Workplace) -> None:
    ts = f"{now().timestamp():.6f}"
    for event in (
        changed(ts, "the import fails", after(ts, 9)),
        message(ts, "the export fails"),
        changed(ts, "an older edit", after(ts, 5)),
    ):
        place.event(event)
        place.settles()

    signal = place.store.signals.get(1)
    assert signal.body == "the import fails"
    assert place.store.signals.counts().total == 1


def test_an_edit_of_an_old_message_that_we_never_heard_of_makes_no_signal(place: Workplace) -> None:
    ts = f"{now().timestamp() - 86_400:.6f}"
    place.event(changed(ts, "an old story, told better", after(ts, 80_000)))
    place.settles()

    assert place.store.signals.counts().total == 0


def test_a_deletion_that_comes_before_its_message_keeps_it_out(place: Workplace) -> None:
    ts = f"{now().timestamp():.6f}"
    for event in (
        removed(ts, after(ts, 9)),
        message(ts, "the export of Jane fails"),
        changed(ts, "the import of Jane fails", after(ts, 10)),
        message(after(ts, 2), "poor Jane", ADA, thread_ts=ts),
    ):
        place.event(event)
        place.settles()

    assert place.store.signals.counts().total == 0
    assert "Jane" not in everything(place)


def test_told_all_at_once_a_deleted_message_leaves_no_words(place: Workplace) -> None:
    for number in range(5):
        ts = f"{now().timestamp() + number:.6f}"
        place.event(message(ts, "the export of Jane fails"))
        place.event(message(after(ts, 2), "poor Jane", ADA, thread_ts=ts))
        place.event(removed(ts, after(ts, 9)))
        place.event(changed(ts, "the import of Jane fails", after(ts, 8)))
    place.settles()

    assert "Jane" not in everything(place)


def test_an_answer_that_comes_before_the_first_message_is_in_the_signal(place: Workplace) -> None:
    ts = f"{now().timestamp():.6f}"
    place.event(message(after(ts, 2), "for me too", ADA, thread_ts=ts))
    place.settles()
    assert place.store.signals.counts().total == 0

    place.event(message(ts, "the export fails"))
    place.settles()
    assert place.store.signals.get(1).body.endswith("<@U01ADA>: for me too")


def test_what_belongs_to_no_signal_is_forgotten_after_an_hour(place: Workplace) -> None:
    ts = place.says(BOB, "the export fails")
    place.says(ADA, "for me too", thread_ts=ts)
    place.event(message(after(ts, 2), "talk under a bot's post", ADA, thread_ts=after(ts, -60)))
    place.event({"type": "reaction_added", "user": ADA, "reaction": "eyes", "item_user": "U9", "event_ts": after(ts, 3),
                 "item": {"type": "message", "channel": SOLAR, "ts": after(ts, -60)}})  # fmt: skip
    place.settles()

    assert place.store.messages.prune(now()) == 0
    assert place.store.messages.prune(now() + dt.timedelta(hours=2)) == 2
    assert "under a bot" not in everything(place)
    assert place.store.signals.get(1).body.endswith("for me too")


# ── reactions ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_reactions_of_others_add_reach_and_can_be_taken_away(talk: Conversation) -> None:
    ws = talk.place.workspace
    root = ws.say(BOB, SOLAR, "the export fails")
    talk.comes(root)
    ws.react(ADA, SOLAR, root, "+1")
    ws.react(ADA, SOLAR, root, "sob")
    ws.react(GUS, SOLAR, root, "+1")
    ws.react(BOB, SOLAR, root, "sob")
    assert talk.comes(root, when=lambda s: s.reach == 3).revision == 1
    ws.unreact(GUS, SOLAR, root, "+1")
    ws.unreact(ADA, SOLAR, root, "+1")
    talk.comes(root, when=lambda s: s.reach == 2)


def test_a_reaction_that_comes_before_its_message_or_out_of_order_counts_once(place: Workplace) -> None:
    ts = f"{now().timestamp():.6f}"
    reaction = {"user": ADA, "reaction": "+1::skin-tone-3", "item": {"type": "message", "channel": SOLAR, "ts": ts}}
    place.event({**reaction, "type": "reaction_removed", "event_ts": after(ts, 3)})
    place.event({**reaction, "type": "reaction_added", "event_ts": after(ts, 2)})
    place.event({**reaction, "type": "reaction_added", "user": GUS, "event_ts": after(ts, 4)})
    place.event(message(ts, "the export fails"))
    place.settles()

    assert place.store.signals.get(1).reach == 2


def test_reactions_make_a_report_heavier_and_ripe(place: Workplace) -> None:
    heavy = place.policy.model_copy(update={"ripe_weight": 1.2})
    object.__setattr__(place.deps.pipeline.means, "policy", heavy)
    root = place.says(BOB, "the export fails")
    filed(place, 1)
    report = place.store.reports.get(1)
    assert (report.weight, report.status) == (1.0, Status.GATHERING)
    place.event({"type": "reaction_added", "user": ADA, "reaction": "+1", "event_ts": after(root, 2),
                 "item": {"type": "message", "channel": SOLAR, "ts": root}})  # fmt: skip
    place.settles()

    report = place.store.reports.get(1)
    assert report.weight > 1.2
    assert report.status is Status.AWAITING_RESEARCH
    assert place.told.reports == [1]


# ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_magnifying_glass_asks_about_any_message_also_where_nobody_listens(talk: Conversation) -> None:
    ws = talk.place.workspace
    root = ws.say(BOB, ELSEWHERE, "the export fails")
    ws.say(GUS, ELSEWHERE, "for me too", root)
    ws.react(ADA, ELSEWHERE, root, "mag")
    signal = talk.comes(root, ELSEWHERE, when=lambda s: bool(s.asked_by))

    assert (signal.asked_by, signal.author, signal.reach) == (ADA, BOB, 1)
    assert signal.body.endswith("<@U03GUS>: for me too")
    assert signal.url == ws.permalink(ELSEWHERE, root)
    ws.say(BOB, ELSEWHERE, "only PDFs", root)
    talk.comes(root, ELSEWHERE, when=lambda s: "only PDFs" in s.body)
    talk.rests()
    assert "On it" in talk.place.whispers(ADA)[0]


def test_an_answer_is_promoted_by_itself_with_what_it_answers_beside_it(talk: Conversation) -> None:
    ws = talk.place.workspace
    root = ws.say(BOB, SOLAR, "who tried the new export?")
    reply = ws.say(GUS, SOLAR, "I did, the import is broken now", root)
    talk.comes(root, when=lambda s: "import" in s.body)
    ws.react(ADA, SOLAR, reply, "mag")
    signal = talk.comes(reply)
    assert signal.body.startswith(
        "I did, the import is broken now\n\nThis answers <@U02BOB>, who had written:\nwho tried"
    )
    assert (signal.thread_ts, signal.asked_by, signal.author) == (root, ADA, GUS)
    assert signal.url == ws.permalink(SOLAR, reply)

    ws.edit(BOB, SOLAR, root, "who tried the newest export?")
    talk.comes(reply, when=lambda s: "newest" in s.body)
    ws.delete(BOB, SOLAR, root)
    talk.comes(root, when=lambda s: s.status is SignalStatus.ERASED)
    assert talk.comes(reply, when=lambda s: "newest" not in s.body).body == "I did, the import is broken now"
    ws.edit(GUS, SOLAR, reply, "I did, the import is slow now")
    talk.comes(reply, when=lambda s: "slow" in s.body)
    ws.delete(GUS, SOLAR, reply)
    talk.comes(reply, when=lambda s: s.status is SignalStatus.ERASED)
    talk.rests()
    assert "import" not in everything(talk.place)


def test_the_shortcut_where_we_are_no_member_is_answered_with_what_to_do(talk: Conversation) -> None:
    ws = talk.place.workspace
    ts = ws.say(BOB, QUIET, "the export fails")
    assert ws.shortcut(ADA, QUIET, ts, "investigate_message").acked
    ws.wait_for(lambda: talk.place.whispers(ADA), 5, "the answer")

    assert "/invite @signalbox" in talk.place.whispers(ADA)[0]
    assert talk.signal(ts, QUIET) is None


def test_asking_about_a_filed_signal_has_its_report_looked_into(talk: Conversation) -> None:
    ws = talk.place.workspace
    light = talk.place.policy.model_copy(update={"ripe_weight": 50.0})
    object.__setattr__(talk.place.deps.pipeline.means, "policy", light)
    root = ws.say(BOB, SOLAR, "the export fails")
    signal = talk.comes(root)
    filed(talk.place, signal.id or 0)
    assert ws.shortcut(ADA, SOLAR, root, "investigate_message").acked
    talk.comes(root, when=lambda s: s.asked_by == ADA)
    ws.wait_for(lambda: talk.place.whispers(ADA), 5, "the answer")

    assert talk.place.store.reports.get(1).status is Status.AWAITING_RESEARCH
    assert "belongs to SB-1" in talk.place.whispers(ADA)[0]
    ws.react(ADA, SOLAR, root, "mag")
    ws.wait_for(lambda: len(talk.place.whispers(ADA)) == 2, 5, "the second answer")
    talk.rests()
    assert len([call for call in talk.place.told.reports if call == 1]) == 1


def test_guests_strangers_and_our_own_messages_are_not_investigated(talk: Conversation) -> None:
    ws = talk.place.workspace
    client = talk.place.writer.client
    ours = client.chat_postMessage(channel=ELSEWHERE, text="a post of mine")["ts"]
    theirs = ws.say(BOB, ELSEWHERE, "the export fails")
    ws.react(GUS, ELSEWHERE, theirs, "mag")
    ws.react(ADA, ELSEWHERE, ours, "mag")
    shared = ws.say(ADA, SHARED, "it fails for all of us")
    ws.react(EVE, SHARED, shared, "mag")
    ws.wait_for(lambda: talk.place.whispers(GUS) and talk.place.whispers(ADA), 5, "the answers")
    talk.rests()

    assert "Guests" in talk.place.whispers(GUS)[0]
    assert "message of mine" in talk.place.whispers(ADA)[0]
    assert talk.place.whispers(EVE) == []
    assert talk.place.store.signals.counts().total == 0


def test_a_mention_in_the_thread_of_a_signal_asks_about_that_signal(talk: Conversation) -> None:
    ws = talk.place.workspace
    root = ws.say(BOB, SOLAR, "the export fails")
    talk.comes(root)
    ws.say(ADA, SOLAR, f"<@{talk.place.bot}> please look", root)

    talk.comes(root, when=lambda s: s.asked_by == ADA and "please look" in s.body)
    talk.rests()
    assert talk.place.store.signals.counts().total == 1


# ── who may see it, and whose words count ───────────────────────────────────────────────────────────────────────


def test_what_is_promoted_in_a_private_channel_stays_private_to_it(talk: Conversation) -> None:
    ws = talk.place.workspace
    ts = ws.say(ADA, SECRET, "the export fails")
    talk.comes(ts, SECRET)
    reply = ws.say(ADA, SECRET, "and the import", ts)
    ws.react(ADA, SECRET, reply, "mag")

    signal = talk.comes(reply, SECRET)
    assert (signal.visibility, signal.channel) == (Visibility.PRIVATE, SECRET)


def test_a_message_without_a_channel_type_is_as_private_as_its_channel(place: Workplace) -> None:
    place.says(ADA, "the export fails", SOLAR)
    place.event({**message("1700000000.000100", "it fails"), "channel": "C99HIDDEN", "channel_type": ""})
    place.settles()

    assert place.store.signals.get(1).visibility is Visibility.PUBLIC
    assert place.store.signals.counts().total == 1


def test_bots_count_in_a_thread_by_the_allow_list_only(talk: Conversation) -> None:
    ws = talk.place.workspace
    root = ws.say("U05ALERT", SOLAR, "DiskFull on eu-3")
    signal = talk.comes(root)
    talk.place.writer.post(SOLAR, "Thanks. I opened SB-1", [], thread_ts=root, key={"report": "1"})
    ws.say("U05ALERT", SOLAR, "still full", root)

    signal = talk.comes(root, when=lambda s: "still full" in s.body)
    assert signal.author == "U05ALERT"
    assert "I opened" not in signal.body
    assert ALERTS in {bot for channel in talk.place.policy.channels for bot in channel.allow_bots}


# ── after a report's end ────────────────────────────────────────────────────────────────────────────────────────


def test_who_writes_under_a_resolved_report_is_told_once_how_it_is_brought_back(talk: Conversation) -> None:
    place = talk.place
    report = a_report(place.store, status=Status.RESOLVED, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.workspace.say(BOB, SOLAR, "thanks!", root)
    talk.rests()
    assert place.whispers(BOB) == []

    for _ in range(2):
        place.workspace.say(BOB, SOLAR, "it came back today, same thing!", root)
    place.workspace.say(ADA, SOLAR, "for me too", root)
    place.workspace.say(GUS, SOLAR, "and me", root)
    talk.rests()
    (told,) = place.whispers(BOB)
    assert told.startswith("SB-1 is resolved. Did it come back? `/investigate` and what happens, or say it here with")
    assert place.whispers(ADA) == [told]
    assert place.whispers(GUS) == [
        "SB-1 is resolved. Did it come back? Guests cannot do this. A full member of the workspace can."
    ]


def test_who_names_us_under_a_resolved_report_has_it_looked_at_again(talk: Conversation) -> None:
    place = talk.place
    report = a_report(place.store, status=Status.RESOLVED, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    ts = place.workspace.say(BOB, SOLAR, f"<@{place.bot}> it came back today, same thing!", root)

    signal = talk.comes(ts)
    talk.rests()
    assert (signal.asked_by, signal.thread_ts) == (BOB, root)
    assert len(place.whispers(BOB)) == 1
    assert place.whispers(BOB)[0].startswith("On it.")
    assert place.store.reports.get(report.id or 0).status is Status.RESOLVED


def test_an_edit_of_what_was_asked_under_a_resolved_report_changes_the_signal(talk: Conversation) -> None:
    place = talk.place
    report = a_report(place.store, status=Status.RESOLVED, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    ts = place.workspace.say(BOB, SOLAR, f"<@{place.bot}> it came back", root)
    talk.comes(ts)
    chat = place.workspace.say(BOB, SOLAR, "thanks!", root)
    talk.rests()
    place.workspace.edit(BOB, SOLAR, ts, f"<@{place.bot}> it came back, with KeyError: EUR")
    place.workspace.edit(BOB, SOLAR, chat, "thanks a lot!")

    assert "KeyError: EUR" in talk.comes(ts, when=lambda signal: "EUR" in signal.body).body
    talk.rests()
    assert talk.signal(chat) is None
    place.workspace.delete(BOB, SOLAR, ts)
    talk.comes(ts, when=lambda signal: signal.status is SignalStatus.ERASED)


# ── what is said to the bot beside its work ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("channel", [SOLAR, ELSEWHERE])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("help", "/investigate <what is wrong>"),
        ("Status?", "Working"),
        ("why SB-99", "SB-99"),
        ("thanks! :pray:", ""),
        ("thank you", ""),
        ("hello", "Say what is wrong"),
        ("", "Say what is wrong"),
    ],
)
def test_a_command_or_a_courtesy_to_the_bot_opens_nothing(
    talk: Conversation, channel: str, words: str, told: str
) -> None:
    place = talk.place
    place.workspace.say(BOB, channel, f"<@{place.bot}> {words}")
    talk.rests()

    assert place.store.signals.counts().total == 0
    assert len(place.whispers(BOB)) == bool(told)
    assert told in "".join(place.whispers(BOB))
    assert place.workspace.posts_by_bot() == 0


def test_a_command_that_is_reworded_opens_nothing_until_it_says_what_is_wrong(talk: Conversation) -> None:
    ws, bot = talk.place.workspace, talk.place.bot
    ts = ws.say(BOB, SOLAR, f"<@{bot}> stauts?")
    talk.comes(ts)
    other = ws.say(BOB, SOLAR, f"<@{bot}> status")
    talk.rests()
    ws.edit(BOB, SOLAR, other, f"<@{bot}> status?")
    talk.rests()
    assert talk.signal(other) is None
    ws.edit(BOB, SOLAR, other, f"<@{bot}> the export fails")
    assert talk.comes(other).asked_by == BOB


@pytest.mark.parametrize("words", ["help, the export fails", "status page is red", "why 500 errors?"])
def test_a_verb_before_other_words_is_somebodys_who_says_what_is_wrong(talk: Conversation, words: str) -> None:
    ts = talk.place.workspace.say(BOB, SOLAR, f"<@{talk.place.bot}> {words}")

    assert talk.comes(ts).asked_by == BOB


def test_a_command_in_a_reports_thread_is_answered_and_guides_nothing(talk: Conversation) -> None:
    place = talk.place
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.workspace.say(ADA, SOLAR, f"<@{place.bot}> status", root)
    talk.rests()

    assert place.whispers(ADA) == ["Working"]
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert place.store.plans.approvals(report.id or 0) == []
