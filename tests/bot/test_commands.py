"""Commands, shortcuts and the Home tab, through a real Bolt app."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from storage.columns import now
from storage.judgments import Screening, Threat
from storage.status import Status, Visibility
from tests.bot.workplace import (
    ADA,
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
)
from tests.factories import a_report, a_signal


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


@pytest.mark.parametrize("text", ["", "help", "nonsense", "status", "held", "runs"])
def test_every_word_after_signalbox_is_answered(place: Workplace, text: str) -> None:
    answer = place.types(BOB, "/signalbox", text)

    assert answer.status == 200
    assert json.loads(answer.body)["text"] if answer.body.startswith("{") else answer.body


def test_status_says_when_work_waits_for_what_does_not_answer(place: Workplace) -> None:
    report = a_report(place.store, channel=SOLAR, status=Status.AWAITING_RESEARCH)
    assert "waits" not in place.types(BOB, "/signalbox", "status").body

    until = now() + dt.timedelta(minutes=5)
    place.store.reports.postpone(report.id or 0, "The model does not answer.", until, anew=False)

    assert "The work on 1 report waits. " in place.types(BOB, "/signalbox", "status").body
    assert "The model does not answer." in place.types(BOB, "/signalbox", "status").body


@pytest.mark.parametrize("text", ["status", "held", "why SB-1", "merge SB-2 into SB-1", "pause"])
@pytest.mark.parametrize(("user", "why"), [(GUS, "Guests cannot do this"), (EVE, "Only members of this workspace")])
def test_guests_and_strangers_are_told_nothing_but_what_there_is(
    place: Workplace, user: str, why: str, text: str
) -> None:
    signal = a_signal(place.store, channel=ELSEWHERE, author=BOB, body="What nobody else may read")
    threat = Screening(threat=Threat.INSTRUCTION_OVERRIDE, quote="What nobody else may read", reason="It gives orders.")
    place.store.signals.hold(signal.id or 0, threat, step="hold")

    answer = place.types(user, "/signalbox", text)

    assert why in answer.body
    assert "What nobody else may read" not in answer.body
    assert text != "held" or "What nobody else may read" in place.types(BOB, "/signalbox", text).body
    assert "/signalbox status" in place.types(user, "/signalbox", "help").body


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

    place.event({"type": "app_home_opened", "user": GUS, "tab": "home", "channel": "D2"})
    place.settles()
    for_guests = place.workspace.home(GUS)
    assert for_guests is not None
    assert "The export fails" not in json.dumps(for_guests.content["blocks"])


@pytest.mark.parametrize(
    "typed",
    ["SB-1.", "sb-1?", "find. SB-1", "/signalbox find SB-1", "`find SB-1`", "find\xa0SB-1", "find SB\u20111",
     "find SB-1\u200b", "find <https://acme.slack.com/archives/C07SOLAR/p1|SB-1>"],
)  # fmt: skip
def test_a_command_is_understood_as_telephones_and_copies_write_it(place: Workplace, typed: str) -> None:
    """A keyboard ends what is typed with a full stop, and a pasted name is a link."""
    a_report(place.store, channel=SOLAR)
    said = place.types(BOB, "/signalbox", typed).body

    assert "I know no" not in said
    assert json.loads(said)["text"] == "SB-1"
