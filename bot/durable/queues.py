"""The queues that jobs wait in, how many of each run at once, and how often they are looked at.

A look is a transaction. Jobs that this process enqueues are looked for at once (`looking`).
"""

from __future__ import annotations

from enum import StrEnum

_SLOW = 1.0  # seconds


class Queue(StrEnum):
    """Where jobs wait."""

    PULL = "pull"
    DIGEST = "digest"
    PUBLISH = "publish"
    RESEARCH = "research"
    FIX = "fix"
    INQUIRE = "inquire"
    FOLLOW = "follow"
    UPKEEP = "upkeep"

    @property
    def at_once(self) -> int:
        """How many of its jobs one process runs at a time."""
        return 4 if self in {Queue.PULL, Queue.DIGEST, Queue.PUBLISH} else 2

    def look(self, often: float) -> float:
        """Seconds between two looks at least; `often` for the queues that a person waits for."""
        if self in {Queue.DIGEST, Queue.PUBLISH}:
            return often
        return 0.5 if self in {Queue.RESEARCH, Queue.FIX, Queue.INQUIRE} else _SLOW


_ELSEWHERE = {"prove": Queue.FOLLOW, "issue": Queue.FOLLOW, "check": Queue.PULL}


def queue_of(job_id: str) -> Queue:
    """The queue that a job belongs on, by its id's first word."""
    kind = job_id.split(":", 1)[0]
    names = {queue.value for queue in Queue}
    return Queue(kind) if kind in names else _ELSEWHERE.get(kind, Queue.UPKEEP)
