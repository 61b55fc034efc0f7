"""How this process looks for jobs: at once for what it enqueued itself, every two seconds for what others did.

The engine's own threads look at every queue all the time, each for itself, and nothing wakes them. So its loop over one
queue runs in threads of ours, where it waits on a bell; one question in two seconds, about all queues, rings for the
jobs of other processes. Nobody promises that there is such a loop: where it is not the one we know, the engine looks by
itself as before, and an idle bot takes a tenth of a core or more.
"""

from __future__ import annotations

import contextlib
import inspect
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import structlog
from dbos import DBOS
from dbos import Queue as EngineQueue

from bot.durable.queues import Queue

log = structlog.get_logger()

Loop = Callable[[threading.Event, DBOS, EngineQueue], None]

AWAKE = 1.0  # seconds after the end of a job that others may have waited for: the engine counts it for a moment more
OTHERS = 2.0  # seconds between two questions for the jobs of other processes
IDLE = 30.0  # seconds after which a queue is looked at though nothing rang
_AGAIN = 1.0  # seconds
_PATIENCE = 5.0  # seconds in which looks that are under way may end


class Bell(threading.Event):
    """What the engine's loop over a queue waits on before each look, and is ended by.

    It waits until it rings, for `idle` seconds at most, and never for less than the loop asks for.
    """

    def __init__(
        self,
        idle: float = IDLE,
        clock: Callable[[], float] = time.monotonic,
        heard: threading.Condition | None = None,
    ) -> None:
        super().__init__()
        self._idle, self._clock = idle, clock
        self._heard = heard or threading.Condition()
        self._rung, self._awake_until = True, clock()  # what waits already is looked for at once

    def ring(self, awake: float = 0.0) -> None:
        """Have the queue looked at: at once, if the last look is as long ago as the loop asks for.

        For `awake` seconds from now on it is then looked at as often as the loop asks for.
        """
        with self._heard:
            self._rung = True
            self._awake_until = max(self._awake_until, self._clock() + awake)
            self._heard.notify_all()

    def set(self) -> None:
        """End the loop."""
        super().set()
        with self._heard:
            self._heard.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is time for a look; whether the loop has to end instead."""
        if timeout is None:
            return super().wait()
        due = self._clock() + timeout
        with self._heard:
            if due > self._awake_until:
                self._heard.wait_for(lambda: self._rung or self.is_set(), self._idle)
            self._heard.wait_for(self.is_set, max(0.0, due - self._clock()))
            self._rung = False
        return self.is_set()


@dataclass
class Looks:
    """The threads that look at the queues."""

    bell: Callable[[], Bell] = Bell
    others: float = OTHERS
    _bells: dict[Queue, Bell] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(
        self, loop: Loop, engine: DBOS, queues: Mapping[Queue, EngineQueue], waiting: Callable[[], Collection[Queue]]
    ) -> None:
        """Look at these queues instead of the engine, which was told to listen to none.

        `waiting` names those in which something waits, by whomever it was enqueued. It may raise anything.
        """
        self._stopping.clear()
        quieten(engine)
        for queue, terms in queues.items():
            terms.database_backed_queue = False  # they are what we said; read before each look they cost as much as it
            bell = self._bells[queue] = self.bell()
            self._begin(f"looks-{queue}", _look, loop, bell, engine, terms)
        self._begin("looks-for-others", self._ring_for_others, waiting)

    def ring(self, queue: Queue, awake: float = 0.0) -> None:
        """Say that there may be a job in this queue, or room for one. Does nothing where the engine looks by itself."""
        if (bell := self._bells.get(queue)) is not None:
            bell.ring(awake)

    def freed(self, queue: Queue, together: int) -> None:
        """Say that a job has ended, of so many of its queue: another one may have waited for its place.

        Ticks mostly are alone in their queue, and were most of what an idle bot looked for.
        """
        if together >= queue.at_once or queue.look(0.0) < AWAKE:
            self.ring(queue, AWAKE)

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        for bell in self._bells.values():
            bell.set()
        until = time.monotonic() + _PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._bells.clear()
        self._threads.clear()

    def _begin(self, name: str, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _ring_for_others(self, waiting: Callable[[], Collection[Queue]]) -> None:
        while not self._stopping.wait(self.others):
            with contextlib.suppress(Exception):  # a database that is down is complained of by whoever has work there
                for queue in waiting():
                    self.ring(queue)


def engines_loop() -> Loop | None:
    """The engine's loop over one queue; None where it is not the one we know."""
    try:
        from dbos._queue import queue_worker_thread  # noqa: PLC0415 it may be gone one day
    except ImportError:
        return None
    takes = list(inspect.signature(queue_worker_thread).parameters)
    return queue_worker_thread if takes == ["stop_event", "dbos", "queue"] else None


def quieten(engine: DBOS) -> None:
    """End those threads of the engine that ask the database each second for what we have none of.

    They start loops over queues that we start ourselves, and look for schedules, delayed jobs and deadlines.
    """
    ends = [*getattr(engine, "background_thread_stop_events", ()), getattr(engine, "_background_jobs_stop_event", None)]
    for end in ends:
        if end is not None:
            end.set()


def _look(loop: Loop, bell: Bell, engine: DBOS, terms: EngineQueue) -> None:
    while not bell.is_set():
        try:
            loop(bell, engine, terms)
        except Exception as error:
            log.exception("a queue is not looked at; it is tried again", queue=terms.name, error=str(error))
        threading.Event.wait(bell, _AGAIN)
