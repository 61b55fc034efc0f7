"""What people do to a message: react, and ask about it; and who may see what comes of it."""

from __future__ import annotations

from storage.columns import now
from storage.status import SignalStatus, Status, Visibility
from tests.bot.conversation import Conversation
from tests.bot.thread_events import after, everything, filed, message
from tests.bot.workplace import ADA, ALERTS, BOB, ELSEWHERE, EVE, GUS, QUIET, SECRET, SHARED, SOLAR, Workplace


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
