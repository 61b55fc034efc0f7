"""Jobs on the real engine: retries, pauses, lost enqueues, and workers that are really killed."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from agents.errors import CodeHostRejected, ModelDown, Stopped
from bot.engine import Engine, Queue
from bot.enqueuing import work_id
from bot.jobs import PARKS, PAUSED, TRIES, Jobs
from bot.undertaker import SILENCE, Undertaker, born
from bot.views.condition import Condition, condition
from bot.views.limits import within
from playground.bots import Bot, fork
from storage.columns import now
from storage.database import open_store
from storage.judgments import Outcome, Stage
from storage.plumbing import Switch
from storage.spending import Spent
from storage.status import Mover, SignalStatus, Status
from storage.store import Store
from tests.bot.worker_process import TURNS, Lines, ThreeTurns, jobs_of, work
from tests.factories import a_held_signal, a_report, a_signal

PATIENCE = 180.0  # seconds; on a busy machine two workers take a minute to start


def has_tried(works: Works, report_id: int, tries: int) -> bool:
    return works.store.reports.get(report_id).tries == tries


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what}: it did not happen within {PATIENCE:.0f} s"
        time.sleep(0.03)


# ── in this process ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Works:
    """The engine in this process, with its jobs."""

    store: Store
    engine: Engine
    lines: Lines
    pipeline: ThreeTurns
    jobs: Jobs

    def status(self, report_id: int) -> Status:
        return self.store.reports.get(report_id).status

    def turns(self) -> list[str]:
        return [turn for _, turn, _ in self.lines.all("turn")]

    def later(self, **by: float) -> None:
        """Let it be so much later for the jobs."""
        self.jobs.clock = lambda: now() + dt.timedelta(**by)


@pytest.fixture
def works(sqlite_url: str, tmp_path: Path) -> Iterator[Works]:
    store, engine, lines = open_store(sqlite_url), Engine(sqlite_url), Lines(tmp_path)
    pipeline = ThreeTurns(store, lines, "here", [])
    jobs = jobs_of(store, engine, pipeline)
    engine.start(jobs)
    yield Works(store, engine, lines, pipeline, jobs)
    engine.stop(seconds=0)
    store.close()


def test_three_enqueues_of_one_id_are_one_job_even_after_it_ended(works: Works) -> None:
    for _ in range(2):
        works.engine.enqueue("pull:x:1", Queue.PULL, "pull", "x")
    until(lambda: works.engine.is_over("pull:x:1"), "the job ends")
    works.engine.enqueue("pull:x:1", Queue.PULL, "pull", "x")
    works.engine.enqueue("pull:x:2", Queue.PULL, "pull", "second")
    until(lambda: works.engine.is_over("pull:x:2"), "the other job ends")
    assert sorted(works.lines.all("pull")) == [["second", "here"], ["x", "here"]]


def test_the_sweep_finds_the_rows_whose_enqueue_was_lost(works: Works) -> None:
    report_id = a_report(works.store, status=Status.AWAITING_RESEARCH).id or 0
    undrawn = a_report(works.store).id or 0
    waiting = a_signal(works.store)
    assert waiting.status is SignalStatus.AWAITING_DIGEST
    assert works.engine.alive() == []
    works.jobs.sweep()
    until(lambda: works.status(report_id) is Status.GATHERING, "the research")
    until(lambda: works.lines.all("digest") == [[str(waiting.id), "here"]], "the digest")
    until(lambda: undrawn not in dict(works.store.due.now(now()).undrawn), "the drawing")
    assert works.turns() == ["1", "2", "3"]


def test_a_digest_and_the_sweep_tell_who_asked_for_what_is_held(works: Works) -> None:
    answered: list[int] = []
    works.jobs.answer = answered.append
    digested = a_signal(works.store).id or 0
    works.engine.enqueue("digest:1:1.1", Queue.DIGEST, "digest", str(digested))
    until(lambda: answered == [digested], "the answer after the digest")
    held = a_held_signal(works.store, asked_by="U1").id or 0
    a_held_signal(works.store)
    works.jobs.sweep()
    assert answered == [digested, held]


@pytest.mark.parametrize(
    ("fault", "says", "least", "most"),
    [
        (ModelDown("The model is overloaded."), "The model is overloaded.", 200, 400),
        (Stopped(Outcome.OUT_OF_MONEY, "Today's budget is spent."), "Today's budget is spent.", 600, 1_200),
        (KeyError("surprise"), r"reference [0-9a-f]{6} in its log\)\. It is tried again by itself", 14_000, 28_000),
    ],
)
def test_a_signal_whose_digest_fails_is_tried_again_however_often_and_the_status_says_why(
    works: Works, fault: Exception, says: str, least: float, most: float
) -> None:
    signal_id = a_signal(works.store).id or 0
    for _ in range(30):
        works.store.signals.postpone(signal_id, "", now())
    works.pipeline.fails.append(fault)
    works.jobs.sweep()
    until(lambda: works.store.signals.counts().troubled == 1, "the digest fails")
    put_off = works.store.signals.get(signal_id).not_before
    assert put_off is not None
    assert least < (put_off - now()).total_seconds() < most
    drawn = json.dumps(within(condition(Condition(
        Switch(name=PAUSED), works.store.signals.counts(), 0, Spent(usd=0, calls=0, seconds=0), []
    ))))  # fmt: skip
    assert "1 signal could not be read yet, and will be tried again" in drawn
    assert re.search(says, drawn)
    assert "surprise" not in drawn
    until(lambda: works.engine.alive() == [], "the try ends")
    works.jobs.sweep()
    assert works.engine.alive() == []

    works.later(seconds=most)
    works.jobs.sweep()
    until(lambda: works.lines.all("digest") == [[str(signal_id), "here"]], "the next try")


def test_the_clocks_check_looks_up_what_a_source_may_have_deleted(works: Works) -> None:
    checked: list[str] = []
    works.jobs.check = checked.append
    works.engine.enqueue("check:errors:1", Queue.PULL, "check", "errors")
    until(lambda: checked == ["errors"], "the check")


def test_the_clock_writes_off_calls_that_nobody_settled_within_an_hour(works: Works) -> None:
    works.store.spending.reserve("research", "C1/1", "model", 0.5)
    works.engine.enqueue("forget:1", Queue.UPKEEP, "forget", "1")
    until(lambda: works.engine.is_over("forget:1"), "the first tick")
    assert works.store.spending.total().usd == 0.5
    works.later(minutes=61)
    works.engine.enqueue("forget:2", Queue.UPKEEP, "forget", "2")
    until(lambda: works.engine.is_over("forget:2"), "the second tick")
    assert works.store.spending.total().usd == 0.0


def test_a_job_that_met_a_closed_door_is_put_off_and_tried_again_under_a_new_id(works: Works) -> None:
    works.pipeline.fails.append(ModelDown("The model did not answer.", retry_after=90.0))
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id, first = report.id or 0, work_id(report) or ""
    before = now()
    works.jobs.enqueuer.work(report)
    until(lambda: works.engine.is_over(first), "the first try")
    put_off = works.store.reports.get(report_id)
    assert (put_off.status, put_off.tries, put_off.note) == (Status.AWAITING_RESEARCH, 1, "The model did not answer.")
    assert put_off.not_before is not None
    assert put_off.not_before >= before + dt.timedelta(seconds=90)
    assert work_id(put_off) != first
    works.jobs.sweep()
    assert works.engine.is_over(work_id(put_off) or "") is False
    assert not [job for job in works.engine.alive() if job.startswith("research:")]
    works.later(seconds=400)
    works.jobs.sweep()
    until(lambda: works.status(report_id) is Status.GATHERING, "the second try")
    assert works.engine.is_over(first)
    assert works.turns() == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (CodeHostRejected("GitHub refused: the token lacks contents:write."), r"^GitHub refused: the token lacks"),
        (KeyError("surprise"), r"inside Signalbox \(reference [0-9a-f]{6} in its log\)\. Press Retry"),
    ],
)
def test_any_other_fault_ends_stuck_with_a_sentence(works: Works, fault: Exception, says: str) -> None:
    works.pipeline.fails.append(fault)
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    works.store.runs.begin(work_id(report) or "", Stage.RESEARCH, report.id or 0)
    works.jobs.enqueuer.work(report)
    until(lambda: works.status(report.id or 0) is Status.STUCK, "it is stuck")
    (run,) = works.store.runs.all()
    assert run.outcome is Outcome.FAILED
    assert re.search(says, run.why), run.why
    assert works.store.reports.get(report.id or 0).stuck_from is Status.AWAITING_RESEARCH
    last = works.store.reports.journal(report.id or 0)[-1]
    assert re.search(says, last.text), last.text
    assert "surprise" not in last.text


def test_the_fault_of_a_superseded_job_is_not_laid_at_the_reports_door(works: Works) -> None:
    works.pipeline.fails.append(CodeHostRejected("403"))
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id, old = report.id or 0, work_id(report) or ""
    works.store.runs.begin(old, Stage.RESEARCH, report_id)
    works.store.plans.anew(report_id, Status.AWAITING_RESEARCH, by="U1", via="reply", words="repository: a/b")
    works.engine.enqueue(old, Queue.RESEARCH, "research", str(report_id))
    until(lambda: works.engine.is_over(old), "the job ends")

    (run,) = works.store.runs.all()
    assert run.outcome is Outcome.FAILED
    assert works.status(report_id) is Status.AWAITING_RESEARCH
    assert works.store.reports.get(report_id).not_before is None


def test_a_pause_stops_a_job_at_its_next_checkpoint_and_it_goes_on_there(works: Works) -> None:
    works.lines.hold(2)
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    job_id = work_id(report) or ""
    works.jobs.enqueuer.work(report)
    until(lambda: works.turns() == ["1", "2"], "the second turn begins")
    works.store.switches.put(PAUSED, True, by="U1")
    works.lines.let_go(2)
    until(lambda: job_id not in works.engine.alive(), "the job stops")
    works.jobs.sweep()
    assert works.status(report.id or 0) is Status.AWAITING_RESEARCH
    assert works.engine.is_over(job_id) is False
    assert works.turns() == ["1", "2"]
    works.store.switches.put(PAUSED, False, by="U1")
    works.jobs.sweep()
    until(lambda: works.status(report.id or 0) is Status.GATHERING, "it goes on")
    assert works.turns() == ["1", "2", "3"]


def test_a_job_whose_model_is_down_waits_at_its_turn_and_pays_no_earlier_turn_again(works: Works) -> None:
    works.jobs.waits = ()
    works.pipeline.down[2] = [ModelDown("The model is overloaded.", retry_after=90.0), ModelDown("It still is.")]
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id, job_id = report.id or 0, work_id(report) or ""
    works.jobs.enqueuer.work(report)
    for tries, note in ((1, "The model is overloaded."), (2, "It still is.")):
        until(partial(has_tried, works, report_id, tries), "it waits")
        until(lambda: job_id not in works.engine.alive(), "the job stops")
        waiting = works.store.reports.get(report_id)
        assert (waiting.status, waiting.note, work_id(waiting)) == (Status.AWAITING_RESEARCH, note, job_id)
        works.jobs.clock = now
        works.jobs.sweep()
        assert job_id not in works.engine.alive()
        assert not works.engine.is_over(job_id)
        works.later(seconds=1_000 * tries)
        works.jobs.sweep()
    until(lambda: works.status(report_id) is Status.GATHERING, "it goes on")
    assert works.turns() == ["1", "2", "2", "2", "3"]


def test_a_pause_holds_a_job_that_waits_and_a_move_lets_it_end(works: Works) -> None:
    works.jobs.waits = ()
    works.pipeline.down[3] = [ModelDown("The model is overloaded.")]
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id, job_id = report.id or 0, work_id(report) or ""
    works.jobs.enqueuer.work(report)
    until(lambda: works.store.reports.get(report_id).tries == 1, "it waits")
    until(lambda: job_id not in works.engine.alive(), "the job stops")
    works.store.switches.put(PAUSED, True, by="U1")
    works.later(seconds=400)
    works.jobs.sweep()
    assert job_id not in works.engine.alive()
    works.store.switches.put(PAUSED, False, by="U1")
    works.store.reports.move(report_id, Status.DISMISSED, mover=Mover.HUMAN, who="U1", because="not now")
    works.jobs.clock = now
    works.jobs.sweep()
    until(lambda: works.engine.is_over(job_id), "it ends")
    assert works.status(report_id) is Status.DISMISSED


def test_a_job_that_waited_too_often_at_one_turn_is_stuck_and_says_why(works: Works) -> None:
    works.jobs.waits, works.jobs.parks = (), TRIES
    works.pipeline.down[1] = [ModelDown("The model is overloaded.")] * (TRIES + 1)
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    works.jobs.enqueuer.work(report)
    assert PARKS > TRIES
    works.later(days=1)
    for tries in range(1, TRIES + 1):
        until(partial(has_tried, works, report.id or 0, tries), "it waits")
        until(lambda: not [job for job in works.engine.alive() if job.startswith("research:")], "the job stops")
        works.later(days=1 + tries)
        works.jobs.sweep()
    until(lambda: works.status(report.id or 0) is Status.STUCK, "it is stuck")
    assert works.store.reports.get(report.id or 0).note == "The model is overloaded."
    assert len(works.turns()) == TRIES + 1


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


# ── in processes of their own ───────────────────────────────────────────────────────────────────────────────────────


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
