"""`/signalbox outcomes`: what came of a channel's reports, for who asks."""

from __future__ import annotations

import pytest

from storage.status import Visibility
from tests.bot.corrections import said
from tests.bot.life import Life
from tests.bot.workplace import ADA, BOB, ELSEWHERE, GUS, SECRET, SOLAR, Workplace
from tests.factories import a_report, a_signal


def shown(place: Workplace, words: str, user: str = BOB, channel: str = SOLAR) -> str:
    return str(place.types(user, "/signalbox", words, channel).body)


def test_it_counts_this_channels_reports_and_no_others(place: Workplace) -> None:
    life = Life(place)
    life.researched()
    life.approved()
    a_report(place.store, channel=ELSEWHERE)
    read = shown(place, "outcomes")
    for words in ("What came of this channel", "1 report opened", "1 plan shown", "1 approved", "about $0.00 spent"):
        assert words in read
    assert "nothing. A longer time" in shown(place, "outcomes", ADA, SECRET)


@pytest.mark.parametrize(
    "words",
    ["outcomes since 7d", "outcomes 7d", "outcomes --since 2026-01-01", "outcomes for the last 2 weeks", "outcomes 2w",
     "outcomes this", "outcomes acme/app --by source since 7d", "outcomes by source", "outcomes --by=repository, 30d"],
)  # fmt: skip
def test_a_time_a_repository_and_by_are_understood(place: Workplace, words: str) -> None:
    life = Life(place)
    life.researched()
    read = shown(place, words)
    assert ("1 report opened" in read) == (words != "outcomes this")
    assert ("narrow it" in read) is True


def test_of_a_repository_it_counts_what_may_be_spoken_of_here(place: Workplace) -> None:
    life = Life(place)
    life.researched()
    hidden = a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE)
    place.store.reports.change(hidden.id or 0, repository="acme/app")
    assert "1 report opened" in shown(place, "outcomes acme/app", BOB, ELSEWHERE)
    assert "2 reports opened" in shown(place, "outcomes acme/app", ADA, SECRET)
    assert "is no repository of the policy file" in said(place, BOB, "outcomes acme/other")


def test_of_very_many_the_rest_is_counted_and_named_as_that(place: Workplace) -> None:
    for number in range(15):
        a_signal(place.store, filed=True, source=f"source-{number:02}", channel=SOLAR)
    read = shown(place, "outcomes --by source")
    assert "source-11" in read
    assert "source-12" not in read
    assert "and 3 more, with 3 opened reports together" in read


def test_guests_are_told_nothing_and_a_wrong_time_is_said(place: Workplace) -> None:
    assert "Guests cannot do this" in said(place, GUS, "outcomes")
    assert "lies in the future" in said(place, BOB, "outcomes since 2999-01-01")
