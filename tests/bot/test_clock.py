"""The clock's moments: each comes once, and time goes on."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import InItsSlot, Tick, slot

LENGTHS = st.floats(0.05, 100_000)
MOMENTS = st.floats(1.7e9, 2e9)


@given(every=LENGTHS, spread=st.floats(0, 10_000), at=MOMENTS)
def test_a_tick_never_comes_after_itself(every: float, spread: float, at: float) -> None:
    """APScheduler asks for the next moment until it lies ahead; one that came after itself would stop the clock."""
    trigger = InItsSlot(Tick("pull:errors", every, print, spread))
    first = trigger.get_next_fire_time(None, dt.datetime.fromtimestamp(at, dt.UTC))

    second = trigger.get_next_fire_time(first, first)

    assert first > dt.datetime.fromtimestamp(at, dt.UTC)
    assert first < second
    assert second - first < dt.timedelta(seconds=2 * every + 0.002)


@given(every=st.integers(1, 100_000), spread=st.floats(0, 10_000), at=MOMENTS)
def test_every_slot_has_one_moment(every: int, spread: float, at: float) -> None:
    trigger = InItsSlot(Tick("pull:errors", every, print, spread))
    first = trigger.get_next_fire_time(None, dt.datetime.fromtimestamp(at, dt.UTC))
    second = trigger.get_next_fire_time(first, first)

    assert int(slot(second.timestamp(), every)) == int(slot(first.timestamp(), every)) + 1
