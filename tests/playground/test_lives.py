"""The lives of the crash matrix: what is struck in each, calls that are held, jobs that do not end."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from playground.crash import points
from playground.faults import Fault, Faults, Kind, Moment
from playground.jobs_left import alive, wait_for_jobs
from playground.lives import taught
from playground.people import Impatience
from playground.recorded import read
from playground.scripts import SCRIPTS, Life


@pytest.mark.parametrize("life", Life)
def test_every_life_is_struck_somewhere_and_its_acts_are_lost_once(life: Life) -> None:
    calls = {"slack:chat.update": 9, "linear:issueCreate": 1, "github:GET /repos/{owner}": 1, "model:fix": 1}
    struck = points(calls, life)

    assert any(point.fault is not None for point in struck)
    assert tuple(point.lost for point in struck if point.fault is None) == SCRIPTS[life].acts


def test_what_a_life_teaches_the_model_can_be_played(tmp_path: Path) -> None:
    recordings = read(taught(Life.CAME_BACK, tmp_path / "recordings"))
    assert recordings.get("research", "C07SOLAR/1795157642.118209#2") is not None


def test_a_call_that_is_held_goes_on_once_it_is_let_go_and_later_ones_at_once() -> None:
    faults = Faults()
    faults.plan(Fault("model:fix", Moment.RECEIPT, Kind.HOLD, times=9))
    went_on = threading.Event()

    def call() -> None:
        faults.strike("model:fix", Moment.RECEIPT)
        went_on.set()

    caller = threading.Thread(target=call)
    caller.start()
    while not faults.seen("model:fix"):
        pass
    assert not went_on.is_set()
    faults.let_go()
    caller.join()
    faults.strike("model:fix", Moment.RECEIPT)
    assert went_on.is_set()


def test_a_job_that_does_not_end_is_named(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "signalbox.db.jobs") as jobs:
        jobs.execute("CREATE TABLE workflow_status (workflow_uuid TEXT, status TEXT)")
        rows = [("fix:1:1:4", "PENDING"), ("research:1:2", "SUCCESS")]
        jobs.executemany("INSERT INTO workflow_status VALUES (?, ?)", rows)
    database = f"sqlite:///{tmp_path / 'signalbox.db'}"

    assert alive(database) == ["fix:1:1:4"]
    with pytest.raises(Impatience, match="fix:1:1:4"):
        wait_for_jobs(database, 0.0)
