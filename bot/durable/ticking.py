"""What a tick of the clock enqueues: one job a slot, and none while the last one still waits in its queue."""

from __future__ import annotations

from dataclasses import dataclass

from bot.durable.engine import Engine
from bot.durable.queues import Queue


@dataclass
class Ticking:
    """Enqueues the jobs of one tick. `subject` is the slot where none is named: `look` makes ids of it.

    Where jobs take longer than their slots, or a queue is short of hands, nothing piles up: the one that waits does the
    work of those that were left out.
    """

    engine: Engine
    name: str
    queue: Queue
    kind: str
    subject: str = ""
    _last: str = ""

    def __call__(self, slot: str) -> None:
        """Enqueue the job of this slot. Raises DatabaseDown."""
        job_id = f"{self.name}:{slot}"
        if self._last and self._last != job_id and self.engine.waits(self._last):
            return
        self.engine.enqueue(job_id, self.queue, self.kind, self.subject or slot)
        self._last = job_id
