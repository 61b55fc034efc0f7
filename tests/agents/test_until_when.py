"""Until when, in people's words."""

from __future__ import annotations

import datetime as dt
from zoneinfo import available_timezones

import pytest

from agents.people.until_when import moment_in, order_in

AT = dt.datetime(2026, 11, 24, 22, 30, tzinfo=dt.UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("3d", "2026-11-27 22:30"),
        ("for 3 days", "2026-11-27 22:30"),
        ("an hour", "2026-11-24 23:30"),
        ("90 min", "2026-11-25 00:00"),
        ("2w", "2026-12-08 22:30"),
        ("Tomorrow", "2026-11-25 09:00"),
        ("until monday", "2026-11-30 09:00"),
        ("tue", "2026-12-01 09:00"),
        ("next week", "2026-11-30 09:00"),
        ("until 2026-12-01", "2026-12-01 09:00"),
    ],
)
def test_a_moment_is_named_in_many_ways(words: str, said: str) -> None:
    moment = moment_in(words, AT)
    assert moment is not None
    assert f"{moment:%Y-%m-%d %H:%M}" == said


@pytest.mark.skipif("Asia/Tokyo" not in available_timezones(), reason="this machine has no list of time zones")
def test_a_day_begins_in_the_morning_of_who_names_it_also_where_the_clocks_change() -> None:
    assert moment_in("tomorrow", AT, "Asia/Tokyo") == dt.datetime(2026, 11, 26, 0, 0, tzinfo=dt.UTC)  # Wednesday there
    autumn = dt.datetime(2026, 10, 23, 12, 0, tzinfo=dt.UTC)
    assert moment_in("monday", autumn, "Europe/Berlin") == dt.datetime(2026, 10, 26, 8, 0, tzinfo=dt.UTC)
    assert moment_in("tomorrow", AT, "Nowhere/At all") == moment_in("tomorrow", AT)


@pytest.mark.parametrize(
    "words", ["", "soon", "3", "d", "monkey", "until 2026-13-01", "3 fortnights", "until", "sunny"]
)
def test_other_words_name_none(words: str) -> None:
    assert moment_in(words, AT) is None


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("snooze", "snooze {}"),
        ("Snooze this for a while", "snooze {}"),
        ("snooze 3d", "snooze {} 3d"),
        ("please snooze it until Monday", "snooze {} until monday"),
        ("mute this report", "mute {}"),
        ("mute for 2 weeks", "snooze {} for 2 weeks"),
        ("wake up", "wake {}"),
        (
            "snooze until easter",
            "snooze {} until easter",
        ),  # so that it is told that this is no time, and guides nothing
        ("snooze 3 dayz", "snooze {} 3 dayz"),
        ("unmute", "wake {}"),
    ],
)
def test_words_that_are_wholly_an_order_are_one(words: str, order: str) -> None:
    assert order_in(words) == order


@pytest.mark.parametrize(
    "words",
    [
        "snooze the alarm in the test",
        "wake up the reviewers",
        "the mute button fails",
        "mute the log",
        "snooze 3 of the alarms in the test",
        "later",
        "asleep",
    ],
)
def test_words_about_something_else_are_none(words: str) -> None:
    assert order_in(words) == ""
