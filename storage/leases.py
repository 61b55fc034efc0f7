"""Leases: what one holder at a time may do. And the workers that are alive."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Update, update
from sqlmodel import Session, col, select

from storage.columns import now
from storage.plumbing import Lease, Worker
from storage.transactions import Transactions, insert_once, locked


class Leases:
    """The leases, and the workers."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def take(self, name: str, holder: str, seconds: float) -> bool:
        """Hold the lease for so many seconds from now; False when somebody else holds it. One's own is prolonged."""
        with self._on.write() as session:
            until = now() + dt.timedelta(seconds=seconds)
            ours = update(Lease).where(col(Lease.name) == name, col(Lease.holder) == holder)
            if _touched(session, ours.values(until=until)):  # as mostly: one statement of an idle bot's few
                return True
            if insert_once(session, Lease(name=name, holder=holder, until=until)) is not None:
                return True
            lease = locked(session, Lease, name)
            if lease.holder != holder and lease.until > now():
                return False
            lease.holder, lease.until = holder, until
            return True

    def release(self, name: str, holder: str) -> None:
        """Let others take it at once. Does nothing for one who does not hold it."""
        with self._on.write() as session:
            lease = session.get(Lease, name, with_for_update=True)
            if lease is not None and lease.holder == holder:
                lease.until = now()
                lease.holder = ""

    def beat(self, worker_id: str, host: str, pid: int, born: float) -> bool:
        """Say that a worker is alive; False when it had been given up for dead, and its work taken over.

        It counts among the living again: it goes on taking jobs, and when it dies they must be taken over once more.
        """
        with self._on.write() as session:
            known = update(Worker).where(col(Worker.id) == worker_id, col(Worker.buried_at).is_(None))
            if _touched(session, known.values(host=host, pid=pid, born=born, beat_at=now())):
                return True
            insert_once(session, Worker(id=worker_id, host=host, pid=pid, born=born))
            worker = locked(session, Worker, worker_id)
            worker.host, worker.pid, worker.born, worker.beat_at = host, pid, born, now()
            known_alive, worker.buried_at = worker.buried_at is None, None
            return known_alive

    def ends(self, worker_id: str) -> None:
        """Note that a worker ends in order. Until its process is gone its work stays its own."""
        with self._on.write() as session:
            worker = session.get(Worker, worker_id, with_for_update=True)
            if worker is not None:
                worker.born = -abs(worker.born)

    def workers(self) -> list[Worker]:
        """Those that were not buried, whether or not they still beat."""
        with self._on.read() as session:
            return list(session.exec(select(Worker).where(col(Worker.buried_at).is_(None)).order_by(col(Worker.id))))

    def bury(self, worker_id: str) -> None:
        """Note that a worker is dead and its work was taken over."""
        with self._on.write() as session:
            worker = locked(session, Worker, worker_id)
            worker.buried_at = worker.buried_at or now()


def _touched(session: Session, change: Update) -> bool:
    done: Any = session.execute(change)
    return bool(done.rowcount)
