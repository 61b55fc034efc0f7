"""What is slow to make keeps nobody waiting for long."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bot.patience import Latest

LONG = 60.0  # seconds that nothing here takes


class Slow:
    """Makes numbers, one after the other; held back while `go` is not set."""

    def __init__(self) -> None:
        self.made, self.at, self.go, self.fault = 0, 0.0, threading.Event(), False
        self.go.set()

    def make(self) -> int:
        self.go.wait(LONG)
        if self.fault:
            raise KeyError
        self.made += 1
        return self.made

    def latest(self, patience: float) -> Latest[int]:
        return Latest(self.make, serves=10.0, patience=patience, old=300.0, clock=lambda: self.at)


@pytest.fixture
def slow() -> Iterator[Slow]:
    found = Slow()
    yield found
    found.go.set()


def test_it_is_made_once_for_a_while(slow: Slow) -> None:
    latest = slow.latest(LONG)
    assert [latest.get(), latest.get()] == [1, 1]
    slow.at = 10.0
    assert latest.get() == 2


def test_while_it_cannot_be_made_the_one_before_serves_until_it_is_old(slow: Slow) -> None:
    latest = slow.latest(LONG)
    assert latest.get() == 1
    slow.go.clear()
    latest._patience = 0.01
    slow.at = 299.0
    assert [latest.get(), latest.get()] == [1, 1]
    slow.at = 300.0
    assert latest.get() is None
    slow.go.set()
    latest._patience = LONG
    assert latest.get() == 2, "of all that asked meanwhile one had it made"


def test_who_asks_for_the_first_waits_no_longer_than_that(slow: Slow) -> None:
    slow.go.clear()
    assert slow.latest(0.01).get() is None


def test_what_making_it_raises_is_raised_and_the_next_one_tries_again(slow: Slow) -> None:
    latest, slow.fault = slow.latest(LONG), True
    with pytest.raises(KeyError):
        latest.get()
    slow.fault = False
    assert latest.get() == 1
