"""What the clock enqueues: nothing piles up where nobody takes it in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from agents.terms import Policy
from bot.app import ticks
from bot.clock import Tick
from bot.durable.engine import Engine
from bot.durable.queues import Queue
from bot.forgetting import forget_jobs
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
    for slot in ("1", "1", "2", "3"):
        sweep.enqueue(slot)
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
