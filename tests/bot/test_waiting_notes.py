"""Channels hear what waits for a person for days, and what is not read: in one note, once a week at most."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, cast

import pytest

from agents.errors import SlackDown
from agents.terms import SourceTerms
from bot.notes.waiting import WaitingNotes
from bot.slack.writer import SlackWriter
from playground.faults import Fault, Kind, Moment
from playground.workspace import Message
from storage.columns import now
from storage.status import Mover, Status, Visibility
from tests.bot.life import Life
from tests.bot.workplace import ADA, BOB, ELSEWHERE, SECRET, SHARED, SOLAR, Workplace, text_of
from tests.factories import a_report

DAY = dt.timedelta(days=1)


def a_tuesday(weeks: int = 0) -> dt.datetime:
    """The first Tuesday, at ten, that is four days from now or more, and so many weeks later."""
    at = (now() + 4 * DAY).replace(hour=10, minute=0)
    return at + ((1 - at.weekday()) % 7) * DAY + 7 * weeks * DAY


def notes(place: Workplace, at: dt.datetime) -> WaitingNotes:
    return WaitingNotes(place.store, place.writer, place.policy, lambda: at)


def told(place: Workplace, channel: str = SOLAR) -> list[Message]:
    """What the bot has said in a channel beside cards."""
    roots = (each for each in place.workspace.messages(channel) if each.user == place.bot and not each.thread_ts)
    return [each for each in roots if not each.text.startswith("SB-")]


def a_review(place: Workplace) -> Life:
    life = Life(place)
    life.researched()
    life.approved()
    life.fixed()
    life.green()
    life.draw()
    return life


def test_a_review_that_nobody_makes_is_told_of_once_a_week_and_after_a_month_no_more(place: Workplace) -> None:
    life = a_review(place)
    notes(place, now() + 2 * DAY).post()
    assert told(place) == []
    for days in range(6):
        notes(place, a_tuesday() + days * DAY).post()
    (first,) = told(place)
    assert first.text == "1 report waits for a person."
    assert f"{life.report.ref} " in text_of(first)
    assert "its pull request waits for review and merge, for" in text_of(first)

    for weeks in range(1, 9):
        notes(place, a_tuesday(weeks)).post()
    assert 3 <= len(told(place)) <= 4


@pytest.mark.parametrize(
    ("fault", "posts"),
    [
        (Fault("slack:chat.postMessage", Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=30, times=50), [0, 1, 1]),
        (Fault("slack:chat.postMessage", Moment.PERFORMED, Kind.DROP), [1, 1, 1]),
    ],
)
def test_a_note_that_slack_did_not_take_is_posted_an_hour_later_and_one_that_it_may_have_taken_next_week(
    place: Workplace, fault: Fault, posts: list[int]
) -> None:
    a_review(place)
    place.faults.plan(fault)
    seen = []
    for hours in range(3):
        notes(place, a_tuesday() + dt.timedelta(hours=hours)).post()
        place.faults.clear()
        seen.append(len(told(place)))
    assert seen == posts


def test_who_dies_over_a_note_does_not_post_it_again(place: Workplace) -> None:
    a_review(place)
    dying = replace(notes(place, a_tuesday()), slack=cast("SlackWriter", Dying(place.writer)))
    with pytest.raises(KeyboardInterrupt):
        dying.post()
    notes(place, a_tuesday() + dt.timedelta(hours=1)).post()
    assert len(told(place)) == 1


def test_where_slack_does_not_say_what_channel_it_is_the_note_comes_later(place: Workplace) -> None:
    a_review(place)
    replace(notes(place, a_tuesday()), slack=cast("SlackWriter", Deaf())).post()
    assert told(place) == []
    notes(place, a_tuesday() + dt.timedelta(hours=1)).post()
    assert len(told(place)) == 1


class Deaf:
    """The writer while Slack does not answer."""

    def place(self, channel: str) -> None:
        raise SlackDown(f"Slack does not say what {channel} is.")


class Dying:
    """The writer of a process that is struck after a post was made and before its answer is read."""

    def __init__(self, writer: SlackWriter) -> None:
        self.place = writer.place
        self._post = writer.post

    def post(self, *said: Any, **key: Any) -> None:
        self._post(*said, **key)
        raise KeyboardInterrupt


def test_nobody_is_told_at_night_or_on_a_weekend_or_where_the_policy_says_so(place: Workplace) -> None:
    a_review(place)
    tuesday = a_tuesday()
    for at in (tuesday.replace(hour=3), tuesday + 4 * DAY, tuesday + 5 * DAY):
        notes(place, at).post()
    replace(notes(place, tuesday), policy=place.policy.model_copy(update={"waiting_notes": False})).post()
    assert told(place) == []


def test_a_plan_that_expired_and_one_that_is_stuck_are_told_of_and_what_gathers_is_not(place: Workplace) -> None:
    expired, stuck, vague = Life(place), Life(place), Life(place)
    for life in (expired, stuck):
        life.researched()
    expired.move(Status.GATHERING, Mover.WORLD, "world", "it expired")
    stuck.approved()
    stuck.move(Status.STUCK)
    vague.move(Status.AWAITING_RESEARCH, Mover.WORLD, "world")
    vague.move(Status.GATHERING)
    for life in (expired, stuck, vague):
        life.draw()
    a_report(place.store, status=Status.STUCK, channel=SOLAR)  # that was never shown

    notes(place, a_tuesday()).post()
    (note,) = told(place)
    assert note.text == "2 reports wait for a person."
    assert "its plan expired undecided, and waits for Ask again" in text_of(note)
    assert "it is stuck, and waits for Retry or Dismiss" in text_of(note)
    card = expired.card()
    assert "a plan was shown, and expired because it was not decided on" in text_of(card)


def test_a_source_that_is_not_read_for_a_day_is_told_of_where_its_reports_go(place: Workplace) -> None:
    errors = SourceTerms(kind="sentry", report_to=SECRET, visibility=Visibility.PRIVATE)
    shared = SourceTerms(kind="linear", report_to=SHARED)
    place.policy = place.policy.model_copy(update={"sources": {"errors": errors, "tracker": shared}})
    at = a_tuesday()
    place.store.cursors.failed("tracker", "Linear answered 401.", at + DAY, rests_since=at - DAY)
    place.store.cursors.failed("errors", "Sentry answered 401.", at + DAY, rests_since=at - dt.timedelta(hours=20))
    notes(place, at).post()
    assert told(place, SECRET) == []

    notes(place, at + DAY).post()
    (note,) = told(place, SECRET)
    assert note.text == "1 source cannot be read."
    assert "Sentry answered 401." in text_of(note)
    assert told(place) == told(place, ELSEWHERE) == told(place, SHARED) == []


def test_a_source_that_falls_silent_is_told_of_in_the_week_of_another_note_too_and_once(place: Workplace) -> None:
    errors = SourceTerms(kind="sentry", report_to=SOLAR)
    place.policy = place.policy.model_copy(update={"sources": {"errors": errors}})
    a_review(place)
    at = a_tuesday()
    notes(place, at).post()
    place.store.cursors.failed("errors", "Sentry answered 503.", at + DAY, rests_since=at - dt.timedelta(hours=1))
    for hours in range(4):
        notes(place, at + DAY + dt.timedelta(hours=hours)).post()
    assert [each.text for each in told(place)] == ["1 report waits for a person.", "1 source cannot be read."]

    place.store.cursors.advance("errors", "x", [])  # it was read again, and fails anew
    again = at + 2 * DAY
    place.store.cursors.failed("errors", "Sentry answered 503.", again + DAY, rests_since=again)
    notes(place, again + DAY).post()
    assert [each.text for each in told(place)][2:] == ["1 source cannot be read."]


def test_home_shows_what_waits_for_a_person_however_old_it_is(place: Workplace) -> None:
    life = a_review(place)
    for _ in range(60):
        a_report(place.store, channel=SOLAR)
    place.event({"type": "app_home_opened", "user": BOB, "tab": "home"})
    place.settles()
    home = place.workspace.home(BOB)
    assert home is not None
    people, _, others = str(home.content["blocks"]).partition("Open reports")
    assert f"{life.report.ref} " in people
    assert f"{life.report.ref} " not in others
    assert ADA not in people
