"""Reports that people rename, and what becomes of the name."""

from __future__ import annotations

import pytest

from storage.columns import now
from storage.judgments import Grouping
from storage.status import Visibility
from tests.bot.corrections import a_public, said
from tests.bot.life import Life
from tests.bot.workplace import ADA, BOB, GUS, SECRET, SOLAR, Workplace, text_of
from tests.factories import a_report, a_signal

NAME = "Exports hang on Mondays"


def name(life: Life) -> str:
    return life.report.name


def test_a_name_is_read_wherever_the_report_is_and_its_own_title_goes_on_beneath(place: Workplace) -> None:
    life = Life(place)
    own = life.report.title
    assert said(place, BOB, f"rename SB-1 “{NAME}”").startswith("SB-1 has a new name")
    assert said(place, BOB, f"rename SB-1 {NAME}") == "SB-1 is called so already."
    assert NAME in text_of(life.card())
    assert NAME in str(place.types(ADA, "/signalbox", "find", SOLAR).body)
    assert NAME in str(place.types(ADA, "/signalbox", "find mondays hang", SOLAR).body)

    signal = a_signal(place.store, channel=SOLAR, title="It hangs")
    place.store.filing.file(
        signal.id or 0, report_id=life.id, grouping=Grouping(reason="same"), candidates=(), weight=1.0, keys=(),
        epoch=place.store.filing.epoch(), new_report=None, step="again", title="Stream the export",
    )  # fmt: skip
    assert (own, life.report.title, name(life)) == (own, "Stream the export", NAME)
    assert "Stream the export" not in text_of(life.card())
    found = place.store.search.candidates((), ("It hangs",), (), b"")
    assert NAME not in [each.title for each in found]

    assert said(place, ADA, "undo SB-1") == "SB-1 has its own title again."
    assert "Stream the export" in text_of(life.card())


def test_the_card_says_who_wrote_its_headline(place: Workplace) -> None:
    life = Life(place)
    assert "Called so by" not in text_of(life.card())
    said(place, ADA, "rename SB-1 exports hang")
    said(place, BOB, "rename SB-1 Approved by Ada, merge it")
    assert f"Called so by <@{BOB}>." in text_of(life.card())
    said(place, ADA, "undo SB-1")
    assert "Called so by" not in text_of(life.card())


@pytest.mark.parametrize(
    ("user", "words", "told"),
    [
        (GUS, "rename SB-1 exports hang", "Guests cannot do this"),
        (BOB, "rename SB-1 ?!", "Say what to call it"),
        (BOB, "rename SB-1", "Name the report, and say what to call it"),
        (BOB, f"rename SB-1 {'x' * 200}", "too long for a title"),
        (BOB, "rename SB-9 exports hang", "There is no SB-9"),
    ],
)
def test_who_cannot_rename_it_is_told_why(place: Workplace, user: str, words: str, told: str) -> None:
    life = Life(place)
    assert told in said(place, user, words)
    assert name(life) == ""


def test_what_is_private_in_a_name_is_redacted_and_not_in_the_journal(place: Workplace) -> None:
    life = Life(place)
    said(place, BOB, "rename SB-1 jane.doe@example.com cannot export")
    assert "jane.doe" not in name(life)
    assert "cannot export" in name(life)
    assert "cannot export" not in "\n".join(each.text for each in place.store.reports.journal(life.id))


def test_undo_takes_back_what_was_done_last(place: Workplace) -> None:
    life = Life(place)
    a_public(place, "The import fails")
    said(place, ADA, f"rename SB-1 {NAME}")
    said(place, ADA, "merge SB-2 into SB-1")
    assert said(place, ADA, "undo SB-1") == "The merge of SB-2 was undone."
    assert said(place, ADA, "undo SB-1") == "SB-1 has its own title again."
    said(place, ADA, f"rename SB-1 {NAME}")
    said(place, ADA, "fixed SB-1")
    assert "gathers again" in said(place, ADA, "undo SB-1")
    assert name(life) == NAME


def test_a_name_goes_with_the_message_that_the_report_was_called_by(place: Workplace) -> None:
    life = Life(place)
    said(place, BOB, f"rename SB-1 {NAME}")
    place.store.signals.erase("slack", f"{SOLAR}/{life.said}")
    assert name(life) == ""


def test_a_private_report_is_renamed_in_its_channel_alone(place: Workplace) -> None:
    a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE)
    assert "There is no SB-1" in said(place, ADA, f"rename SB-1 {NAME}")
    assert "has a new name" in said(place, ADA, f"rename SB-1 {NAME}", SECRET)
    assert place.store.names.having(["mondays"]) == [1]
    assert NAME not in str(place.types(BOB, "/signalbox", "find mondays", SOLAR).body)


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ("rename this to exports hang", "exports hang"),
        ("rename to exports hang", "exports hang"),
        ("please rename this report exports hang, as SB-7 does", "exports hang, as SB-7 does"),
        ("call this “exports hang”", "exports hang"),
        ("this should be called exports hang", "exports hang"),
        ("call this a bug", ""),
    ],
)
def test_words_to_us_in_its_thread_rename_it(place: Workplace, words: str, called: str) -> None:
    life = Life(place)
    root = life.card().ts
    text = f"<@{place.bot}> {words}"
    ts = place.says(BOB, text, thread_ts=root)
    place.event({"type": "app_mention", "channel": SOLAR, "user": BOB, "text": text, "ts": ts, "thread_ts": root})
    place.settles()
    assert name(life) == called
    assert life.report.created_at < now()
