"""The first pull of a source: what is taken of its past, what is left out, and what a break leaves."""

from __future__ import annotations

import datetime as dt

from bot import breaker
from bot.forgetting import forget_words
from bot.pulling.pulls import FIRST
from storage.columns import now
from tests.bot.shop import NAME, START, Shop, status_of


def test_switching_a_source_on_takes_the_heaviest_and_newest_and_counts_the_rest(shop: Shop) -> None:
    shop.first_day = 5
    shop.issues(*range(1, 131), level="warning")
    shop.issues(200, level="fatal", hours=20)

    assert shop.pull() == ["S-200", "S-127", "S-128", "S-129", "S-130"]
    cursor = shop.store.cursors.get(NAME)
    assert (cursor.left_out, cursor.left_out_since) == (126, START - dt.timedelta(days=1))
    assert len(shop.told.signals) == 5
    said = breaker.what_was_left_out(cursor)
    assert said.startswith("126 older or lighter signals were left out")
    assert f"signalbox pull {NAME} --since {START - dt.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}" in said
    assert f"signalbox pull {NAME} --since" in status_of(cursor, shop.at)


def test_after_the_first_pull_everything_new_is_taken(shop: Shop) -> None:
    shop.first_day = 2
    shop.issues(1, 2, 3)
    assert shop.pull() == ["S-2", "S-3"]
    shop.issues(*range(10, 40), hours=1)
    assert len(shop.pull(after=60)) == 32
    assert shop.store.cursors.get(NAME).left_out == 1


def test_a_first_pull_that_breaks_off_begins_anew_and_loses_nothing(shop: Shop) -> None:
    shop.issues(*range(1, 8))
    shop.fails("sentry:events.latest", nth=4, status=500)
    assert shop.pull() == []
    assert shop.store.cursors.get(NAME).value == ""
    assert len(shop.pull(after=5)) == 7


def test_a_first_pull_that_a_rate_limit_stops_goes_on_behind_the_pages_it_read(shop: Shop) -> None:
    shop.first_day = 3
    shop.issues(1, level="fatal", hours=3)
    shop.issues(*range(100, 330), level="warning")
    shop.fails("sentry:events.latest", nth=150, status=429, retry_after=30)
    assert shop.pull() == []
    begun = shop.store.cursors.get(f"{FIRST}{NAME}")
    asked = shop.faults.seen("sentry:events.latest")
    assert (asked, "S-1" in begun.value) == (150, True)

    assert shop.pull(after=31) == ["S-328", "S-329", "S-1"]
    assert shop.faults.seen("sentry:events.latest") - asked < 140
    cursor = shop.store.cursors.get(NAME)
    assert (cursor.left_out, cursor.left_out_since) == (228, START - dt.timedelta(days=1))
    assert shop.store.cursors.get(f"{FIRST}{NAME}").value == ""


def test_what_a_first_pull_had_read_is_forgotten_when_nobody_goes_on_with_it(shop: Shop) -> None:
    shop.issues(*range(1, 201))
    shop.fails("sentry:events.latest", nth=150, status=500)
    shop.pull()
    assert shop.store.cursors.get(f"{FIRST}{NAME}").value

    forget_words(shop.store, now() + dt.timedelta(hours=23), 1e9)
    assert shop.store.cursors.get(f"{FIRST}{NAME}").value
    forget_words(shop.store, now() + dt.timedelta(hours=25), 1e9)
    assert shop.store.cursors.get(f"{FIRST}{NAME}").value == ""
