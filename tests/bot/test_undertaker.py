"""Who is dead, and who may bury."""

from __future__ import annotations

import datetime as dt
import os

from bot.undertaker import SILENCE, Undertaker, born
from storage.columns import now
from tests.bot.works import Works


def test_a_silent_worker_of_another_machine_is_buried_in_time_and_never_before(works: Works) -> None:
    mine = Undertaker(works.store, works.engine, host="here")
    works.store.leases.beat("far", "another machine", 1, 1.0)
    mine.clock = lambda: now() + dt.timedelta(seconds=SILENCE - 5)
    mine.look()
    assert [worker.id for worker in works.store.leases.workers()] == ["far"]
    mine.clock = lambda: now() + dt.timedelta(seconds=SILENCE + 1)
    mine.look()
    assert works.store.leases.workers() == []
    assert works.store.leases.beat("far", "another machine", 1, 1.0) is False


def test_a_reused_process_id_does_not_keep_the_dead_alive(works: Works) -> None:
    works.store.leases.beat("dead", "here", os.getpid(), born(os.getpid()) - 1)
    works.store.leases.beat("alive", "here", os.getpid(), born(os.getpid()))
    Undertaker(works.store, works.engine, host="here").look()
    assert [worker.id for worker in works.store.leases.workers()] == ["alive"]


def test_the_dead_keep_nobody_from_being_the_undertaker_and_the_living_do(works: Works) -> None:
    leases = works.store.leases
    leases.beat("dead", "here", os.getpid(), born(os.getpid()) - 1)
    leases.beat("alive", "here", os.getpid(), born(os.getpid()))
    assert leases.take("undertaker", "alive", 60)
    Undertaker(works.store, works.engine, host="here").look()
    assert [worker.id for worker in leases.workers()] == ["alive", "dead"]

    leases.release("undertaker", "alive")
    assert leases.take("undertaker", "dead", 60)
    Undertaker(works.store, works.engine, host="here").look()
    assert [worker.id for worker in leases.workers()] == ["alive"]
