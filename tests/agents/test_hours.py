"""The team's clock: its days and working days, also where the clocks are changed."""

from __future__ import annotations

import datetime as dt

import pytest

from agents.hours import day_of, is_read, working_time_after

PACIFIC, BERLIN, AZORES = "America/Los_Angeles", "Europe/Berlin", "Atlantic/Azores"
DAY = 86_400.0


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "began", "ends"),
    [
        ("2026-11-23T09:00", "UTC", "2026-11-23T00:00", "2026-11-24T00:00"),
        ("2026-11-23T03:00", PACIFIC, "2026-11-22T08:00", "2026-11-23T08:00"),
        ("2026-03-08T20:00", PACIFIC, "2026-03-08T08:00", "2026-03-09T07:00"),  # 23 hours
        ("2026-11-01T20:00", PACIFIC, "2026-11-01T07:00", "2026-11-02T08:00"),  # 25 hours
        ("2026-03-29T12:00", AZORES, "2026-03-29T01:00", "2026-03-30T00:00"),  # midnight itself is left out
        ("2026-10-25T00:30", AZORES, "2026-10-25T00:00", "2026-10-26T01:00"),  # midnight comes twice
        ("2026-10-25T01:30", AZORES, "2026-10-25T00:00", "2026-10-26T01:00"),
    ],
)
def test_a_day_is_the_team_s(moment: str, zone: str, began: str, ends: str) -> None:
    assert day_of(at(moment), zone) == (at(began), at(ends))


@pytest.mark.parametrize(
    ("began", "days", "zone", "until"),
    [
        ("2026-11-21T01:00", 1, PACIFIC, "2026-11-24T01:00"),  # Friday at five there, so Monday at five
        ("2026-11-21T01:00", 1, "UTC", "2026-11-24T00:00"),
        ("2026-03-05T19:00", 3, PACIFIC, "2026-03-10T18:00"),  # Thursday at eleven, so Tuesday at eleven
        ("2026-10-29T18:00", 3, PACIFIC, "2026-11-03T19:00"),
        ("2026-03-27T10:00", 1, BERLIN, "2026-03-30T09:00"),
    ],
)
def test_a_wait_runs_on_the_team_s_working_days(began: str, days: float, zone: str, until: str) -> None:
    assert working_time_after(at(began), days * DAY, zone) == at(until)


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("2026-11-23T07:00", "UTC", True),
        ("2026-11-23T07:00", PACIFIC, False),  # Sunday at eleven in the evening
        ("2026-11-23T14:59", PACIFIC, False),
        ("2026-11-23T15:00", PACIFIC, True),
        ("2026-11-24T00:59", PACIFIC, True),
        ("2026-11-24T01:00", PACIFIC, False),
        ("2026-11-21T00:30", PACIFIC, True),  # a Saturday in UTC
        ("2026-11-01T22:30", PACIFIC, False),
        ("2026-03-09T14:00", PACIFIC, True),  # an hour earlier than on the Friday before
        ("2026-03-06T14:00", PACIFIC, False),
    ],
)
def test_notes_come_by_day_where_the_team_is(moment: str, zone: str, expected: bool) -> None:
    assert is_read(at(moment), zone) is expected
