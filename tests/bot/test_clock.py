"""The clock's moments: each comes once, and time goes on."""

from __future__ import annotations

import datetime as dt
import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import Clock, InItsSlot, Tick, slot

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


def test_a_clock_that_was_set_back_ticks_on_and_its_slots_are_freed() -> None:
    """What is scheduled lies ahead then by as much, and nothing wakes the scheduler before."""
    ticked, freed, ahead = threading.Event(), list[float](), dt.timedelta(days=1)
    clock = Clock([Tick("sweep", 0.05, lambda _: ticked.set())], set_back=lambda: freed.append(clock.now()))
    clock.start()
    try:
        assert ticked.wait(60)
        clock._scheduler.modify_job("sweep", next_run_time=dt.datetime.now(dt.UTC) + ahead)
        ticked.clear()
        at = time.time() - ahead.total_seconds()
        clock.now = lambda: at
        clock.look()
        assert ticked.wait(60)
        assert freed[-1] == at
    finally:
        clock.stop()


def test_what_was_due_while_the_machine_slept_comes_at_once_and_once() -> None:
    ticked = list[str]()
    again = threading.Event()
    clock = Clock([Tick("retain", 3_600.0, ticked.append), Tick("sweep", 0.05, lambda _: again.set())])
    clock.start()
    try:
        clock._scheduler.modify_job("retain", next_run_time=dt.datetime.now(dt.UTC) - dt.timedelta(hours=9))
        for _ in range(3):
            again.clear()
            assert again.wait(60)
        assert len(ticked) == 1
    finally:
        clock.stop()


def test_a_clock_that_never_began_can_be_stopped() -> None:
    """A start that failed before it is undone; what failed is to be told, and not that no clock ran."""
    Clock([Tick("sweep", 60, print)]).stop()
