"""Workers in processes of their own, which share the load and are really killed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from playground.bots import Bot, fork
from storage.database import open_store
from storage.status import Status
from storage.store import Store
from tests.bot.worker_process import TURNS, Lines, work
from tests.bot.works import until
from tests.factories import a_report


@dataclass
class Crew:
    """Workers as processes. Those that a test leaves alive are ended with it."""

    url: str
    lines: Lines
    stack: ExitStack
    processes: dict[str, Bot] = field(default_factory=dict)

    def start(self, worker: str, host: str = "one machine") -> None:
        log = self.lines.folder / f"{worker}.log"
        self.processes[worker] = fork(work, self.url, str(self.lines.folder), worker, host, log=log)
        self.stack.callback(self.kill, worker)

    def kill(self, worker: str) -> None:
        self.processes[worker].kill()
        self.processes[worker].wait(10)

    def ticking(self) -> set[str]:
        return {worker for _, worker in self.lines.all("tick")}


@pytest.fixture
def crew(database_url: str, tmp_path: Path) -> Iterator[Crew]:
    with ExitStack() as stack:
        yield Crew(database_url, Lines(tmp_path), stack)


@pytest.fixture
def pair(postgres_url: str, tmp_path: Path) -> Iterator[Crew]:
    """Two workers on one PostgreSQL, both at work."""
    with ExitStack() as stack:
        crew = Crew(postgres_url, Lines(tmp_path), stack)
        crew.start("ann")
        crew.start("bob")
        until(lambda: crew.ticking() == {"ann", "bob"}, "both work")
        yield crew


def test_a_killed_workers_job_goes_on_with_the_next_start_and_repeats_the_turn_in_flight_alone(
    crew: Crew, store: Store
) -> None:
    crew.lines.hold(2)
    report_id = a_report(store, status=Status.AWAITING_RESEARCH).id or 0
    crew.start("first")
    until(lambda: len(crew.lines.all("turn")) == 2, "the second turn begins")
    crew.kill("first")
    crew.lines.let_go(2)
    crew.start("second")
    until(lambda: store.reports.get(report_id).status is Status.GATHERING, "the job is finished")
    assert [tuple(each) for each in crew.lines.all("turn")] == [
        (str(report_id), "1", "first"),
        (str(report_id), "2", "first"),
        (str(report_id), "2", "second"),
        (str(report_id), "3", "second"),
    ]
    assert [worker.id for worker in store.leases.workers()] == ["second"]


def test_two_workers_share_the_load_and_the_living_takes_over_from_the_killed(pair: Crew) -> None:
    store = open_store(pair.url)
    pair.stack.callback(store.close)
    pair.lines.hold(2)
    reports = [a_report(store, status=Status.AWAITING_RESEARCH).id or 0 for _ in range(4)]
    until(lambda: len(pair.lines.all("turn")) == 2 * len(reports), "every second turn begins")
    in_hand = Counter(worker for _, turn, worker in pair.lines.all("turn") if turn == "2")
    assert in_hand == {"ann": 2, "bob": 2}
    killed_at = time.monotonic()
    pair.kill("ann")
    pair.lines.let_go(2)
    until(lambda: not store.reports.waiting(Status.AWAITING_RESEARCH), "every job is finished")
    assert time.monotonic() - killed_at < 60
    done = Counter((report, turn) for report, turn, _ in pair.lines.all("turn"))
    assert {report: [done[str(report), str(turn)] for turn in range(1, TURNS + 1)] for report in reports} == {
        report: [1, 2, 1] if report in _of("ann", pair.lines) else [1, 1, 1] for report in reports
    }


def _of(worker: str, lines: Lines) -> set[int]:
    return {int(report) for report, turn, who in lines.all("turn") if (turn, who) == ("2", worker)}


def test_two_clocks_make_each_slot_at_most_once(pair: Crew) -> None:
    def shared() -> set[str]:
        told = Counter(slot for slot, _ in pair.lines.all("tick"))
        return {slot for slot, times in told.items() if times > 1}

    until(lambda: len(shared()) >= 3, "both clocks tick in the same slots")
    ticked = shared()
    until(lambda: ticked <= {slot for slot, _ in pair.lines.all("pull")}, "what was ticked is pulled")
    pulled = Counter(slot for slot, _ in pair.lines.all("pull"))
    assert {slot: pulled[slot] for slot in ticked} == dict.fromkeys(ticked, 1)
