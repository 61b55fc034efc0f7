"""How long work is put off that failed. Pure, but for the jitter."""

from __future__ import annotations

import datetime as dt
import random

from agents.errors import Stopped, Unavailable

_FIRST_WAIT, _LONGEST_WAIT = 2.0, 300.0  # seconds
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


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311 jitter, no secret
