"""What the clock enqueues: nothing piles up where nobody takes it in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from agents.terms import Policy
from bot.app import ticks
from bot.clock import Tick, slot
from bot.durable.engine import Engine
from bot.durable.queues import Queue
from bot.forgetting import CLOCKS_APART, forget_ahead, forget_jobs
from storage.columns import now
from storage.errors import DatabaseDown
from tests.bot.works import Works, until


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """One that takes no jobs."""
    queued = Engine(sqlite_url, works=False)
    queued.start(lambda *_: None)
    yield queued
    queued.stop(seconds=0)


def the(name: str, engine: Engine) -> Tick:
    return next(tick for tick in ticks(Policy(), engine) if tick.name == name)


def test_of_a_tick_one_job_waits_at_most_and_others_are_not_kept_from_coming(engine: Engine) -> None:
    sweep = the("sweep", engine)
    for number in ("1", "1", "2", "3"):
        sweep.enqueue(number)
    the("look", engine).enqueue("3")
    assert sorted(engine.alive()) == ["look:3", "sweep:1"]

    engine.park("sweep:1")  # it does not wait any more: somebody had it, and a pause stopped it
    sweep.enqueue("4")
    assert sorted(engine.alive()) == ["look:3", "sweep:4"]


def test_who_asks_for_jobs_that_cannot_be_read_hears_that_the_database_is_down(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(**_: object) -> None:
        raise OperationalError("select", {}, Exception("database is locked"))

    monkeypatch.setattr(engine._client, "list_workflows", refuses)
    with pytest.raises(DatabaseDown):
        engine.alive()


def test_ticks_are_forgotten_hours_later_and_what_was_done_for_rows_days_later(works: Works) -> None:
    """An idle bot makes 25,000 ticks a day, and on SQLite all jobs are read to find those that are at work."""
    jobs = ["look:1", "digest:1:0.0"]
    works.engine.enqueue(jobs[0], Queue.UPKEEP, "look", "1")
    works.engine.enqueue(jobs[1], Queue.DIGEST, "digest", "1")
    until(lambda: all(works.engine.is_over(job) for job in jobs), "both")
    forget_jobs(works.engine, now() + dt.timedelta(minutes=30))
    assert [works.engine.is_over(job) for job in jobs] == [True, True]
    forget_jobs(works.engine, now() + dt.timedelta(hours=2))
    assert [works.engine.is_over(job) for job in jobs] == [False, True]
    forget_jobs(works.engine, now() + dt.timedelta(days=4))
    assert [works.engine.is_over(job) for job in jobs] == [False, False]


def test_slots_that_a_clock_which_was_ahead_has_used_up_come_again_once_it_was_set_back(works: Works) -> None:
    every, at = ticks(Policy(), works.engine), now().timestamp()
    look, held = (next(tick for tick in every if tick.name == name) for name in ("look", "held"))
    soon, later = slot(at + CLOCKS_APART, look.every), slot(at + 3_600, look.every)
    over = [f"look:{slot(at, look.every)}", f"look:{soon}", f"held:{slot(at, held.every)}", "digest:1:99999999999"]
    ahead = [f"look:{later}", f"prove:7:{later}", f"held:{slot(at + 3_600, held.every)}"]
    for job in (*over, *ahead):
        works.engine.enqueue(job, Queue.UPKEEP, "look", later)
    until(lambda: all(works.engine.is_over(job) for job in (*over, *ahead)), "all of them")

    forget_ahead(works.engine, every, at, at_once=2)

    assert [job for job in (*over, *ahead) if works.engine.is_over(job)] == over
