"""The durable engine: DBOS, behind a handful of verbs. Only this module imports it.

One workflow serves every job; its id says which job it is. Finished checkpoints of a job are kept by the engine, so a
job that is resumed, here or on another worker, gets them back.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from dbos import error as engine_errors
from pydantic import TypeAdapter
from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from agents.errors import Unavailable
from bot import faults
from bot.queues import Queue, queue_of
from storage.database import answering
from storage.engine import make_engine, parsed
from storage.errors import SignalboxError
from storage.private_files import private_database

T = TypeVar("T")

# Jobs of another version are never taken by this process. Change it only when a job's checkpoints change their names or
# order, and let the old jobs end first: docs/runbook.md says how.
APPLICATION_VERSION = "1"
_ALIVE = ["PENDING", "ENQUEUED", "DELAYED"]
_ENDED = frozenset({"SUCCESS", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})


WAITS = (1.0, 5.0, 20.0)  # seconds between the tries of one checkpoint
_LONGEST_WAIT = 60.0


class EngineStopped(SignalboxError):
    """The engine is not running in this process."""


class Interrupted(SignalboxError):
    """The job stops at this checkpoint, because everything is paused; resuming it goes on here."""


class Waiting(Interrupted):
    """The job stops at this checkpoint, because something outside does not answer; resuming it tries that again."""

    def __init__(self, fault: Unavailable) -> None:
        super().__init__(str(fault))
        self.fault = fault


class Work(Protocol):
    """What a job does: `kind` and `subject` as they were enqueued."""

    def __call__(self, kind: str, subject: str, job_id: str) -> None:
        """Do the job. Must not raise but Interrupted."""
        ...


@dataclass
class Engine:
    """One process's share of the engine. `works` false: it only enqueues.

    `look` is the time, in seconds, between two looks at the queues that a person waits for.
    """

    database_url: str
    works: bool = True
    look: float = 0.05
    executor_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    _client: DBOSClient | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, work: Work) -> None:
        """Register the one workflow, and begin to take jobs."""
        url = engine_url(self.database_url)
        _use_wal(url)
        logging.getLogger("dbos").addFilter(_is_news)
        DBOS(
            config={
                "name": "signalbox",
                "system_database_url": url,
                "application_version": APPLICATION_VERSION,
                "executor_id": self.executor_id,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "ERROR",
                "max_executor_threads": 64,
            }
        )

        @DBOS.workflow(name="job", max_recovery_attempts=1_000)
        def job(kind: str, subject: str) -> None:
            work(kind, subject, str(DBOS.workflow_id))

        if not self.works:
            DBOS.listen_queues([])
        DBOS.launch()
        for queue in Queue:
            DBOS.register_queue(
                queue.value,
                worker_concurrency=queue.at_once,
                polling_interval_sec=queue.look(self.look),
                on_conflict="always_update",
            )
        self._client = DBOSClient(system_database_url=url, serializer=DBOSPortableJSONSerializer())

    def stop(self, seconds: int = 5) -> None:
        """Take no more jobs, and give those that run a moment to end."""
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
        self._client.enqueue(options, kind, subject)  # type: ignore[arg-type]

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
        client = self._ask()
        orphans = client.list_workflows(status="PENDING", executor_id=executor_id, load_input=False, load_output=False)
        for orphan in orphans:
            client.resume_workflow(orphan.workflow_id, queue_name=orphan.queue_name or Queue.UPKEEP.value)
        return [orphan.workflow_id for orphan in orphans]

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
        return resumed

    def forget(self, completed_before: str, at_once: int = 1_000) -> int:
        """Delete all jobs that ended before this moment (ISO format), so many at once; returns how many."""
        client, gone = self._ask(), 0
        while True:
            old = client.list_workflows(
                status=["SUCCESS", "ERROR"],
                completed_before=completed_before,
                limit=at_once,
                load_input=False,
                load_output=False,
            )
            if old:
                client.delete_workflows([job.workflow_id for job in old])
            gone += len(old)
            if len(old) < at_once:
                return gone

    def alive(self) -> list[str]:
        """The ids of the jobs that wait or run."""
        found = self._ask().list_workflows(status=_ALIVE, load_input=False, load_output=False)
        return [job.workflow_id for job in found]


def engine_url(database_url: str) -> str:
    """Where the engine keeps its tables: a file beside the store's on SQLite, the same database on PostgreSQL."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{url.database}.jobs"
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def has_tables(database_url: str) -> bool:
    """Whether an engine has ever run on this database. Makes nothing. Raises DatabaseDown when it does not answer."""
    if parsed(database_url, called="The target").get_backend_name() == "sqlite":
        return Path(engine_url(database_url).removeprefix("sqlite:///")).exists()
    engine = make_engine(database_url)
    with answering(engine, database_url):
        found = inspect(engine).has_table("workflow_status", schema="dbos")
    engine.dispose()
    return found


