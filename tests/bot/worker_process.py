"""A worker in a process of its own, to be killed: real engine, jobs, clock and undertaker over a pipeline of turns.

Everything it does is a line in a file: `turn report-id number worker`, `pull slot worker`, `tick slot worker`.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from agents.ports import Checkpoint
from bot.clock import Clock, Tick
from bot.durable.engine import Engine
from bot.durable.enqueuing import Enqueuer
from bot.durable.queues import Queue
from bot.durable.undertaker import Undertaker
from bot.jobs import Jobs
from storage.database import open_store
from storage.status import Mover, Status
from storage.store import Store

TURNS = 3
_PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Lines:
    """A file that several processes add lines to. `hold-2` beside it makes every second turn wait until it is gone."""

    folder: Path

    def add(self, *words: object) -> None:
        with (self.folder / "lines").open("a", encoding="utf-8") as file:
            file.write(" ".join(map(str, words)) + "\n")

    def all(self, kind: str) -> list[list[str]]:
        file = self.folder / "lines"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [line.split()[1:] for line in lines if line.split()[0] == kind]

    def hold(self, turn: int) -> None:
        (self.folder / f"hold-{turn}").touch()

    def let_go(self, turn: int) -> None:
        (self.folder / f"hold-{turn}").unlink()

    def wait_while_held(self, turn: int) -> None:
        deadline = time.monotonic() + _PATIENCE
        while (self.folder / f"hold-{turn}").exists() and time.monotonic() < deadline:
            time.sleep(0.02)


@dataclass
class ThreeTurns:
    """A pipeline whose research takes three turns and then waits for more evidence; `fails` is raised before them."""

    store: Store
    lines: Lines
    worker: str
    fails: list[Exception]
    down: dict[int, list[Exception]] = field(default_factory=dict)  # raised in these turns, before they are done

    def research(self, report_id: int, checkpoint: Checkpoint, job: str = "") -> None:  # noqa: ARG002 the port's
        if self.fails:
            raise self.fails.pop(0)
        for turn in range(1, TURNS + 1):
            checkpoint(f"turn {turn}", partial(self._turn, report_id, turn), str)
        checkpoint("move", lambda: self._move(report_id), bool)

    def digest(self, signal_id: int, checkpoint: Checkpoint) -> None:  # noqa: ARG002 the port's
        if self.fails:
            raise self.fails.pop(0)
        self.lines.add("digest", signal_id, self.worker)

    def fix(self, report_id: int, checkpoint: Checkpoint) -> None:  # noqa: ARG002 the port's
        raise AssertionError

    def follow(self, report_id: int, checkpoint: Checkpoint) -> None:  # noqa: ARG002 the port's
        if self.fails:
            raise self.fails.pop(0)
        self.lines.add("look", report_id, self.worker)

    def prove(self, report_id: int, checkpoint: Checkpoint) -> None:  # noqa: ARG002 the port's
        raise AssertionError

    def stand_in(self) -> None: ...

    def remind(self, checkpoint: Checkpoint) -> None:  # noqa: ARG002 the port's
        raise AssertionError

    def draw(self, report_id: int, holder: str) -> None:
        version = self.store.outbox.take_pen(report_id, holder, 5)
        if version is not None:
            self.store.outbox.put_pen_down(report_id, holder, version)

    def pull(self, source: str, checkpoint: Checkpoint, job: str) -> None:  # noqa: ARG002 the port's
        self.lines.add("pull", source, self.worker)

    def _turn(self, report_id: int, turn: int) -> str:
        self.lines.add("turn", report_id, turn, self.worker)
        self.lines.wait_while_held(turn)
        if self.down.get(turn):
            raise self.down[turn].pop(0)
        return f"turn {turn}"

    def _move(self, report_id: int) -> bool:
        self.store.reports.move(
            report_id,
            Status.GATHERING,
            mover=Mover.MACHINE,
            who="machine",
            because="Evidence is missing.",
            expect=Status.AWAITING_RESEARCH,
        )
        return True


def jobs_of(store: Store, engine: Engine, pipeline: ThreeTurns) -> Jobs:
    """The real jobs over the pipeline of three turns."""
    return Jobs(
        store=store,
        engine=engine,
        enqueuer=Enqueuer(store, engine),
        pipeline=pipeline,
        publisher=pipeline,
        puller=pipeline,
        inbox=lambda event_id: pipeline.lines.add("inbox", event_id),
    )


def work(url: str, folder: str, worker: str, host: str) -> None:
    """Work until the process that started this one is gone."""
    store, lines, engine = open_store(url), Lines(Path(folder)), Engine(url, executor_id=worker)

    def tick(slot: str) -> None:
        lines.add("tick", slot, worker)
        engine.enqueue(f"pull:clock:{slot}", Queue.PULL, "pull", slot)

    engine.start(jobs_of(store, engine, ThreeTurns(store, lines, worker, [])))
    Undertaker(store, engine, host=host).start()
    sweep = Tick("sweep", 0.5, lambda slot: engine.enqueue(f"sweep:{slot}", Queue.UPKEEP, "sweep", slot))
    Clock([sweep, Tick("pull", 0.5, tick)]).start()
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
