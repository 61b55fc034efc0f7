"""Which pipeline verb runs as which job, under which id, and what becomes of a job that fails.

A job's id is fixed by the row it works for, so that enqueueing is safe to repeat: three clicks are one fix. A retry is
a new attempt, whose number is in the row. Whatever was not enqueued is found by the sweep.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from agents.errors import Stopped, Unavailable
from agents.ports import Checkpoint
from agents.rules import is_followed
from agents.terms import Policy
from bot.chores import Chores
from bot.durable.checkpoints import WAITS, EngineCheckpoint, Interrupted, Waiting
from bot.durable.engine import Engine, is_engine_signal
from bot.durable.enqueuing import Enqueuer, digest_id, work_id
from bot.durable.faults import sentence_of, traceback_of
from bot.durable.putting_off import is_looked_at, wait_after, wait_of_a_digest
from bot.durable.queues import Queue
from bot.durable.tally import Ended, Tally
from bot.forgetting import forget, forget_words
from bot.inquiry_jobs import enqueue_inquiries
from bot.issue_jobs import enqueue_issues
from bot.patience import for_a_while
from bot.verbs import Pipeline, Publisher, Pulling
from storage.columns import now
from storage.errors import IllegalMove
from storage.judgments import Outcome
from storage.records import Report, Signal
from storage.status import WATCHED, WORKED_ON, Mover, Status
from storage.store import Store
from storage.switches import PAUSED

log = structlog.get_logger()

TRIES = 6
PARKS = 24  # waits at one checkpoint, an hour and a half to two hours together; then a person has to press Retry


def _at_once() -> None:
    """Where nobody waits for answers, work need not give way."""


@dataclass
class Jobs:
    """Carries out jobs. `inbox` deals with one event that was kept; `give_way` lets whoever waits for us go first."""

    store: Store
    engine: Engine
    enqueuer: Enqueuer
    pipeline: Pipeline
    publisher: Publisher
    puller: Pulling
    inbox: Callable[[str], None]
    give_way: Callable[[], None] = field(default=_at_once)
    chores: Chores = field(default_factory=Chores)
    redact: Callable[[str], str] = str  # what faults say may be foreign text
    retention: float = Policy().retention  # seconds
    follow: float = Policy().waits.follow  # seconds between two slots of looks
    clock: Callable[[], dt.datetime] = field(default=now)
    waits: Sequence[float] = WAITS  # seconds between the tries of one checkpoint
    parks: int = PARKS
    tally: Tally = field(default_factory=Tally)

    def __call__(self, kind: str, subject: str, job_id: str) -> None:
        """Do one job. It ends without an exception: what failed is in the rows, and in the log by a reference."""
        checkpoint = EngineCheckpoint(
            lambda: self.store.switches.on(PAUSED) and kind not in _NEVER_PAUSED,
            self.give_way,
            self.redact,
            self.waits,
            self.parks if kind in _PARKED else 0,
        )
        if kind in _COMES_AGAIN and self.store.switches.on(PAUSED):
            return  # interrupted, those of a weekend's slots would all be resumed at once
        with structlog.contextvars.bound_contextvars(job=job_id), self.tally.of(kind) as turn:
            try:
                self._verbs()[kind](subject, checkpoint, job_id)
            except Waiting as waiting:
                self._wait_for(int(subject), waiting.fault, job_id)
                self.engine.park(job_id)
                raise
            except Interrupted:
                log.info("paused")
                raise
            except Exception as error:
                if is_engine_signal(error):
                    raise
                turn.ended = Ended.FAILED
                self._failed(kind, subject, error, job_id)
            else:
                turn.ended = Ended.DONE
                if kind in _TOLD:
                    log.info("done", seconds=round(turn.seconds, 3))

    def _verbs(self) -> Mapping[str, Callable[[str, Checkpoint, str], None]]:
        return {
            "digest": lambda subject, checkpoint, _: self._digest(int(subject), checkpoint),
            "research": lambda subject, checkpoint, job_id: self.pipeline.research(int(subject), checkpoint, job_id),
            "fix": lambda subject, checkpoint, _: self.pipeline.fix(int(subject), checkpoint),
            "follow": lambda subject, checkpoint, _: self._watch(self.pipeline.follow, int(subject), checkpoint),
            "prove": lambda subject, checkpoint, _: self._watch(self.pipeline.prove, int(subject), checkpoint),
            "publish": lambda subject, _, job_id: self.publisher.draw(int(subject), job_id),
            "pull": self.puller.pull,
            "issue": lambda subject, checkpoint, _: self.chores.issue(int(subject), checkpoint),
            "inquire": lambda subject, checkpoint, job_id: self.chores.inquire(int(subject), checkpoint, job_id),
            "check": lambda subject, *_: self.chores.check(subject),
            "standing": lambda *_: self.pipeline.stand_in(),
            "remind": lambda _, checkpoint, __: self.pipeline.remind(checkpoint),
            "held": lambda *_: self.chores.note_held(),
            "waiting": lambda *_: self.chores.each_hour(),
            "week": lambda *_: self.chores.note_week(),
            "sweep": lambda *_: self.sweep(),
            "look": lambda subject, *_: self.look(subject),
            "forget": lambda *_: forget(self.store, self.engine, self.clock()),
            "reencode": lambda *_: self._reencode(),
            "retain": lambda *_: forget_words(self.store, self.clock(), self.retention),
        }

    def _reencode(self) -> None:
        if made := self.chores.reencode():
            log.info("made vectors of filed signals anew", signals=made)

    def _digest(self, signal_id: int, checkpoint: Checkpoint) -> None:
        self.pipeline.digest(signal_id, checkpoint)
        self.chores.answer(signal_id)

    def _watch(self, look: Callable[[int, Checkpoint], None], report_id: int, checkpoint: Checkpoint) -> None:
        if (until := self.store.reports.get(report_id).not_before) is not None and until > self.clock():
            return  # by a look of an earlier slot, while this one was in line: each would put it off for twice as long
        look(report_id, checkpoint)
        if self.store.reports.get(report_id).tries:
            self.store.reports.seen_again(report_id)
            self.enqueuer.publish(report_id)

    # ── what failed ─────────────────────────────────────────────────────────────────────────────────────────────

    def _failed(self, kind: str, subject: str, error: Exception, job_id: str) -> None:
        reference = secrets.token_hex(3)
        sentence = self.redact(sentence_of(error, reference, _BY_ITSELF if kind == "digest" else _RETRY))
        log.warning("failed", reference=reference, error=str(error), exc_info=traceback_of(error))
        match kind:
            case "digest":
                self._signal_failed(int(subject), error, sentence)
            case "research" | "fix" if self._is_superseded(int(subject), job_id):
                self.store.runs.end(job_id, Outcome.FAILED, sentence, 0.0)
            case "research" | "fix" | "follow" | "prove":
                self._report_failed(int(subject), error, sentence)
            case _:
                return  # a publish, pull or tick: the sweep or the next tick does it again

    def _signal_failed(self, signal_id: int, error: Exception, sentence: str) -> None:
        """It goes on waiting: nobody could press Retry for a signal without a report. `/signalbox status` says why."""
        wait = wait_of_a_digest(error, self.store.signals.get(signal_id).attempt)
        if self.store.signals.postpone(signal_id, sentence, self.clock() + wait):
            self.chores.own_up(signal_id)

    def _is_superseded(self, report_id: int, job_id: str) -> bool:
        """Whether the report waits for another job by now: what became of this one is not to be laid at its door."""
        awaited = work_id(self.store.reports.get(report_id))
        return awaited is not None and awaited != job_id

    def _wait_for(self, report_id: int, fault: Unavailable, job_id: str) -> None:
        """Leave the job where it is until whatever did not answer may answer again."""
        if self._is_superseded(report_id, job_id):
            return
        report = self.store.reports.get(report_id)
        until = self.clock() + wait_after(fault, report.tries)
        log.warning("waits", report=report_id, until=until.isoformat(), error=str(fault))
        if report.status in WORKED_ON:
            self.store.reports.postpone(report_id, self.redact(str(fault)), until, anew=False)
            self.enqueuer.publish(report_id)

    def _report_failed(self, report_id: int, error: Exception, sentence: str) -> None:
        report = self.store.reports.get(report_id)
        if report.status not in WORKED_ON:
            return  # somebody moved it on meanwhile
        self.store.runs.broke_off(report_id, sentence)
        watched = report.status in WATCHED  # nobody should have to press Retry because GitHub was down for an hour
        if isinstance(error, Unavailable) and (watched or report.tries < TRIES):
            wait = wait_after(error, report.tries)
            self.store.reports.postpone(report_id, sentence, self.clock() + wait, anew=not watched)
        else:
            try:
                self.store.reports.move(
                    report_id,
                    Status.STUCK,
                    mover=Mover.MACHINE,
                    who="machine",
                    because=sentence,
                    expect=report.status,
                    stuck_because=error.outcome if isinstance(error, Stopped) else Outcome.FAILED,
                )
            except IllegalMove:
                log.info("it was moved meanwhile", report=report_id)
        self.enqueuer.publish(report_id)

    # ── ticks ───────────────────────────────────────────────────────────────────────────────────────────────────

    def sweep(self) -> None:
        """Enqueue whatever waits for the machine: rows written just before a crash, retries due, lost nudges."""
        if not self.store.switches.on(PAUSED):
            self.engine.resume_interrupted(self._may_go_on)
        self.store.filing.tell_of_the_many(self.clock())
        due = self.store.due.now(self.clock())
        for signal in due.signals:
            self._digest_again(self.store.signals.get(signal.id))
        for report in due.reports:
            self._work_again(report)
        for report_id, version in due.undrawn:
            self._draw_again(report_id, version)
        enqueue_issues(self.store, self.enqueuer, self.clock())
        enqueue_inquiries(self.store, self.enqueuer, self.clock())
        for event_id in for_a_while(_TALK, due.inbox):  # what asks a Slack that may be silent comes last, cut short
            self.inbox(event_id)
        for signal_id in for_a_while(_TALK, due.unanswered):
            self.chores.answer(signal_id)

    def _may_go_on(self, job_id: str) -> bool:
        """Whether an interrupted job has waited long enough. One whose report was moved on may end at once."""
        kind, _, rest = job_id.partition(":")
        if kind not in _PARKED:
            return True
        report = self.store.reports.get(int(rest.partition(":")[0]))
        return work_id(report) != job_id or report.not_before is None or report.not_before <= self.clock()

    def _digest_again(self, signal: Signal) -> None:
        if self.engine.is_over(digest_id(signal)):  # it ended, yet the row still waits: only a new id can move it on
            self.store.signals.postpone(signal.id or 0, signal.trouble, self.clock())
            signal = self.store.signals.get(signal.id or 0)
        self.enqueuer.digest(signal)

    def _work_again(self, report: Report) -> None:
        job_id = work_id(report)
        if job_id is not None and self.engine.is_over(job_id):
            self._report_failed(
                report.id or 0, Unavailable("its job ended without moving it on"), "Its job ended early."
            )
            report = self.store.reports.get(report.id or 0)
        if report.not_before is None or report.not_before <= self.clock():
            self.enqueuer.work(report)

    def _draw_again(self, report_id: int, version: int) -> None:
        if self.engine.is_over(f"publish:{report_id}:{version}"):
            self.store.reports.touch(report_id)
        self.enqueuer.publish(report_id)

    def look(self, slot: str) -> None:
        """Enqueue one look at every pull request and every soak."""
        for status, kind in ((Status.AWAITING_CHECKS, "follow"), (Status.AWAITING_REVIEW, "follow"),
                             (Status.STUCK, "follow"), (Status.AWAITING_PROOF, "prove")):  # fmt: skip
            for report in self.store.reports.waiting(status):
                if status is Status.STUCK and not self._may_be_merged(report):
                    continue
                age = self.clock() - report.since
                if kind == "follow" and not is_looked_at(report.id or 0, slot, age, self.follow):
                    continue
                if report.not_before is None or report.not_before <= self.clock():
                    self.engine.enqueue(f"{kind}:{report.id}:{slot}", Queue.FOLLOW, kind, str(report.id))

    def _may_be_merged(self, report: Report) -> bool:
        """Whether it got stuck with a pull request, lately enough that people may be at it."""
        is_late = self.clock() - report.since >= _TAKEN_OVER
        return not is_late and is_followed(report, self.store.fixes.latest(report.id or 0))


_TAKEN_OVER = dt.timedelta(days=30)  # in which it is noticed that people merged or closed what we got stuck with
_NEVER_PAUSED = frozenset({"publish", "sweep", "look", "forget", "retain", "remind", "reencode"})
_COMES_AGAIN = frozenset({"pull", "follow", "prove", "standing"})  # with the next slot of the clock
_PARKED = frozenset({"research", "fix"})  # jobs whose turns cost money wait where they are
_TOLD = frozenset({"digest", "research", "fix", "inquire"})
_TALK = 10.0  # seconds of a sweep; the next one goes on
_RETRY, _BY_ITSELF = "Press Retry, or ask who runs it.", "It is tried again by itself; ask who runs it."
