"""What was said while Slack could not reach the bot is read back; what Slack itself sends again is left to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.listening import MARK, Listening
from bot.slack.writer import SlackWriter
from bot.sources.slack import SOURCE
from playground.faults import Fault, Kind, Moment
from storage.columns import now
from storage.records import Decision, Signal
from storage.status import SignalStatus, Status
from storage.store import Store
from tests.bot.life import Life
from tests.bot.site import Site
from tests.bot.workplace import ADA, BOB, QUIET, SHARED, SOLAR, Workplace, a_seed, a_workplace

WEEKEND = dt.timedelta(hours=62)


def listening(place: Workplace, after: dt.timedelta = dt.timedelta(), *, connected: bool = True) -> Listening:
    """The listener, at a moment so much later than now."""
    return Listening(place.deps, lambda: connected, lambda: now() + after)


def was_away(place: Workplace, since: dt.timedelta) -> None:
    """The bot heard something last so long ago."""
    place.store.cursors.advance(MARK, (now() - since).isoformat(), [])


def signals(place: Workplace, *said: str, channel: str = SOLAR) -> list[Signal]:
    return [found for ts in said for found in place.store.signals.find(SOURCE, f"{channel}/{ts}")]


def reads(place: Workplace) -> int:
    return len(place.workspace.calls("conversations.history"))


def test_what_was_said_while_nobody_listened_is_heard_once_with_its_answers(place: Workplace) -> None:
    was_away(place, WEEKEND)
    first = place.workspace.say(BOB, SOLAR, "the export fails since Friday")
    place.workspace.say(ADA, SOLAR, "for me too, with an empty basket", first)
    second = place.workspace.say(BOB, SOLAR, "and the login is slow")
    listening(place).note()

    heard = signals(place, first, second)
    assert [each.author for each in heard] == [BOB, BOB]
    assert "with an empty basket" in heard[0].body
    revisions = [each.revision for each in heard]

    was_away(place, WEEKEND)
    listening(place).note()
    assert [each.revision for each in signals(place, first, second)] == revisions


def test_after_a_moment_or_at_the_first_start_nothing_is_read_back(place: Workplace) -> None:
    said = place.workspace.say(BOB, SOLAR, "the export fails")
    listening(place).note()
    listening(place, dt.timedelta(minutes=2)).note()
    assert reads(place) == 0
    assert signals(place, said) == []


def test_while_slack_is_gone_the_mark_stays_and_the_next_minute_reads(place: Workplace) -> None:
    was_away(place, WEEKEND)
    said = place.workspace.say(BOB, SOLAR, "the export fails")
    mark = place.store.cursors.get(MARK).value
    listening(place, connected=False).note()
    place.faults.plan(Fault("slack:conversations.history", Moment.RECEIPT, Kind.REFUSE, times=3, status=503))
    listening(place).note()
    assert place.store.cursors.get(MARK).value == mark
    assert signals(place, said) == []

    listening(place).note()
    assert place.store.cursors.get(MARK).value > mark
    assert len(signals(place, said)) == 1


def test_channels_that_are_not_listened_to_stay_unheard_and_keep_no_other_back(place: Workplace) -> None:
    was_away(place, WEEKEND)
    outside = place.workspace.say(ADA, SHARED, "another workspace reads this")
    aside = place.workspace.say(ADA, QUIET, "nobody asked the bot to listen here")
    said = place.workspace.say(BOB, SOLAR, "the export fails")
    place.workspace.remove(place.bot, SHARED)
    listening(place).note()

    assert len(signals(place, said)) == 1
    assert signals(place, outside, channel=SHARED) == signals(place, aside, channel=QUIET) == []


@pytest.fixture
def kept(place: Workplace) -> list[str]:
    """Three messages that were heard before the bot was away."""
    said = [place.workspace.say(BOB, SOLAR, f"the export {number} fails") for number in range(3)]
    was_away(place, WEEKEND)
    listening(place).note()
    assert len(signals(place, *said)) == 3
    return said


def back(place: Workplace) -> list[bool]:
    """What is left of all signals when the bot is back after minutes of which it heard nothing."""
    place.store.cursors.advance(MARK, now().isoformat(), [])
    listening(place, dt.timedelta(minutes=9)).note()
    return [bool(place.store.signals.get(number).body) for number in (1, 2, 3)]


def test_what_was_deleted_while_nobody_listened_is_forgotten_and_nothing_else(
    place: Workplace, kept: list[str]
) -> None:
    place.workspace.say(ADA, SOLAR, "for me too", kept[2])
    place.workspace.delete(BOB, SOLAR, kept[0])
    place.workspace.delete(BOB, SOLAR, kept[2])  # its place stays, for the answer's sake

    assert back(place) == [False, True, False]
    assert signals(place, kept[0])[0].status is SignalStatus.ERASED
    assert back(place) == [False, True, False]


def test_where_slack_shows_no_page_of_a_time_or_refuses_nothing_is_forgotten(
    place: Workplace, kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = type(place.deps.slack).page

    def nothing_old(slack: SlackWriter, channel: str, *asked: Any) -> dict[str, Any]:
        answer = shown(slack, channel, *asked)
        whole = len(asked) == 4 and asked[1] != asked[3]  # the page of a week, not of one message
        return {**answer, "messages": []} if whole else answer

    monkeypatch.setattr(type(place.deps.slack), "page", nothing_old)  # as if a page had left them out
    assert back(place) == [True, True, True]

    monkeypatch.undo()
    place.workspace.delete(BOB, SOLAR, kept[0])
    place.workspace.remove(place.bot, SOLAR)
    assert back(place) == [True, True, True]


def test_a_yes_in_a_reports_thread_that_nobody_heard_decides_nothing_later(place: Workplace) -> None:
    life = Life(place)
    life.researched()
    card = life.card()
    life.draw()
    was_away(place, WEEKEND)
    place.workspace.say(ADA, SOLAR, "approve", card.ts)
    listening(place).note()

    assert life.report.status is Status.AWAITING_APPROVAL
    decisions = [each.decision for each in place.store.plans.approvals(life.id)]
    assert Decision.APPROVE not in decisions


def test_a_weekend_of_more_threads_than_slack_lets_us_read_in_a_minute_is_heard_in_a_few(
    site: Site, sqlite_store: Store, tmp_path: Path
) -> None:
    seed = a_seed()
    seed = replace(seed, rules=replace(seed.rules, reads_per_minute=10))
    with a_workplace(site, sqlite_store, tmp_path, seed=seed) as place:
        threads = [place.workspace.say(BOB, SOLAR, f"the export {number} fails") for number in range(25)]
        for number, ts in enumerate(threads):
            place.workspace.say(ADA, SOLAR, f"also in region {number}", ts)
        was_away(place, WEEKEND)
        ears, mark = listening(place), place.store.cursors.get(MARK).value
        for _ in range(12):
            ears.note()
            place.workspace.advance_clock(61)
            if place.store.cursors.get(MARK).value > mark:
                break

        heard = signals(place, *threads)
        assert len(heard) == 25
        assert all("also in region" in each.body for each in heard)
        assert place.store.cursors.get(MARK).value > mark
