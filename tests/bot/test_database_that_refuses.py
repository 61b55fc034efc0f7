"""Jobs whose database refuses to write for a while: its disk is full, it restarts, it is read-only."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.clock import Clock, Tick
from bot.durable.engine import DROPPED_AFTER, Engine
from bot.durable.enqueuing import work_id
from bot.durable.queues import Queue
from bot.listeners.failing import tell
from storage.errors import DatabaseDown
from storage.status import Status
from tests.bot.workplace import BOB, SOLAR, Workplace
from tests.bot.works import Works, has_tried, until
from tests.factories import a_report


@contextmanager
def refusing(works: Works, change: str) -> Iterator[None]:
    """The engine's tables as on a full disk: SQLite refuses this change by the error that it has for that, too."""
    with sqlite3.connect(f"{works.store.engine.url.database}.jobs", timeout=30) as jobs:
        jobs.execute(f"CREATE TRIGGER full {change} BEGIN SELECT abs(-9223372036854775807 - 1); END")
        jobs.commit()
        yield
        jobs.execute("DROP TRIGGER full")
    jobs.close()


def test_jobs_whose_end_was_refused_are_taken_up_again_by_this_very_process(
    works: Works, caplog: pytest.LogCaptureFixture
) -> None:
    lost = [f"pull:tool:{number}" for number in range(Queue.PULL.at_once)]
    with refusing(works, "BEFORE UPDATE ON workflow_status WHEN new.status = 'SUCCESS'"):
        for job_id in lost:
            works.engine.enqueue(job_id, Queue.PULL, "pull", job_id)
        until(
            lambda: caplog.text.count("integer overflow") == len(lost), "all are done, and none of their ends is kept"
        )
    works.engine.enqueue("pull:next", Queue.PULL, "pull", "next")

    assert works.engine.take_up_dropped() == []
    works.engine.clock = partial(float, time.monotonic() + DROPPED_AFTER + 1)

    assert sorted(works.engine.take_up_dropped()) == lost
    until(lambda: works.engine.is_over("pull:next"), "the queue, which they filled, moves on")
    until(lambda: works.engine.alive() == [], "all of them end")
    assert works.engine.take_up_dropped() == []


def test_a_job_at_work_is_not_taken_up_a_second_time_however_long_it_takes(works: Works) -> None:
    works.lines.hold(2)
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    works.jobs.enqueuer.work(report)
    until(lambda: works.turns() == ["1", "2"], "the second turn begins")
    works.engine.take_up_dropped()
    works.engine.clock = partial(float, time.monotonic() + DROPPED_AFTER + 1)

    assert works.engine.take_up_dropped() == []
    works.lines.let_go(2)
    until(lambda: works.status(report.id or 0) is Status.GATHERING, "it comes to its end")
    assert works.turns() == ["1", "2", "3"]


def test_research_whose_database_restarts_waits_at_its_turn_and_is_not_stuck(works: Works) -> None:
    works.jobs.waits = ()
    works.pipeline.down[2] = [DatabaseDown("The database did not do its work (the connection is lost); try again.")]
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id = report.id or 0
    works.jobs.enqueuer.work(report)
    until(partial(has_tried, works, report_id, 1), "it waits")
    until(lambda: work_id(report) not in works.engine.alive(), "the job stops")
    assert works.status(report_id) is Status.AWAITING_RESEARCH

    works.later(seconds=1_000)
    works.jobs.sweep()

    until(lambda: works.status(report_id) is Status.GATHERING, "it goes on")
    assert works.turns() == ["1", "2", "2", "3"]


def test_research_whose_turn_cannot_be_kept_waits_and_repeats_that_turn_alone(works: Works) -> None:
    works.jobs.waits = ()
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id = report.id or 0
    with refusing(works, "BEFORE INSERT ON operation_outputs WHEN new.function_name = 'turn 2'"):
        works.jobs.enqueuer.work(report)
        until(partial(has_tried, works, report_id, 1), "it waits")
        until(lambda: work_id(report) not in works.engine.alive(), "the job stops")
    assert works.status(report_id) is Status.AWAITING_RESEARCH

    works.later(seconds=1_000)
    works.jobs.sweep()

    until(lambda: works.status(report_id) is Status.GATHERING, "it goes on")
    assert works.turns() == ["1", "2", "2", "3"]


def test_what_the_engine_complains_of_is_a_line_of_our_log_and_no_traceback(
    works: Works, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        refusing(works, "BEFORE UPDATE ON workflow_status WHEN new.status = 'SUCCESS'"),
        caplog.at_level(logging.ERROR),
    ):
        works.engine.enqueue("pull:tool:1", Queue.PULL, "pull", "tool")
        until(lambda: "integer overflow" in caplog.text, "the engine complains")

    assert [record.exc_info for record in caplog.records if record.name == "dbos"] == [None]
    assert "Traceback" not in capfd.readouterr().err


def test_ticks_that_cannot_be_enqueued_are_one_line_a_minute() -> None:
    def refuse(_: str) -> None:
        raise DatabaseDown("The database or its disk is full.")

    clock = Clock([Tick(f"pull:{number}", 0.05, refuse) for number in range(5)])
    with capture_logs() as lines:
        clock.start()
        time.sleep(0.4)
        clock.stop()

    assert [line["error"] for line in lines] == ["The database or its disk is full."]


def test_a_damaged_file_of_jobs_ends_the_start_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "signalbox.db.jobs").write_bytes(b"garbage" * 300)

    with pytest.raises(DatabaseDown, match=r"holds the jobs, is damaged .* move it away .* and start again"):
        Engine(f"sqlite:///{tmp_path / 'signalbox.db'}").start(lambda *_: None)


def test_who_presses_while_the_database_is_down_is_told_so_and_the_log_has_a_line(place: Workplace) -> None:
    with capture_logs() as lines:
        tell(DatabaseDown("The disk is full."), {"user_id": BOB, "channel_id": SOLAR, "command": "/x"}, place.deps)

    assert [(line["error"], line["exc_info"]) for line in lines] == [("The disk is full.", None)]
    assert lines[0]["reference"] in place.whispers(BOB)[0]
    assert place.whispers(BOB)[0].startswith("My database cannot be written or read just now")
