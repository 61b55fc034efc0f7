"""The job that a row waits for: its id, its place in the line, and its enqueueing, which is safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass

from agents.research.inquiring import run_key as inquiry_key
from agents.running import run_key
from bot.durable.engine import Engine
from bot.durable.queues import Queue
from storage.columns import now
from storage.inquiries import Inquiry, InquiryStatus
from storage.judgments import Priority, Stage
from storage.raw import Severity
from storage.records import Report, Signal
from storage.signals.remembering import is_put_off
from storage.status import SignalStatus, Status
from storage.store import Store
from storage.tracked import TrackedIssue

_HEAD_START = 100


@dataclass
class Enqueuer:
    """The ports Nudge and Messenger: enqueues the job that a row waits for, under the id that the row gives it."""

    store: Store
    engine: Engine

    def signal(self, signal_id: int) -> None:
        """Have a signal digested, if it waits for that. One that is put off is left to the sweep."""
        signal = self.store.signals.get(signal_id)
        if signal.status is SignalStatus.AWAITING_DIGEST and not is_put_off(signal, now()):
            self.digest(signal)

    def report(self, report_id: int) -> None:
        """Have a report worked on, if it waits for the machine, and shown."""
        report = self.store.reports.get(report_id)
        self.work(report)
        self.draw(report)

    def publish(self, report_id: int) -> None:
        """Have a report shown."""
        self.draw(self.store.reports.get(report_id))

    def digest(self, signal: Signal) -> None:
        """Enqueue a signal's digest, at its place in the line of its source."""
        first = place_in_line(signal, self.store.due.ahead_of(signal))
        self.engine.enqueue(digest_id(signal), Queue.DIGEST, "digest", str(signal.id), priority=first)

    def work(self, report: Report) -> None:
        """Enqueue a report's research or fix, if it waits for one."""
        job_id = work_id(report)
        if job_id is not None:
            kind, _, _ = job_id.partition(":")
            first = 1 if report.priority is Priority.P0 else 10
            self.engine.enqueue(job_id, Queue(kind), kind, str(report.id), priority=first)

    def issue(self, tracked: TrackedIssue) -> None:
        """Enqueue the making, or the linking, of a report's issue in a tracker."""
        self.engine.enqueue(issue_job_id(tracked), Queue.FOLLOW, "issue", str(tracked.report_id))

    def inquiry(self, inquiry_id: int) -> None:
        """Have a question answered, if it waits for that, and shown. One that is put off is left to the sweep."""
        inquiry = self.store.inquiries.get(inquiry_id)
        if inquiry.status is InquiryStatus.WAITING and inquiry.not_before is None:
            self.inquire(inquiry)
        self.publish(inquiry.report_id)

    def inquire(self, inquiry: Inquiry) -> None:
        """Enqueue the answering of a question."""
        self.engine.enqueue(inquiry_key(inquiry), Queue.INQUIRE, "inquire", str(inquiry.id))

    def draw(self, report: Report) -> None:
        """Enqueue the publishing of a report, if Slack shows an older version."""
        if report.drawn_version < report.version:
            job_id = f"publish:{report.id}:{report.version}"
            self.engine.enqueue(job_id, Queue.PUBLISH, "publish", str(report.id))


def issue_job_id(tracked: TrackedIssue) -> str:
    """The id of the job that makes or links an issue: a new one for each try."""
    return f"issue:{tracked.report_id}:{tracked.attempt}"


def digest_id(signal: Signal) -> str:
    """The id of a signal's digest: a new one for each edit and each retry."""
    return f"digest:{signal.id}:{signal.revision}.{signal.attempt}"


def place_in_line(signal: Signal, ahead: int) -> int:
    """The priority of a signal's digest: 1 is first. `ahead` counts those of its source that wait before it.

    The tenth signal of a quiet source comes before the hundredth of a flood, whichever came first. What somebody asks
    for is first, and what is fatal stands ahead of what is not, up to _HEAD_START places.
    """
    if signal.asked_by:
        return 1
    return 1 + ahead if signal.severity is Severity.FATAL else 1 + _HEAD_START + ahead


def work_id(report: Report) -> str | None:
    """The id of the job a report waits for, None when it does not wait for the machine."""
    match report.status:
        case Status.AWAITING_RESEARCH:
            return run_key(Stage.RESEARCH, report)
        case Status.AWAITING_FIX:
            return run_key(Stage.FIX, report)
        case _:
            return None
