"""How long work is put off that failed, and looks at what changes little. Pure, but for the jitter."""

from __future__ import annotations

import datetime as dt
import random

from agents.errors import Stopped, Unavailable

_FIRST_WAIT, _LONGEST_WAIT = 2.0, 300.0  # seconds
_LOOKS = ((3_600.0, 0.0), (86_400.0, 120.0), (float("inf"), 600.0))  # seconds: up to this age, one in so many
_AFTER_A_STOP, _AFTER_A_FAULT = 900.0, 6 * 3600.0  # seconds; money comes with the day, a repair with a release


def wait_after(error: Exception, tries: int) -> dt.timedelta:
    """2 s, doubling up to 5 minutes, with jitter, and never less than the other side asked for."""
    wait = _jittered(min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(tries, 20)))
    asked = error.retry_after if isinstance(error, Unavailable) else None
    return dt.timedelta(seconds=max(wait, asked or 0.0))


def wait_of_a_digest(error: Exception, tries: int) -> dt.timedelta:
    """As for any work while something outside is down, however long it is; longer where waiting alone helps little."""
    if isinstance(error, Unavailable):
        return wait_after(error, tries)
    return dt.timedelta(seconds=_jittered(_AFTER_A_STOP if isinstance(error, Stopped) else _AFTER_A_FAULT))


def is_looked_at(report_id: int, slot: str, age: dt.timedelta, every: float) -> bool:
    """Whether a pull request is looked at in this slot of `every` seconds: in each for an hour, then in fewer.

    A look is six requests, and GitHub takes 5,000 an hour: looked at each half minute, seven reviews would use them up.
    """
    pause = next(pause for oldest, pause in _LOOKS if age.total_seconds() < oldest)
    slots = max(1, round(pause / every))
    return not slot.isdecimal() or (int(slot) + report_id) % slots == 0


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311 jitter, no secret
