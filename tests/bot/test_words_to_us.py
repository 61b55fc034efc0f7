"""What is said to the bot: under a report that ended, and beside its work."""

from __future__ import annotations

import pytest

from storage.status import SignalStatus, Status
from storage.switches import PAUSED
from tests.bot.conversation import Conversation
from tests.bot.workplace import ADA, BOB, ELSEWHERE, GUS, SOLAR
from tests.factories import a_report


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


@pytest.mark.parametrize("channel", [SOLAR, ELSEWHERE])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("help", "/investigate the export hangs"),
        ("Status?", "Working"),
        ("why SB-99", "SB-99"),
        (", help", "/investigate the export hangs"),
        (": status", "Working"),
        ("`status`", "Working"),
        ("status\u200b", "Working"),
        ("\xa0status", "Working"),
        ("/signalbox find export", "export"),
        ("/signalbox", "/investigate the export hangs"),
        ("why <https://acme.slack.com/archives/C07SOLAR/p1|SB-99>", "SB-99"),
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


def test_an_edit_that_leaves_an_order_as_it_was_is_not_a_second_one(talk: Conversation) -> None:
    """Slack tells of a mention anew with each edit of its message, under a new id."""
    ws, bot = talk.place.workspace, talk.place.bot
    ts = ws.say(ADA, SOLAR, f"<@{bot}> pause")
    talk.rests()
    ws.command(ADA, SOLAR, "/signalbox", "resume")
    ws.edit(ADA, SOLAR, ts, f"<@{bot}> pause.")
    talk.rests()
    assert not talk.place.store.switches.on(PAUSED)

    ws.edit(ADA, SOLAR, ts, f"<@{bot}> status")
    talk.rests()
    assert [text.split(".")[0] for text in talk.place.whispers(ADA)] == ["Paused", "Resumed", "Working"]


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
