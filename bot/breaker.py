"""The circuit breaker of a source: when it rests, for how long, and how people are told of what it lacks. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agents.errors import SourceDown, SourceRejected
from storage.plumbing import Breaker, Cursor

OPENS_AT = 3  # failures in a row
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 900.0  # seconds
_NAMED = 3  # items that could not be read
_AFTER_A_NO = 300.0  # seconds; asking again unchanged will not help, but somebody may have mended the token


@dataclass(frozen=True)
class Pause:
    """How long a source is left alone, and whether that is because its breaker is open."""

    until: dt.datetime
    rests: bool


def pause(failures: int, error: SourceDown | SourceRejected, at: dt.datetime) -> Pause:
    """What to do after a failure that came on top of so many others in a row.

    The first two failures are waited out shortly: 5 s, then 10 s. The third opens the breaker, as does a plain no or a
    source that itself asks for a rest; each trial that fails doubles the rest, up to 15 minutes, and what the source
    asks for is always granted.
    """
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(failures, 20))
    asked = error.retry_after if isinstance(error, SourceDown) else None
    said_no = isinstance(error, SourceRejected)
    if said_no:
        wait = max(wait, _AFTER_A_NO)
    if asked is not None:
        wait = max(wait, asked)
    return Pause(at + dt.timedelta(seconds=wait), said_no or asked is not None or failures + 1 >= OPENS_AT)


def how_it_is(cursor: Cursor, at: dt.datetime) -> str:
    """One sentence on a source that is in trouble, empty for one that is well."""
    match cursor.breaker(at):
        case Breaker.OPEN:
            since = "" if cursor.rests_since is None else f" since {_clock(cursor.rests_since)}"
            until = "" if cursor.not_before is None else f" until {_clock(cursor.not_before)}"
            return f"resting{since}{until}: {cursor.trouble}"
        case Breaker.HALF_OPEN:
            return f"about to be tried again: {cursor.trouble}"
        case Breaker.CLOSED:
            return f"failed {cursor.failures} of {OPENS_AT} times: {cursor.trouble}" if cursor.trouble else ""


def what_was_left_out(cursor: Cursor) -> str:
    """One sentence on what the first pull did not take, with the command that fetches it; else empty."""
    if not cursor.left_out or cursor.left_out_since is None:
        return ""
    since = cursor.left_out_since.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f"{cursor.left_out} older or lighter signals were left out when it was switched on; "
        f"`signalbox pull {cursor.source} --since {since}` brings them"
    )


def what_was_put_aside(cursor: Cursor, *, named: bool = True) -> str:
    """What of it could not be read, or not whole, with the latest of them (unless that is private); else empty."""
    if not cursor.unread:
        return ""
    last = "; ".join(f"{each.name}, {_clock(each.at)}: {each.why}" for each in reversed(cursor.unread[-_NAMED:]))
    in_part = sum(each.in_part for each in cursor.unread)
    aside = len(cursor.unread) - in_part
    done = [f"put {_items(aside)} aside that could not be read"] if aside else []
    done += [f"took {_items(in_part)} in that could not be read whole"] if in_part else []
    told = f"The latest: {last}" if named else "Which is said in its own channel, and by the doctor."
    return f"{', '.join(done)}, and read the rest. {told}"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _clock(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
