"""The durable engine: DBOS, behind a handful of verbs. Only this module, `checkpoints` and `looking` import it.

One workflow serves every job; its id says which job it is. Finished checkpoints of a job are kept by the engine, so a
job that is resumed, here or on another worker, gets them back.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, WorkflowStatus
from dbos import Queue as EngineQueue
from dbos import error as engine_errors
from sqlalchemy.exc import DBAPIError

from bot.durable.looking import Looks, engines_loop
from bot.durable.place import engine_url, prepare
from bot.durable.queues import Queue, queue_of
from storage.errors import DatabaseDown, SignalboxError
from storage.transactions import answering

T = TypeVar("T")

# Jobs of another version are never taken by this process: what they kept may not be what ours look for. Change it only
# when a job's checkpoints change their names or order, and have what it was among the former ones: those begin anew.
APPLICATION_VERSION = "2"
FORMER_VERSIONS = ["1"]
_ALIVE = ["PENDING", "ENQUEUED", "DELAYED"]
_ENDED = frozenset({"SUCCESS", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})


_LATELY, _MANY = dt.timedelta(minutes=10), 20  # clocks differ; a list that long names any queue
DROPPED_AFTER = 30.0  # seconds; between taking a job and working on it, and after that, the engine needs moments


class EngineStopped(SignalboxError):
    """The engine is not running in this process."""


class Work(Protocol):
    """What a job does: `kind` and `subject` as they were enqueued."""

    def __call__(self, kind: str, subject: str, job_id: str) -> None:
        """Do the job. Must not raise but Interrupted."""
        ...


@dataclass
class Engine:
    """One process's share of the engine. `works` false: it only enqueues.

    `look` is the shortest time, in seconds, between two looks at the queues that a person waits for.
    """

    database_url: str
    works: bool = True
    look: float = 0.05
    executor_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    clock: Callable[[], float] = field(default=time.monotonic)
    looks: Looks = field(default_factory=Looks)
    _client: DBOSClient | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _at_work: set[str] = field(default_factory=set)
    _idle: dict[str, float] = field(default_factory=dict)

    def start(self, work: Work) -> None:
        """Register the one workflow, and begin to take jobs."""
        url = engine_url(self.database_url)
        prepare(url)
        engine = DBOS(
            config={
                "name": "signalbox",
                "system_database_url": url,
                "application_version": APPLICATION_VERSION,
                "executor_id": self.executor_id,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "ERROR",
                "max_executor_threads": 64,
                "notification_coalesce_sec": 0.25,  # of what we never send; by itself it wakes a hundred times a second
            }
        )
        _let_our_log_have_it()

        @DBOS.workflow(name="job", max_recovery_attempts=1_000)
        def job(kind: str, subject: str) -> None:
            with self._working(str(DBOS.workflow_id)) as job_id:
                work(kind, subject, job_id)

        loop = engines_loop()
        if loop is not None or not self.works:
            DBOS.listen_queues([])
        DBOS.launch()
        queues = {queue: self._registered(queue) for queue in Queue}
        self._client = DBOSClient(system_database_url=url, serializer=DBOSPortableJSONSerializer())
        if loop is not None and self.works:
            self.looks.start(loop, engine, queues, self._waiting)

    def _registered(self, queue: Queue) -> EngineQueue:
        return DBOS.register_queue(
            queue.value,
            worker_concurrency=queue.at_once,
            polling_interval_sec=queue.look(self.look),
            on_conflict="always_update",
        )

    def stop(self, seconds: int = 5) -> None:
        """Take no more jobs, and give those that run a moment to end."""
        self.looks.stop()
        if self._client is not None:
            self._client.destroy()
            self._client = None
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)

    def enqueue(self, job_id: str, queue: Queue, kind: str, subject: str, *, priority: int | None = None) -> None:
        """Enqueue a job unless there was one of this id ever. May be called from anywhere, also from inside a job."""
        if self._client is None:
            return  # we are stopping: the sweep of the next start finds the row
        options: dict[str, Any] = {
            "workflow_name": "job",
            "queue_name": queue.value,
            "workflow_id": job_id,
            "app_version": APPLICATION_VERSION,
        }
        if priority is not None:
            options["priority"] = priority
        with answering():
            self._client.enqueue(options, kind, subject)  # type: ignore[arg-type]
        self.looks.ring(queue)

    @contextmanager
    def _working(self, job_id: str) -> Iterator[str]:
        with self._lock:
            self._at_work.add(job_id)
        try:
            yield job_id
        finally:
            queue = queue_of(job_id)
            with self._lock:
                together = sum(queue_of(each) is queue for each in self._at_work)
                self._at_work.discard(job_id)
            self.looks.freed(queue, together)

    def _waiting(self) -> frozenset[Queue]:
        """The queues in which something waits that was enqueued lately; older jobs are seen by the looks themselves."""
        since = (dt.datetime.now(dt.UTC) - _LATELY).isoformat()
        found = self._ask().list_workflows(
            status="ENQUEUED",
            app_version=APPLICATION_VERSION,
            start_time=since,
            limit=_MANY,
            load_input=False,
            load_output=False,
        )
        return frozenset(Queue) if len(found) == _MANY else frozenset(queue_of(job.workflow_id) for job in found)

    def _ask(self) -> DBOSClient:
        """The client: unlike the engine's own calls, its calls inside a job do not become checkpoints of the job."""
        if self._client is None:
            raise EngineStopped("The job engine is stopping; what is left goes on with the next start.")
        return self._client

    def is_over(self, job_id: str) -> bool:
        """Whether a job of this id ended, well or badly. False when there is none, or it is paused."""
        found = self._ask().list_workflows(workflow_ids=[job_id], load_input=False, load_output=False)
        return any(job.status in _ENDED for job in found)

    def take_over(self, executor_id: str) -> list[str]:
        """Resume every job that a dead worker had in its hands; returns their ids."""
        return [self._resumed(job) for job in self._in_hands_of(executor_id)]

    def executors(self) -> frozenset[str]:
        """Those that have jobs in their hands."""
        with answering():
            found = self._ask().list_workflows(status="PENDING", load_input=False, load_output=False)
        return frozenset(job.executor_id for job in found if job.executor_id)

    def take_up_dropped(self) -> list[str]:
        """Resume the jobs that this process was given and has not been working on for a while; returns their ids.

        The engine gives a job up where the database refuses to have its beginning or its end written down (the disk is
        full, it is read-only). The job would count as running for as long as this process lives, and fill its queue.
        """
        at = self.clock()
        with self._lock:
            at_work = set(self._at_work)
        dropped = [job for job in self._in_hands_of(self.executor_id) if job.workflow_id not in at_work]
        self._idle = {job.workflow_id: self._idle.get(job.workflow_id, at) for job in dropped}
        return [self._resumed(job) for job in dropped if at - self._idle[job.workflow_id] >= DROPPED_AFTER]

    def _in_hands_of(self, executor_id: str) -> list[WorkflowStatus]:
        with answering():
            return self._ask().list_workflows(
                status="PENDING", executor_id=executor_id, load_input=False, load_output=False
            )

    def _resumed(self, job: WorkflowStatus) -> str:
        with answering():
            self._ask().resume_workflow(job.workflow_id, queue_name=job.queue_name or Queue.UPKEEP.value)
        self.looks.ring(queue_of(job.workflow_id))
        return job.workflow_id

    def begin_anew(self, living: Collection[str]) -> list[str]:
        """Delete the jobs of former versions that nobody takes any more, so that the sweep makes new ones.

        While one of the `living` executors has such a job in its hands it is of that version, and takes the others too.
        Returns the ids of what was deleted.
        """
        with answering():
            left = self._ask().list_workflows(
                status=[*_ALIVE, "CANCELLED"], app_version=FORMER_VERSIONS, load_input=False, load_output=False
            )
            if not left or any(job.status == "PENDING" and job.executor_id in living for job in left):
                return []
            jobs = [job.workflow_id for job in left]
            self._ask().delete_workflows(jobs)
        return jobs

    def park(self, job_id: str) -> None:
        """Let a job that is about to raise Interrupted stop where it is, until it is resumed."""
        self._ask().cancel_workflow(job_id)

    def resume_interrupted(self, may_go_on: Callable[[str], bool]) -> list[str]:
        """Resume the jobs that a pause, or a wait for something outside, has interrupted; returns their ids."""
        client = self._ask()
        found = client.list_workflows(status="CANCELLED", load_input=False, load_output=False)
        resumed = [job.workflow_id for job in found if may_go_on(job.workflow_id)]
        for job_id in resumed:
            client.resume_workflow(job_id, queue_name=queue_of(job_id).value)
            self.looks.ring(queue_of(job_id))
        return resumed

    def ended(self, at_once: int, *, before: str | None = None, kinds: Sequence[str] = ()) -> list[str]:
        """The ids of so many jobs that ended, of these kinds or all, the latest first; `before` is in ISO format."""
        found = self._ask().list_workflows(
            status=["SUCCESS", "ERROR"],
            completed_before=before,
            workflow_id_prefix=[f"{kind}:" for kind in kinds] or None,
            limit=at_once,
            sort_desc=True,
            load_input=False,
            load_output=False,
        )
        return [job.workflow_id for job in found]

    def delete(self, jobs: Sequence[str]) -> None:
        """Delete jobs: others of their ids may be enqueued."""
        self._ask().delete_workflows(list(jobs))

    def alive(self) -> list[str]:
        """The ids of the jobs that wait or run."""
        with answering():
            found = self._ask().list_workflows(status=_ALIVE, load_input=False, load_output=False)
        return [job.workflow_id for job in found]

    def waits(self, job_id: str) -> bool:
        """Whether nobody has taken the job of this id from its queue yet."""
        if self._client is None:
            return False
        with answering():
            found = self._client.list_workflows(
                workflow_ids=[job_id], status="ENQUEUED", load_input=False, load_output=False
            )
        return bool(found)


def _let_our_log_have_it() -> None:
    """The engine writes to a console of its own, tracebacks and all, past the log's redaction."""
    logger = logging.getLogger("dbos")
    for handler in [each for each in logger.handlers if each.name == "__dbos_console_log_handler__"]:
        logger.removeHandler(handler)
    logger.propagate = True
    logger.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """A job that was interrupted by a pause ends with the engine's complaint about it, which is none.

    What the database complains of is said in a line: where its disk is full, tracebacks would fill the next one.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, DBAPIError | DatabaseDown):
        said = error.orig if isinstance(error, DBAPIError) else error
        record.msg, record.args = f"{record.getMessage()} {' '.join(str(said).split())[:300]}", ()
        record.exc_info = None
    cancelled = (engine_errors.DBOSAwaitedWorkflowCancelledError, engine_errors.DBOSWorkflowCancelledError)
    return record.levelno >= logging.ERROR and not isinstance(error, cancelled)


def is_engine_signal(error: BaseException) -> bool:
    """Whether an exception is the engine's own word (cancelled, taken over), which a job must let pass."""
    return isinstance(error, engine_errors.DBOSException)
