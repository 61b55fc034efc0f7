"""What comes to a report that sleeps: it wakes when that is reason enough, else it is only counted."""

from __future__ import annotations

from agents.means import Basis
from storage.records import Signal
from storage.sleep import Waking


def rouse(means: Basis, report_id: int, asked_by: str = "") -> bool:
    """Whether a report that slept is awake now: who asks wakes it, and so does what weighs enough."""
    sleeps = means.store.sleeps
    woken = sleeps.wake(report_id, Waking.ASKED, by=asked_by) if asked_by else sleeps.wake_by_news(report_id)
    if woken is not None:
        means.messenger.publish(report_id)
    return woken is not None or means.store.reports.get(report_id).asleep_since is None


def slept_since(means: Basis, report_id: int, signal: Signal) -> bool:
    """Whether the report was put to sleep after this signal was filed: that somebody asked with it is an old story."""
    since = means.store.reports.get(report_id).asleep_since
    return since is not None and signal.filed_at is not None and signal.filed_at < since
