"""Who is dead, and who may bury."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
import sqlite3
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

import bot.durable.engine
from bot.app import worker
from bot.durable.engine import Engine, EngineStopped
from bot.durable.place import engine_url
from bot.durable.undertaker import SILENCE, Undertaker, born
from bot.settings import Settings
from storage.plumbing import Worker
from storage.status import Status
from tests.bot.conversation import Conversation
from tests.bot.works import Works, until
from tests.factories import a_report, a_signal


def test_a_silent_worker_of_another_machine_is_buried_in_time_and_never_before(works: Works) -> None:
    mine = Undertaker(works.store, works.engine, host="here")
    works.store.leases.beat("far", "another machine", 1, 1.0)
    mine.look()
    mine.clock = partial(float, mine.clock() + SILENCE - 5)
    mine.look()
    assert [worker.id for worker in works.store.leases.workers()] == ["far"]
    mine.clock = partial(float, mine.clock() + 6)
    mine.look()
    assert works.store.leases.workers() == []
    assert works.store.leases.beat("far", "another machine", 1, 1.0) is False


def test_a_living_worker_whose_machines_clock_is_an_hour_behind_is_not_buried(works: Works) -> None:
    mine = Undertaker(works.store, works.engine, host="here")
    for seconds in range(0, 40, 10):
        works.store.leases.beat("far", "another machine", 1, 1.0)
        with works.store.leases._on.write() as session:  # only its own machine writes that moment
            worker = session.get(Worker, "far")
            assert worker is not None
            worker.beat_at -= dt.timedelta(hours=1)
        mine.clock = partial(float, seconds)
        mine.look()

    assert [worker.id for worker in works.store.leases.workers()] == ["far"]


def test_a_worker_of_another_container_of_the_same_name_is_not_judged_by_its_process_id(works: Works) -> None:
    works.store.leases.beat("beside", f"{socket.gethostname()} pid:[4026531836999]", os.getpid(), 1.0)
    here = Undertaker(works.store, works.engine)

    here.look()

    assert here.host.startswith(f"{socket.gethostname()} pid:[")
    assert [worker.id for worker in works.store.leases.workers()] == ["beside"]


def test_a_worker_that_ended_in_order_did_not_die_and_is_no_more_alive_for_it(works: Works) -> None:
    with capture_logs() as logged:
        for worker, before in (("ending", 0), ("ended", 1)):
            works.store.leases.beat(worker, "here", os.getpid(), born(os.getpid()) - before)
            works.store.leases.ends(worker)
        works.store.leases.beat("dead", "here", os.getpid(), born(os.getpid()) - 1)
        mine = Undertaker(works.store, works.engine, host="here")
        mine.start()
        mine.stop()

    left = [(worker.id, worker.ends) for worker in works.store.leases.workers()]
    assert sorted(left) == sorted([("ending", True), (works.engine.executor_id, True)]), "their process is still there"
    assert [each["worker"] for each in logged if each["event"] == "a worker died"] == ["dead"]


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


def test_what_an_earlier_version_left_behind_begins_anew(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    report_id = a_report(works.store, status=Status.AWAITING_RESEARCH).id or 0
    signal_id = a_signal(works.store).id or 0
    with monkeypatch.context() as yesterday:
        yesterday.setattr(bot.durable.engine, "APPLICATION_VERSION", "1")
        works.jobs.sweep()
    left = works.engine.alive()
    works.jobs.sweep()
    assert works.engine.alive() == left, "jobs of these ids are there already, and nobody takes them"

    assert sorted(Undertaker(works.store, works.engine).renew()) == sorted(left)

    works.jobs.sweep()
    until(lambda: works.status(report_id) is Status.GATHERING, "the research")
    until(lambda: works.lines.all("digest") == [[str(signal_id), "here"]], "the digest")
    assert Undertaker(works.store, works.engine).renew() == []


def in_hands_of(works: Works, executor: str) -> None:
    """Have all waiting jobs be in the hands of this executor."""
    file = engine_url(works.store.engine.url.render_as_string(hide_password=False))
    with contextlib.closing(sqlite3.connect(file.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute(
            "UPDATE workflow_status SET status = 'PENDING', executor_id = ? WHERE name = 'job'", (executor,)
        )


def test_a_worker_says_that_it_lives_before_it_takes_a_job(
    talk: Conversation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, known = talk.place, []
    policy = tmp_path / "signalbox.toml"
    policy.write_text('approvers = ["U012AB3CD"]\n', encoding="utf-8")
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr(place.workspace.seed.app.bot_token),
        slack_app_token=SecretStr(place.workspace.seed.app.app_token),
        slack_api_url=place.workspace.api_url,
        database_url=place.store.engine.url.render_as_string(hide_password=False),
        signalbox_home=tmp_path,
        signalbox_policy=policy,
    )

    def taken(engine: Engine, _: object) -> None:
        known.append(engine.executor_id in {worker.id for worker in place.store.leases.workers()})
        raise EngineStopped("enough was seen")

    monkeypatch.setattr(Engine, "start", taken)
    with pytest.raises(EngineStopped), worker(settings):
        pass

    assert known == [True]


def test_jobs_of_executors_that_nobody_knows_are_taken_over_at_the_second_look(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    report_id = a_report(works.store, status=Status.AWAITING_RESEARCH).id or 0
    with monkeypatch.context() as elsewhere:  # so that our own engine does not take it at once
        elsewhere.setattr(bot.durable.engine, "APPLICATION_VERSION", "elsewhere")
        works.jobs.enqueuer.work(works.store.reports.get(report_id))
    in_hands_of(works, "never heard of")
    undertaker = Undertaker(works.store, works.engine)
    undertaker.announce()
    assert undertaker.adopt() == []

    assert undertaker.adopt() == works.engine.alive()
    assert works.engine.executors() == frozenset()


def test_jobs_of_an_earlier_version_are_left_to_its_worker_while_it_lives(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_report(works.store, status=Status.AWAITING_RESEARCH)
    with monkeypatch.context() as yesterday:
        yesterday.setattr(bot.durable.engine, "APPLICATION_VERSION", "1")
        works.jobs.sweep()
    left = works.engine.alive()
    in_hands_of(works, "old")
    undertaker = Undertaker(works.store, works.engine, host="here")
    works.store.leases.beat("old", "here", os.getpid(), born(os.getpid()))
    assert undertaker.renew() == []

    works.store.leases.beat("old", "here", os.getpid(), born(os.getpid()) - 1)
    undertaker.look()

    assert sorted(undertaker.renew()) == sorted(left)
