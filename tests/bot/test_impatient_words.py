"""What impatient engineers type: words that nearly fit are understood, and others are answered with what helps."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from agents.people.rehoming import repository_named
from agents.phrases import Phrase, phrase_of
from bot.listeners.addressing import about_this, order_of, without_ending
from storage.judgments import Screening, Threat
from storage.records import Report
from storage.status import Status
from tests.bot.workplace import ADA, BOB, POLICY, SOLAR, Workplace
from tests.factories import a_report, a_signal


def typed(place: Workplace, text: str, user: str = BOB) -> str:
    return str(place.types(user, "/signalbox", text).body)


def a_public(place: Workplace, **columns: Any) -> Report:
    return a_report(place.store, channel=SOLAR, **columns)


def replies(place: Workplace, report: Report, user: str, text: str) -> list[str]:
    """Reply in the report's thread; what the person alone hears."""
    root = place.draw(report.id or 0)[0].ts
    heard = len(place.whispers(user))
    place.says(user, text, thread_ts=root)
    return place.whispers(user)[heard:]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("restore", "`/signalbox held` lists what is held"),
        ("hold 3", "*Hold again*"),
        ("dismiss SB-2", "`stop` as a reply of an approver"),
        ("approve SB-2", "in the report's thread"),
        ("unmerge SB-2", "`/signalbox undo SB-3`"),
        ("mrege SB-3 into SB-2", "Did you mean `merge`?"),
        ("list", "`/signalbox find` lists the open reports"),
        ("doctor", "`signalbox approvals`, `doctor`"),
        ("puase", "Did you mean `pause`?"),
        ("frobnicate", "I know no “frobnicate” here."),
        ("<!channel>", "I know no “"),
    ],
)
def test_what_is_no_verb_is_said_to_be_none_with_what_may_be_meant(place: Workplace, text: str, hint: str) -> None:
    told = typed(place, text)

    assert "I know no “" in told
    assert hint in told
    assert "/signalbox help" in told
    assert ("/signalbox status" in told) is (
        text in ("frobnicate", "<!channel>")
    )  # all of it only where nothing is meant
    assert "<!channel>" not in told


@pytest.mark.parametrize("text", ["rename SB-2 Exports", "resolution", "mined"])
def test_what_is_little_like_a_verb_is_not_taken_for_it(place: Workplace, text: str) -> None:
    assert "Did you mean" not in typed(place, text)


@pytest.mark.parametrize(
    "text", ["merge SB-2 SB-1", "merge 2,1", "merge SB-2, SB-1", "merge 2 to 1 please", "merge sb2 into sb1 please!"]
)
def test_a_merge_needs_no_small_words(place: Workplace, text: str) -> None:
    a_public(place)
    a_public(place)

    assert "SB-2 was merged into SB-1" in typed(place, text)


def test_a_merge_of_three_is_no_merge(place: Workplace) -> None:
    for _ in range(3):
        a_public(place)

    assert "Name both reports" in typed(place, "merge SB-3 into SB-2 and SB-1")
    assert place.store.corrections.of_report(3) == []


def test_the_repository_of_what_was_merged_away_is_said_of_its_heir(place: Workplace) -> None:
    a_public(place)
    a_public(place)
    typed(place, "merge SB-2 into SB-1")

    told = typed(place, "repository SB-2 app", ADA)

    assert "SB-2 was merged into SB-1: `/signalbox repository SB-1 app` says it of that." in told
    assert place.store.reports.get(2).repository_by == ""


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("repository app", "app"),
        ("repository acme/app", "acme/app"),
        ("repository access/rights", ""),
        ("repository down", ""),
        ("repositoryapp", ""),
    ],
)
def test_a_repository_is_named_without_a_colon_if_there_is_such_a_one(words: str, name: str) -> None:
    assert repository_named(words, POLICY) == name


@pytest.mark.parametrize("word", ["unmerge", "undo that", "unmerge this"])
def test_a_merge_is_undone_in_the_thread_by_whatever_people_call_it(place: Workplace, word: str) -> None:
    a_public(place)
    away = a_public(place)
    typed(place, "merge SB-2 into SB-1")
    root = place.draw(2)[0].ts

    text, ts = f"<@{place.bot}> {word}", place.workspace.say(BOB, SOLAR, "x", root)
    place.event({"type": "app_mention", "channel": SOLAR, "user": BOB, "text": text, "ts": ts, "thread_ts": root})
    place.settles()

    assert place.whispers(BOB)[-1] == f"The merge of {away.ref} was undone."


def test_who_names_us_in_a_thread_and_is_not_understood_hears_what_would_be(place: Workplace) -> None:
    report = a_public(place, status=Status.AWAITING_APPROVAL)

    told = replies(place, report, BOB, f"<@{place.bot}> make it snappy")
    among_themselves = replies(place, report, BOB, "make it snappy")
    thanks = replies(place, report, BOB, f"<@{place.bot}> thanks!")

    assert len(told) == 1
    assert "I took that as no order" in told[0]
    assert among_themselves == thanks == []


@pytest.mark.parametrize("words", ["dismiss this", "Dismiss it!", "please dismiss this."])
def test_dismiss_this_is_as_clear_as_dismiss(words: str) -> None:
    assert phrase_of(words) is Phrase.STOP


def test_what_was_restored_is_known_by_its_words(place: Workplace) -> None:
    for number in range(2):
        signal = a_signal(place.store, channel=SOLAR, title="", body=f"The export {number} hangs " + "x" * 100)
        why = Screening(threat=Threat.INSTRUCTION_OVERRIDE, quote=f"export {number}", reason="It gives orders.")
        place.store.signals.hold(signal.id or 0, why, step=f"hold:{number}")
        place.store.signals.restore(signal.id or 0, ADA, signal.revision)

    told = typed(place, "held")

    for number in range(2):
        assert f"The export {number} hangs xxx" in told
    assert "x" * 60 not in told


def test_signals_of_the_same_words_are_told_apart_where_they_are_split(place: Workplace) -> None:
    report = a_public(place)
    moments = [dt.datetime(2026, 11, day, 8, 30, tzinfo=dt.UTC) for day in (3, 4)]
    for author, at in zip((ADA, BOB), moments, strict=True):
        a_signal(place.store, report_id=report.id, channel=SOLAR, title="Exports hang", author=author, happened_at=at)

    told = typed(place, "split SB-1")

    for author, at in zip((ADA, BOB), moments, strict=True):
        assert f'"user_id": "{author}"' in told
        assert f'"timestamp": {int(at.timestamp())}' in told


@pytest.mark.parametrize("text", ["?" * 40_000 + "x", ". " * 20_000 + "x", " please" * 5_000 + "x", " " * 40_000 + "x"])
def test_a_message_of_signs_alone_is_read_in_no_time(text: str) -> None:
    """Everybody may write one in a report's thread, and whoever is acknowledged meanwhile waits for it."""
    began = time.monotonic()

    said = [order_of(text), about_this(text, "U01BOT"), without_ending(text)[-1:]]

    assert said == ["", "", "x"]
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "words", ["undo SB-3", "undo SB-3 please", "undo SB-3. Please!", "undo SB-3  please ?!", "undo SB-3?"]
)
def test_courtesy_and_signs_at_the_end_are_no_part_of_an_order(words: str) -> None:
    assert without_ending(words) == "undo SB-3"
    assert without_ending("say please") == "say"
    assert without_ending("displease") == "displease"
