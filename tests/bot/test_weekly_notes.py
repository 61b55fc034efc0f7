"""A channel hears on Mondays what came of its reports: once, in its own words, and nothing of other channels."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.notes.weekly import WeeklyNotes
from bot.views.week import week
from playground.faults import Fault, Kind, Moment
from storage.columns import now
from storage.records import Entry, Report
from storage.reports.balance import Balance
from storage.status import Mover, Status
from storage.transactions import WRITING
from tests.bot.corrections import stray_backticks
from tests.bot.life import Life
from tests.bot.test_waiting_notes import DAY, told
from tests.bot.workplace import SECRET, SOLAR, Workplace, text_of

HOUR = dt.timedelta(hours=1)


def a_monday() -> dt.datetime:
    """The next Monday at nine that is a day from now or more."""
    at = (now() + DAY).replace(hour=9, minute=0)
    return at + ((0 - at.weekday()) % 7) * DAY


def notes(place: Workplace, at: dt.datetime) -> WeeklyNotes:
    return WeeklyNotes(place.store, place.writer, place.policy, lambda: at)


def a_week(place: Workplace) -> dt.datetime:
    """The count began a week before the Monday that is returned, and on the Friday a report came and was dismissed."""
    monday = a_monday()
    Life(place).move(Status.DISMISSED, Mover.HUMAN, "U02BOB", "no")
    friday = monday - 3 * DAY
    with place.store.engine.execution_options(**{WRITING: True}).begin() as connection:
        connection.execute(update(Entry).values(at=friday))
        connection.execute(update(Report).values(created_at=friday))
    notes(place, monday - 7 * DAY).post()
    notes(place, monday - 7 * DAY).post()
    assert told(place) == []
    return monday


def test_the_first_monday_begins_the_count_and_each_later_one_tells_once(place: Workplace) -> None:
    monday = a_week(place)
    for at in (monday.replace(hour=7), monday, monday + HOUR, monday + DAY):
        notes(place, at).post()

    (said,) = told(place)
    assert "The last seven days: 1 report opened, 1 dismissed." in text_of(said)
    assert told(place, SECRET) == []


def test_nothing_is_told_of_a_week_without_news_or_where_the_policy_says_so(place: Workplace) -> None:
    monday = a_week(place)
    replace(notes(place, monday), policy=place.policy.model_copy(update={"weekly_notes": False})).post()
    notes(place, monday.replace(hour=3)).post()
    notes(place, monday + 14 * DAY).post()

    assert told(place) == []


def test_monday_is_the_team_s(place: Workplace) -> None:
    monday = a_week(place).replace(hour=7)  # in San Francisco it is still Sunday
    there = place.policy.model_copy(update={"timezone": "America/Los_Angeles"})
    said = []
    for hours in (0, 9):
        replace(notes(place, monday + hours * HOUR), policy=there).post()
        said.append(len(told(place)))
    assert said == [0, 1]


@pytest.mark.parametrize(
    ("fault", "posts"),
    [
        (Fault("slack:chat.postMessage", Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=30, times=50), [0, 1]),
        (Fault("slack:chat.postMessage", Moment.PERFORMED, Kind.DROP), [1, 1]),
    ],
)
def test_a_weeks_note_that_slack_did_not_take_comes_an_hour_later_and_one_that_it_may_have_taken_does_not(
    place: Workplace, fault: Fault, posts: list[int]
) -> None:
    monday, seen = a_week(place), []
    place.faults.plan(fault)
    for hours in range(2):
        notes(place, monday + hours * HOUR).post()
        place.faults.clear()
        seen.append(len(told(place, SOLAR)))
    assert seen == posts


def test_what_is_typed_in_a_note_is_drawn_as_code() -> None:
    _, blocks = week(Balance(approved=3, ahead=1))
    assert stray_backticks([each.to_dict() for each in blocks]) == []


def test_only_what_there_was_is_named() -> None:
    text, _ = week(Balance(opened=3, returned=1, merged=2, came_back=1))

    assert text == (
        "The last seven days: 3 reports opened (1 of a problem that was closed before), 2 merged, "
        "1 came back after the merge."
    )


def test_it_says_how_many_were_allowed_ahead() -> None:
    said, _ = week(Balance(approved=3, ahead=1))
    assert "3 approved (1 ahead, by a standing approval" in said
