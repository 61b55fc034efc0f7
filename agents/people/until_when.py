"""Until when, in people's words: `3d`, `for 2 weeks`, `until monday`, `tomorrow`, `until 2026-12-01`. Pure."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

MORNING = dt.time(9)  # of a day that is named, on the clock of who names it
_UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(?:for )?(an?|\d{1,4}) ?(m|h|d|w|min|minutes?|hours?|days?|weeks?)")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = re.compile(r"(?:until |till |on )?(?:next )?(mon|tue|wed|thu|fri|sat|sun)[a-z]*")
_DATE = re.compile(r"(?:until |till |on )?(\d{4}-\d{2}-\d{2})")
_TOMORROW, _WEEK = (
    frozenset({"tomorrow", "until tomorrow", "till tomorrow"}),
    frozenset({"next week", "until next week"}),
)
_ORDER = re.compile(
    r"(?:please )?(snooze|mute|unmute|unsnooze|wake)(?: (?:this|that|it))?(?: report| one)?(?: up)?(?: (?P<rest>.+))?"
)
_TIMED = re.compile(r"(?:until|till|for) .+|\d+ ?\w+")  # what is meant as a time, also where we do not know which
_ANY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_NO_TIME = frozenset({"", "a bit", "a while", "for a while", "for now"})


def moment_in(words: str, at: dt.datetime, zone: str = "") -> dt.datetime | None:
    """The moment that the words name, seen from `at`; None for other words. Days begin in the zone's morning.

    A weekday is the next one that is to come. Raises nothing: a zone that nobody knows is taken for UTC.
    """
    said = " ".join(words.lower().split()).rstrip(".,!")
    if named := _SPAN.fullmatch(said):
        many = 1 if named[1].startswith("a") else int(named[1])
        return at + dt.timedelta(seconds=many * _UNITS[named[2][0]])
    here = at.astimezone(_zone(zone))
    if said in _TOMORROW:
        return _morning(here.date() + dt.timedelta(days=1), here)
    if said in _WEEK:
        return _morning(here.date() + dt.timedelta(days=7 - here.weekday()), here)
    if (named := _DAY.fullmatch(said)) and (day := _weekday(said)) is not None:
        return _morning(here.date() + dt.timedelta(days=(day - here.weekday() - 1) % 7 + 1), here)
    return _dated(said, here)


def order_in(words: str) -> str:
    """What would follow `/signalbox`, with `{}` for the report, if the words are wholly such an order; else empty."""
    named = _ORDER.fullmatch(" ".join(words.lower().split()))
    if named is None:
        return ""
    rest = named["rest"] or ""
    verb = "wake" if named[1] in {"unmute", "unsnooze", "wake"} else named[1]
    if rest in _NO_TIME:
        return f"{verb} {{}}"
    timed = _TIMED.fullmatch(rest) or moment_in(rest, _ANY) is not None
    return f"snooze {{}} {rest}" if timed and verb != "wake" else ""


def _weekday(said: str) -> int | None:
    word = said.rsplit(maxsplit=1)[-1]
    return next((number for number, day in enumerate(_DAYS) if word in {day, day[:3]}), None)


def _dated(said: str, here: dt.datetime) -> dt.datetime | None:
    named = _DATE.fullmatch(said)
    try:
        return _morning(dt.date.fromisoformat(named[1]), here) if named else None
    except ValueError:
        return None


def _morning(day: dt.date, here: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(day, MORNING, here.tzinfo).astimezone(dt.UTC)


def _zone(name: str) -> dt.tzinfo:
    try:
        return ZoneInfo(name) if name else dt.UTC
    except (OSError, ValueError, LookupError):  # not a name, or this machine has no list of zones
        return dt.UTC
