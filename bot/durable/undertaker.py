"""Buries workers that stopped beating, and has their jobs taken over. One at a time does it, elected by a lease."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.durable.engine import Engine
from storage.plumbing import Worker
from storage.store import Store

log = structlog.get_logger()

BEAT = 2.0  # seconds
SILENCE = 20.0  # seconds without a beat after which a worker of another machine, or container, is dead
_LEASE = 10.0
_LOOKS = 2  # beats between two looks at the others
_BEATS = 5  # between two looks at this process's own jobs
_NAME = "undertaker"
_NAMED = 20  # jobs, in a line of the log


def where() -> str:
    """Where a process's number means what it means here: containers may share a host's name and not its processes."""
    try:
        return f"{socket.gethostname()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()


@dataclass
class Undertaker:
    """Beats for this process's worker, and looks after the others."""

    store: Store
    engine: Engine
    host: str = field(default_factory=where)
    clock: Callable[[], float] = field(default=time.monotonic)
    _heard: dict[str, tuple[dt.datetime, float]] = field(default_factory=dict)
    _strangers: frozenset[str] = frozenset()
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def announce(self) -> None:
        """Say that this worker lives. It must not take a job before: were it killed then, nobody would know of it."""
        self._beat()

    def start(self) -> None:
        """Beat, bury at once whoever died while nobody ran, and go on doing both."""
        self.announce()
        self.look()
        self.renew()
        self._thread = threading.Thread(target=self._run, name="undertaker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and say that this worker ends, so that it is not taken for one that died."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.store.leases.release(_NAME, self.engine.executor_id)
        self.store.leases.ends(self.engine.executor_id)

    def look(self) -> list[str]:
        """Bury the dead, if this process holds the lease; returns the jobs that were taken over."""
        if not self._is_elected():
            return []
        taken: list[str] = []
        for worker in self._dead():
            jobs = self.engine.take_over(worker.id)
            self.store.leases.bury(worker.id)
            if not worker.ends:
                log.warning("a worker died", worker=worker.id, pid=worker.pid, jobs=jobs)
            elif jobs:
                log.info("took over the jobs of a worker that had ended", worker=worker.id, jobs=jobs)
            taken += jobs
        return taken

    def renew(self) -> list[str]:
        """Have jobs begun anew that an earlier version of the code left behind, if this process holds the lease."""
        if not self._is_elected():
            return []
        living = {worker.id for worker in self.store.leases.workers()} - {self.engine.executor_id}
        if jobs := self.engine.begin_anew(living):
            log.warning("an earlier version left jobs behind, which begin anew", number=len(jobs), jobs=jobs[:_NAMED])
        return jobs

    def adopt(self) -> list[str]:
        """Take over the jobs of executors of whom no worker ever told, if they were there at the last look, too."""
        if not self._is_elected():
            return []
        known = {worker.id for worker in self.store.leases.workers()} | {self.engine.executor_id}
        before, self._strangers = self._strangers, self.engine.executors() - known
        jobs = [job for each in sorted(before & self._strangers) for job in self.engine.take_over(each)]
        if jobs:
            log.warning("took over jobs that were in nobody's hands", jobs=jobs)
        return jobs

    def _is_elected(self) -> bool:
        """Whether this process holds the lease. What a dead one holds is let go at once: jobs wait for nobody then."""
        leases = self.store.leases
        if leases.take(_NAME, self.engine.executor_id, _LEASE):
            return True
        dead = self._dead()
        for worker in dead:
            leases.release(_NAME, worker.id)
        return bool(dead) and leases.take(_NAME, self.engine.executor_id, _LEASE)

    def _dead(self) -> list[Worker]:
        """The others that died and were not buried."""
        others = (worker for worker in self.store.leases.workers() if worker.id != self.engine.executor_id)
        return [worker for worker in others if self._is_dead(worker)]

    def _is_dead(self, worker: Worker) -> bool:
        if worker.host == self.host:
            return born(worker.pid) != abs(worker.born)
        return self._silent(worker) > SILENCE

    def _silent(self, worker: Worker) -> float:
        """For how long we have not heard it beat, in seconds of our own clock: that of its machine may be wrong."""
        at = self.clock()
        beat, since = self._heard.get(worker.id, (None, at))
        if beat != worker.beat_at:
            self._heard[worker.id] = (worker.beat_at, at)
            return 0.0
        return at - since

    def _beat(self) -> None:
        if not self.store.leases.beat(self.engine.executor_id, self.host, os.getpid(), born(os.getpid())):
            log.warning(
                "this worker was silent for so long that its jobs were taken over", worker=self.engine.executor_id
            )

    def _take_up(self) -> None:
        """Take up what lies there without anybody at work on it."""
        self.renew()
        self.adopt()
        if jobs := self.engine.take_up_dropped():
            log.warning("took jobs up again whose beginning or end the database had refused", jobs=jobs)

    def _run(self) -> None:
        for number in itertools.count(1):
            if self._stopping.wait(BEAT):
                return
            try:
                self._beat()
                if number % _LOOKS == 0:
                    self.look()
                if number % _BEATS == 0:
                    self._take_up()
            except Exception as error:  # noqa: BLE001 a database that is down for a while must not end the beating
                log.warning("the undertaker could not do its work", error=str(error))
                time.sleep(BEAT)


def born(pid: int) -> float:
    """When a process of this machine began, in clock ticks since boot: a reused pid is told apart. 0 if it is gone.

    Where /proc is missing only the pid itself is looked at.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 1.0 if not Path("/proc/self").exists() and _answers(pid) else 0.0
    return 0.0 if fields[0] == "Z" else float(fields[19])


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