def _is_news(record: logging.LogRecord) -> bool:
    """A job that was interrupted by a pause ends with the engine's complaint about it, which is none."""
    error = record.exc_info[1] if record.exc_info else None
    cancelled = (engine_errors.DBOSAwaitedWorkflowCancelledError, engine_errors.DBOSWorkflowCancelledError)
    return record.levelno >= logging.ERROR and not isinstance(error, cancelled)


def _use_wal(url: str) -> None:
    """The engine leaves SQLite's slower journal as it is; this pragma stays in the file, as does its mode."""
    if url.startswith("sqlite:///"):
        file = url.removeprefix("sqlite:///")
        private_database(Path(file))
        connection = sqlite3.connect(file, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()


@dataclass(frozen=True)
class EngineCheckpoint:
    """Checkpoints of the job that runs in this thread. `paused` is asked before each, which first gives way."""

    paused: Callable[[], bool]
    give_way: Callable[[], None]
    redact: Callable[[str], str] = str  # what faults say may be foreign text
    waits: Sequence[float] = WAITS
    parks: int = 0  # how often a job may wait at one checkpoint; then, or if never, it meets the fault

    def __call__(self, name: str, work: Callable[[], T], returns: type[T]) -> T:
        """Return what `work` returned, now or in an earlier life of the job.

        Raises Interrupted when paused, and Waiting when something outside does not answer for longer than `waits`. A
        job that is resumed after a wait finds that fault among what was kept, and does the work under the same name
        again: so its earlier checkpoints stay, and no turn of an agent is paid twice.
        """
        kind: TypeAdapter[T] = TypeAdapter(returns)
        for left in range(self.parks, -1, -1):
            kept, is_new = self._kept(name, work, kind)
            if "fault" not in kept:
                return kind.validate_python(kept["value"])
            fault = faults.from_json(kept["fault"])
            if not left or not isinstance(fault, Unavailable):
                raise fault
            if is_new:
                raise Waiting(fault)
        raise AssertionError("the last try returns or raises")

    def _kept(self, name: str, work: Callable[[], T], kind: TypeAdapter[T]) -> tuple[dict[str, Any], bool]:
        """What is kept of a try, and whether it was made just now."""
        self.give_way()
        if self.paused():
            DBOS.cancel_workflow(str(DBOS.workflow_id))
            raise Interrupted("everything is paused; `/signalbox resume` goes on here")
        made: list[bool] = []

        def kept_work() -> dict[str, Any]:
            made.append(True)
            try:
                return {"value": kind.dump_python(_patiently(work, self.waits), mode="json")}
            except Exception as error:  # noqa: BLE001 a fault is kept too, so that a resumed job meets the same one
                return {"fault": faults.to_json(error, self.redact)}

        return DBOS.run_step({"name": name}, kept_work), bool(made)


def _patiently(work: Callable[[], T], waits: Sequence[float]) -> T:
    """Do the work; when something outside does not answer, try again a little later, unless it asks for much more."""
    for wait in waits:
        try:
            return work()
        except Unavailable as error:
            asked = error.retry_after or 0.0
            if asked > _LONGEST_WAIT:
                raise
            time.sleep(max(wait, asked))
    return work()


def is_engine_signal(error: BaseException) -> bool:
    """Whether an exception is the engine's own word (cancelled, taken over), which a job must let pass."""
    return isinstance(error, engine_errors.DBOSException)
