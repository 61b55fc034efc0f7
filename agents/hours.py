"""The team's clock: its hours, days and working days, in the zone that the policy names. Pure.

Two moments of one zone are subtracted as their clocks show them, so whatever counts seconds does so in UTC: a day on
which the clocks are changed has 23 hours, or 25.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

UTC = "UTC"
NOTES = range(7, 17)  # hours in which channels are told something: nobody reads a note at night
_DAY = 86_400.0
_SATURDAY = 5


def is_zone(name: str) -> bool:
    """Whether this machine knows a time zone of this name."""
    try:
        return name == UTC or bool(ZoneInfo(name))
    except (LookupError, OSError, ValueError):  # a folder of zones, another file, no name
        return False


def local(at: dt.datetime, zone: str) -> dt.datetime:
    """The moment as the team's clock shows it. UTC needs no list of zones, which not every machine has."""
    return at.astimezone(dt.UTC if zone == UTC else ZoneInfo(zone))


def day_of(at: dt.datetime, zone: str) -> tuple[dt.datetime, dt.datetime]:
    """When the team's day began, and when the next one does."""
    here = local(at, zone)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return midnight.astimezone(dt.UTC), (midnight + dt.timedelta(days=1)).astimezone(dt.UTC)


def is_workday(at: dt.datetime, zone: str) -> bool:
    """Whether it is neither Saturday nor Sunday there."""
    return local(at, zone).weekday() < _SATURDAY


def is_read(at: dt.datetime, zone: str) -> bool:
    """Whether people may be told something now that can wait: on a working day, by day."""
    return is_workday(at, zone) and local(at, zone).hour in NOTES


def working_time_after(at: dt.datetime, seconds: float, zone: str) -> dt.datetime:
    """When people have had so much time: of a day and more, Saturdays and Sundays do not count."""
    return workdays_after(at, seconds, zone) if seconds >= _DAY else at + dt.timedelta(seconds=seconds)


def workdays_after(at: dt.datetime, seconds: float, zone: str) -> dt.datetime:
    """When so many seconds of working days have passed."""
    left, at = seconds, at.astimezone(dt.UTC)
    while True:
        _, midnight = day_of(at, zone)
        today = (midnight - at).total_seconds()
        if is_workday(at, zone):
            if left <= today:
                return at + dt.timedelta(seconds=left)
            left -= today
        at = midnight
