"""How a process looks for jobs: at once for its own, seldom for others', hardly at all while nothing happens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

import bot.durable.engine
from bot.durable.engine import APPLICATION_VERSION, Engine
from bot.durable.looking import AWAKE, Bell, Looks, engines_loop
from bot.durable.queues import Queue
from tests.bot.works import until

T = TypeVar("T")

HOUR = 3_600.0
PACE = 0.05


class Hearing(threading.Condition):
    """Says when somebody idles, waiting for a ring."""

    def __init__(self) -> None:
        super().__init__()
        self.idles = threading.Event()

    def wait_for(self, predicate: Callable[[], T], timeout: float | None = None) -> T:
        if timeout == HOUR:
            self.idles.set()
        return super().wait_for(predicate, timeout)


@dataclass
class Ran:
    """An engine that looks for nothing but what rings, and the jobs that it did."""

    engine: Engine
    done: list[str] = field(default_factory=list)

    def __call__(self, kind: str, subject: str, job_id: str) -> None:  # noqa: ARG002 the port's
        self.done.append(job_id)


@contextmanager
def at_work(engine: Engine) -> Iterator[Ran]:
    ran = Ran(engine)
    engine.start(ran)
    try:
        yield ran
    finally:
        engine.stop(seconds=0)


def all_idle(hearing: list[Hearing]) -> None:
    until(lambda: len(hearing) == len(Queue) and all(each.idles.is_set() for each in hearing), "every queue is idle")


def bells(hearing: list[Hearing]) -> Callable[[], Bell]:
    """Bells that wait for an hour unless they ring."""

    def one() -> Bell:
        hearing.append(Hearing())
        return Bell(HOUR, heard=hearing[-1])

    return one


def names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def test_what_this_process_enqueues_it_takes_without_looking_for_it(database_url: str) -> None:
    hearing: list[Hearing] = []
    with at_work(Engine(database_url, looks=Looks(bells(hearing), others=HOUR))) as ran:
        all_idle(hearing)
        for queue in Queue:
            ran.engine.enqueue(f"{queue}:1", queue, queue, "1")
        until(lambda: len(ran.done) == len(Queue), "all are done")
    assert not [name for name in names() if name.startswith("looks-")]


def test_what_another_process_enqueued_is_asked_for(database_url: str) -> None:
    hearing: list[Hearing] = []
    with at_work(Engine(database_url, looks=Looks(bells(hearing), others=0.01))) as ran:
        all_idle(hearing)
        options = {
            "workflow_name": "job",
            "queue_name": "fix",
            "workflow_id": "fix:1",
            "app_version": APPLICATION_VERSION,
        }
        assert ran.engine._client is not None
        ran.engine._client.enqueue(options, "fix", "1")  # type: ignore[arg-type]  # past our own verb: nothing rings
        until(lambda: ran.done == ["fix:1"], "it is found")


def test_what_lay_there_when_the_process_began_is_taken(sqlite_url: str) -> None:
    before = Engine(sqlite_url, works=False)
    with at_work(before):
        before.enqueue("digest:1", Queue.DIGEST, "digest", "1")
    with at_work(Engine(sqlite_url, looks=Looks(bells([]), others=HOUR))) as ran:
        until(lambda: ran.done == ["digest:1"], "it is taken")


def test_the_engine_has_the_loop_that_we_know_and_looks_for_nothing_by_itself(works_quietly: Ran) -> None:
    """Fails where a new version of the engine looks in another way: then see that an idle bot is still idle."""
    assert engines_loop() is not None

    def of_the_engine() -> list[str]:
        return [name for name in names() if name.startswith(("queue-worker-", "dbos-background-jobs"))]

    until(lambda: not of_the_engine(), "the engine's own looks end")
    assert works_quietly.engine.looks._bells.keys() == set(Queue)


@pytest.fixture
def works_quietly(sqlite_url: str) -> Iterator[Ran]:
    with at_work(Engine(sqlite_url)) as ran:
        yield ran


def test_where_the_loop_is_another_the_engine_looks_by_itself(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.durable.engine, "engines_loop", lambda: None)
    with at_work(Engine(sqlite_url)) as ran:
        ran.engine.enqueue("digest:1", Queue.DIGEST, "digest", "1")
        until(lambda: ran.done == ["digest:1"], "it is done")
        assert "queue-worker-digest" in names()


# ── a bell ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Hand:
    """A clock that stands still until somebody waits."""

    at: float = 100.0

    def __call__(self) -> float:
        return self.at


class Told(threading.Condition):
    """Nobody waits here: what was asked for is kept, and the clock moved on by it."""

    def __init__(self, clock: Hand) -> None:
        super().__init__()
        self.asked: list[float] = []
        self.clock = clock

    def wait_for(self, predicate: Callable[[], T], timeout: float | None = None) -> T:
        if not predicate():
            self.asked.append(round(timeout or 0.0, 6))
            self.clock.at += timeout or 0.0
        return predicate()


def a_bell() -> tuple[Bell, Told, Hand]:
    """One that was looked after once."""
    clock = Hand()
    heard = Told(clock)
    bell = Bell(HOUR, clock, heard)
    assert bell.wait(PACE) is False
    heard.asked.clear()
    return bell, heard, clock


def test_while_nothing_rings_a_look_comes_when_the_idle_time_is_over() -> None:
    bell, heard, _ = a_bell()
    bell.wait(PACE)
    assert heard.asked == [HOUR, 0.0]


def test_after_a_ring_a_look_comes_no_sooner_than_the_loop_asks_for_and_once() -> None:
    bell, heard, _ = a_bell()
    bell.ring()
    bell.ring()
    bell.wait(PACE)
    bell.wait(PACE)
    assert heard.asked == [PACE, HOUR, 0.0]


def test_while_it_is_awake_looks_come_as_often_as_the_loop_asks_for() -> None:
    bell, heard, _ = a_bell()
    bell.ring(AWAKE)
    for _ in range(3):
        bell.wait(AWAKE / 2.5)
    assert heard.asked == [AWAKE / 2.5, AWAKE / 2.5, HOUR, 0.0]


def test_a_bell_that_is_ended_keeps_nobody() -> None:
    bell, heard, _ = a_bell()
    bell.set()
    assert bell.wait(PACE) is True
    assert heard.asked == []
