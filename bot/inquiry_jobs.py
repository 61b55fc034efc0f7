"""What the sweep does for questions that wait for their answers."""

from __future__ import annotations

import datetime as dt

from agents.research.inquiring import run_key
from bot.durable.enqueuing import Enqueuer
from storage.judgments import Outcome
from storage.store import Store

_AGAIN = dt.timedelta(seconds=30)
_TROUBLE = "I could not answer it, by a fault of mine; whoever runs me finds it in the log."


def enqueue_inquiries(store: Store, enqueuer: Enqueuer, at: dt.datetime) -> None:
    """Enqueue what is due. A job that ended while its row still waits failed: only a new id can move that on.

    The first time nobody is told: it may have been taken by a worker of a version that knows no questions.
    """
    for inquiry in store.inquiries.due(at):
        if not enqueuer.engine.is_over(run_key(inquiry)):
            enqueuer.inquire(inquiry)
            continue
        trouble = _TROUBLE if inquiry.tries else ""
        if store.inquiries.failed(inquiry.id or 0, inquiry.attempt, trouble, at + _AGAIN if trouble else at):
            store.runs.end(run_key(inquiry), Outcome.FAILED, _TROUBLE, 0.0)
            enqueuer.publish(inquiry.report_id)
