"""What the sweep does for questions that wait for their answers."""

from __future__ import annotations

import datetime as dt

from agents.research.inquiring import run_key
from bot.durable.enqueuing import Enqueuer
from storage.store import Store

_AGAIN = dt.timedelta(seconds=30)
_TROUBLE = "I could not answer it, by a fault of mine; whoever runs me finds it in the log."


def enqueue_inquiries(store: Store, enqueuer: Enqueuer, at: dt.datetime) -> None:
    """Enqueue what is due. A job that ended while its row still waits failed: only a new id can move that on."""
    for inquiry in store.inquiries.due(at):
        if not enqueuer.engine.is_over(run_key(inquiry)):
            enqueuer.inquire(inquiry)
            continue
        store.inquiries.failed(inquiry.id or 0, inquiry.attempt, _TROUBLE, at + _AGAIN)
        enqueuer.publish(inquiry.report_id)
