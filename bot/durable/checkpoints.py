"""Checkpoints of a job, kept by the engine: what a job has done once it is not asked to do again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from dbos import DBOS
from pydantic import TypeAdapter

from agents.errors import Unavailable
from bot.durable import faults
from storage.errors import DatabaseDown, SignalboxError
from storage.transactions import answering

T = TypeVar("T")

WAITS = (1.0, 5.0, 20.0)  # seconds between the tries of one checkpoint
_LONGEST_WAIT = 60.0
_SHORT_REST = 20.0  # seconds; for a longer one whoever waits in the same line is not to wait too


class Interrupted(SignalboxError):
    """The job stops at this checkpoint, because everything is paused; resuming it goes on here."""


class Waiting(Interrupted):
    """The job stops at this checkpoint, because something outside does not answer; resuming it tries that again."""

    def __init__(self, fault: Unavailable) -> None:
        super().__init__(str(fault))
        self.fault = fault


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

        try:
            with answering():
                return DBOS.run_step({"name": name}, kept_work), bool(made)
        except DatabaseDown as error:  # nothing was kept: resumed, the job does this work again
            if self.parks:
                raise Waiting(error) from error
            raise


def _patiently(work: Callable[[], T], waits: Sequence[float]) -> T:
    """Do the work; when something outside does not answer, try again a little later, unless it asks for much more.

    What is left alone anyway, for longer than a moment, is not waited for here: the job makes room for others.
    """
    for wait in waits:
        try:
            return work()
        except Unavailable as error:
            asked = error.retry_after or 0.0
            if asked > (_LONGEST_WAIT if error.was_asked else _SHORT_REST):
                raise
            time.sleep(max(wait, asked))
    return work()
