"""What does not answer is left alone for a while; then one tries, and the others wait for that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agents.adapters.git.mirrors import Mirrors
from agents.circuit import Circuit, Rest
from agents.errors import CodeHostDown
from agents.terms import Repository
from bot.durable.checkpoints import _patiently
from bot.patience import for_a_while


@dataclass
class Hand:
    """A clock that is moved by hand, and what was told."""

    at: float = 0.0
    told: list[Rest | None] = field(default_factory=list)

    def circuit(self, *, told: bool = False) -> Circuit:
        return Circuit(self.told.append, clock=lambda: self.at, told=told)


def test_after_three_failures_it_rests_longer_each_time_and_one_tries_in_between() -> None:
    hand = Hand()
    circuit = hand.circuit()
    for _ in range(2):
        assert circuit.take() == 0.0
        circuit.failed("500")
    assert circuit.take() == 0.0
    circuit.failed("500")
    assert circuit.take() == circuit.resting() == 15.0

    hand.at = 15.0
    assert [circuit.take(), circuit.take()] == [0.0, 5.0], "one tries, the other waits for what becomes of it"
    circuit.failed("500")
    assert circuit.resting() == 30.0
    hand.at = 45.0
    assert circuit.take() == 0.0
    hand.at = 105.0
    assert circuit.take() == 0.0, "who tried is never heard of again"
    circuit.answered()
    assert (circuit.take(), circuit.take(), circuit.why) == (0.0, 0.0, "")
    assert hand.told == [Rest(15.0, "500"), Rest(30.0, "500"), None]


def test_what_it_asks_for_is_granted_at_once_and_an_answer_ends_the_count() -> None:
    hand = Hand()
    circuit = hand.circuit()
    for _ in range(5):
        circuit.failed("500")
        circuit.answered()
    assert circuit.take() == 0.0
    assert hand.told == []
    circuit.failed("slow down", 900.0)
    circuit.failed("500")
    assert circuit.take() == 900.0, "a call that had begun before says nothing new"
    for _ in range(20):
        hand.at += 1_000.0
        assert circuit.take() == 0.0
        circuit.failed("500")
    assert circuit.take() == 120.0


def test_that_an_earlier_process_told_of_a_rest_is_taken_back_by_the_first_answer() -> None:
    hand = Hand()
    circuit = hand.circuit(told=True)
    circuit.answered()
    circuit.answered()
    assert hand.told == [None]


def test_git_that_does_not_answer_is_not_run_again_while_it_rests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = Hand()
    mirrors = Mirrors(tmp_path, "http://127.0.0.1:9", circuit=hand.circuit())
    shop = Repository(name="acme/shop")
    for _ in range(3):
        with pytest.raises(CodeHostDown):
            mirrors.head(shop)
    monkeypatch.setenv("PATH", "")  # there is no git to be run any more
    with pytest.raises(CodeHostDown, match="waits until its server answers again") as down:
        mirrors.head(shop)
    assert (down.value.was_asked, down.value.retry_after) == (False, 15.0)


def test_a_job_does_not_keep_its_place_while_it_waits_for_what_is_left_alone() -> None:
    tried: list[str] = []

    def rests(seconds: float, *, was_asked: bool) -> Callable[[], None]:
        def work() -> None:
            tried.append("once")
            raise CodeHostDown("it rests", seconds, was_asked=was_asked)

        return work

    with pytest.raises(CodeHostDown):
        _patiently(rests(30.0, was_asked=False), (0.0, 0.0))
    assert tried == ["once"]
    with pytest.raises(CodeHostDown):
        _patiently(rests(0.0, was_asked=False), (0.0, 0.0))
    assert tried == ["once"] * 4


def test_what_is_done_within_a_time_is_begun_until_it_is_over() -> None:
    at = [0.0]
    done = []
    for thing in for_a_while(10.0, "abc", clock=lambda: at[0]):
        done.append(thing)
        at[0] += 6.0
    assert done == ["a", "b"]
