"""Issues that people link with a report, as they do it in Slack, and what they read of it."""

from __future__ import annotations

import pytest

from storage.status import Mover, Status, Visibility
from tests.bot.corrections import a_public, said
from tests.bot.life import Life
from tests.bot.workplace import ADA, BOB, GUS, SECRET, SOLAR, Workplace, text_of
from tests.factories import a_report

ISSUE = "https://github.example/acme/app/issues/12"
TRACKED = "https://linear.example/acme/issue/SHOP-7"


def links(place: Workplace, report_id: int = 1) -> list[tuple[str, str]]:
    return [(each.identifier, each.url) for each in place.store.linked.of_report(report_id)]


def test_an_issue_is_linked_shown_on_the_card_and_unlinked(place: Workplace) -> None:
    life = Life(place)
    assert said(place, BOB, f"link SB-1 {ISSUE}").startswith("acme/app#12 is linked with SB-1: what is reported of it")
    assert said(place, BOB, f"linked SB-1 to {ISSUE}#issuecomment-1") == "acme/app#12 is linked with SB-1 already."
    assert said(place, ADA, f"link SB-1 {TRACKED}/exports-fail").startswith("SHOP-7 is linked with SB-1")
    assert links(place) == [("acme/app#12", ISSUE), ("SHOP-7", TRACKED)]
    assert f"<{ISSUE}|acme/app#12 on github.example>, linked by <@{BOB}>" in text_of(life.card())

    assert (
        said(place, ADA, f"unlink SB-1 {ISSUE}") == "acme/app#12 is not linked with SB-1 any more. What joined stays."
    )
    assert said(place, ADA, f"unlink SB-1 {ISSUE}") == "acme/app#12 is not linked with SB-1."
    assert "acme/app#12" not in text_of(life.card())
    said(place, BOB, f"link SB-1 {ISSUE}")
    assert links(place) == [("acme/app#12", ISSUE), ("SHOP-7", TRACKED)]


@pytest.mark.parametrize(
    ("user", "words", "told"),
    [
        (GUS, f"link SB-1 {ISSUE}", "Guests cannot do this"),
        (BOB, "link SB-1 https://example.org/x", "Name the report and an issue"),
        (BOB, "link SB-1", "Name the report and an issue"),
        (BOB, f"link SB-9 {ISSUE}", "There is no SB-9"),
        (BOB, "link SB-1 https://me:ghp_0123456789@github.example/acme/app/issues/1", "Name the report and an issue"),
        (BOB, "unlink SB-1 nothing", "Name the report and an issue"),
    ],
)
def test_what_cannot_be_linked_is_said(place: Workplace, user: str, words: str, told: str) -> None:
    Life(place)
    assert told in said(place, user, words)
    assert links(place) == []


def test_of_many_the_card_says_how_many_more_there_are(place: Workplace) -> None:
    life = Life(place)
    for number in range(1, 8):
        said(place, BOB, f"link SB-1 https://github.example/acme/app/issues/{number}")
    assert "and 3 more linked issues" in text_of(life.card())


def test_where_another_report_has_it_already_that_is_said_unless_it_is_private(place: Workplace) -> None:
    Life(place)
    a_public(place, "The import fails")
    hidden = a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE)
    said(place, ADA, f"link SB-{hidden.id} {ISSUE}", SECRET)
    assert "already" not in said(place, BOB, f"link SB-1 {ISSUE}")
    assert "`/signalbox merge SB-1 into SB-2` joins the two." in said(place, BOB, f"link SB-2 {ISSUE}")


def test_a_pull_request_is_what_mends_it_and_a_closed_report_is_linked_no_more(place: Workplace) -> None:
    life = Life(place)
    assert "I follow pull request #5" in said(place, BOB, "link SB-1 https://github.example/acme/app/pull/5")
    life.move(Status.DISMISSED, Mover.HUMAN, ADA)
    assert said(place, BOB, f"link SB-1 {ISSUE}") == "SB-1 is dismissed, so nothing is linked with it any more."


@pytest.mark.parametrize(
    "words",
    [
        f"link this to <{ISSUE}>",
        f"this is <{ISSUE}|acme/app#12>",
        f"link SB-1 <{ISSUE}>",
        f"it is tracked in <{ISSUE}>",
    ],
)
def test_words_to_us_in_its_thread_link_it(place: Workplace, words: str) -> None:
    root = Life(place).card().ts
    text = f"<@{place.bot}> {words}"
    ts = place.says(BOB, text, thread_ts=root)
    place.event({"type": "app_mention", "channel": SOLAR, "user": BOB, "text": text, "ts": ts, "thread_ts": root})
    place.settles()
    assert links(place) == [("acme/app#12", ISSUE)]
