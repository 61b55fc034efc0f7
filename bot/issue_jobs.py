"""What the sweep does for issues in a tracker that are to be made or linked."""

from __future__ import annotations

import datetime as dt

from bot.durable.enqueuing import Enqueuer, issue_job_id
from storage.store import Store

_AGAIN = dt.timedelta(minutes=15)
_TROUBLE = (
    "The job ended before it was done, and is tried again by itself; `signalbox doctor` says whether Linear is set up."
)


def enqueue_issues(store: Store, enqueuer: Enqueuer, at: dt.datetime) -> None:
    """Enqueue what is due. A job that ended while its row still waits is put off: only a new id can move that on."""
    for tracked in store.tracked.due(at):
        if not enqueuer.engine.is_over(issue_job_id(tracked)):
            enqueuer.issue(tracked)
            continue
        row = store.tracked.get(tracked.report_id)  # as it is now: what was done lately is no trouble
        if row is not None and row.attempt == tracked.attempt:
            store.tracked.failed(tracked.report_id, _TROUBLE, at + _AGAIN)
