"""Answer what people ask about a report. Nothing of the report changes by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel

from agents.cases import Exchange, InquiryCase
from agents.errors import NotReadYet, Rejected, SandboxUnusable, SpentForToday, Stopped, Unavailable
from agents.exchange import ToolDone
from agents.loop import AT_ITS_LIMIT
from agents.means import Means
from agents.ports import Checkpoint
from agents.research.case_of import case_of, looking_back, merged_away, readable, seen, shown_there
from agents.research.recording import record_of
from agents.research.routing import Routes
from agents.running import ReportRun
from agents.stages.inquire import Replied, inquire
from storage.inquiries import Inquiry, InquiryStatus, Reply
from storage.judgments import Outcome, Stage
from storage.records import Fix, Report
from storage.status import SignalStatus

_EARLIER = 6  # answered questions before it that are shown
_FIRST_WAIT, _LONGEST_WAIT, _A_DIGEST = 10.0, 300.0, 75.0  # seconds
_CHANGED = "Something that was reported was deleted, or left this report, while I looked; I look again without it."
_TOO_MUCH = "Ask about less at once, or have `inquiry_limits` in the policy file raised."
_UNREAD = "What was reported has changed, and is read anew first."
NOTHING = (
    "There is nothing to answer from: what was reported is held, was deleted, or left this report. `/signalbox held` "
    "lists what is held."
)
NO_REPOSITORY = (
    "I cannot tell which repository this is about, and without one I have nothing to look at. An approver can say it "
    "here: `repository: owner/name`."
)
_NOTHING_HELD = "What I had to say rested on citations that do not hold, so I say nothing."


class InquiryStart(BaseModel):
    """What an answer begins with: the case, or why there is none. Both are empty when nobody waits for one."""

    case: InquiryCase | None = None
    run: str = ""  # its key
    sentence: str = ""


class InquiryRun(ReportRun):
    """The run of one question. It goes on whatever becomes of the report; only deleting the question ends it."""

    @property
    def inquiry_id(self) -> int:
        """The question's id, of which the key is made."""
        return int(self.key.split(":")[1])

    def why_stop(self) -> str:
        """That the question was deleted."""
        waits = self.means.store.inquiries.get(self.inquiry_id).status is InquiryStatus.WAITING
        return "" if waits else "The question was deleted."

    def turned(self, turn: int, done: Sequence[ToolDone]) -> None:
        """Keep what the tools did; nothing of a turn in which the question was deleted."""
        super().turned(turn, () if self.why_stop() else done)


@dataclass(frozen=True)
class Inquiring:
    """The job that answers one question, in checkpoints."""

    means: Means

    def inquire(self, inquiry_id: int, checkpoint: Checkpoint, job: str) -> None:
        """Answer it, or say why not. What something outside keeps from being answered is tried again later.

        `job` is the id of the job that does it: one that the question no longer waits for does nothing.
        """
        report_id = self.means.store.inquiries.get(inquiry_id).report_id
        try:
            self._inquire(inquiry_id, checkpoint, job)
        except Unavailable as error:
            self._put_off(inquiry_id, error, job)
        except (Rejected, Stopped, SandboxUnusable) as error:
            self._broke_off(job, error)
            self.means.store.inquiries.give_up(inquiry_id, self.means.redactor.text(str(error)))
        self.means.messenger.publish(report_id)

    def _inquire(self, inquiry_id: int, checkpoint: Checkpoint, job: str) -> None:
        start = checkpoint("case", lambda: self._start(inquiry_id, job), InquiryStart)
        if start.case is None:
            checkpoint("end", lambda: self._none(inquiry_id, start.sentence), bool)
            return
        case, run = start.case, InquiryRun(self.means, Stage.INQUIRE, start.case.report_id, start.run)
        replied = inquire(
            case,
            self.means.model,
            self.means.workspaces,
            self.means.policy.inquiry_limits,
            checkpoint,
            self.means.redactor,
            run,
            more=partial(self.means.lookups.tools, looking_back(self.means, case.report_id, case.repository.name)),
        )
        checkpoint("end", lambda: self._end(run, inquiry_id, replied, case), bool)

    def _start(self, inquiry_id: int, job: str) -> InquiryStart:
        store, inquiry = self.means.store, self.means.store.inquiries.get(inquiry_id)
        if inquiry.status is not InquiryStatus.WAITING or run_key(inquiry) != job:
            return InquiryStart()
        report = store.reports.get(inquiry.report_id)
        signals = shown_there(report, readable(store.signals.of_report(inquiry.report_id)))
        if not signals:
            waiting = any(
                each.status is SignalStatus.AWAITING_DIGEST for each in store.signals.of_report(inquiry.report_id)
            )
            if waiting:
                raise NotReadYet(_UNREAD, _A_DIGEST)
            return InquiryStart(sentence=merged_away(report) or NOTHING)
        routed = Routes(self.means).of(report, signals, tuple(seen(signal) for signal in signals))
        if routed.repository is None:
            return InquiryStart(sentence=NO_REPOSITORY)
        base = case_of(self.means, report, signals, routed.repository)
        run = InquiryRun(self.means, Stage.INQUIRE, inquiry.report_id, job)
        run.begin(signals, routed.repository.name)
        return InquiryStart(case=self._asked(inquiry, report, base.model_dump()), run=run.key)

    def _asked(self, inquiry: Inquiry, report: Report, base: dict[str, object]) -> InquiryCase:
        store, redact = self.means.store, self.means.redactor.text
        before = store.inquiries.before(inquiry, _EARLIER)
        fix = store.fixes.latest(inquiry.report_id)
        return InquiryCase.model_validate(
            base
            | {
                "question": inquiry.words,
                "asked_by": inquiry.asked_by,
                "asked_at": inquiry.asked_at,
                "number": store.inquiries.number(inquiry),
                "record": redact(record_of(store, report, self.means.policy)),
                "change": self.means.redactor.secrets_only(fix.patch) if fix else "",
                "pushed": _is_pushed(fix),
                "asked_before": [Exchange(question=each.words, answer=_said(each.reply)) for each in before],
            }
        )

    def _none(self, inquiry_id: int, sentence: str) -> bool:
        if sentence:
            self.means.store.inquiries.give_up(inquiry_id, sentence)
        return True

    def _end(self, run: InquiryRun, inquiry_id: int, replied: Replied, case: InquiryCase) -> bool:
        run.end(replied.outcome, replied.sentence, replied.seconds)
        reply, inquiries = replied.reply, self.means.store.inquiries
        if reply is not None and (reply.claims or reply.unknown.strip()):
            shown = [signal.external_id for signal in case.signals]
            if not inquiries.answer(inquiry_id, reply, shown):
                inquiries.failed(inquiry_id, _attempt(run.key), _CHANGED, self.means.clock())
        else:
            why = _NOTHING_HELD if reply is not None else self.means.redactor.text(_why_none(replied))
            inquiries.give_up(inquiry_id, why)
        return True

    def _put_off(self, inquiry_id: int, error: Unavailable, job: str) -> None:
        wait = max(min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** _attempt(job)), error.retry_after or 0.0)
        self._broke_off(job, error)
        self.means.store.inquiries.failed(
            inquiry_id,
            _attempt(job),
            self.means.redactor.text(str(error)),
            self.means.clock() + dt.timedelta(seconds=wait),
            is_try=not isinstance(error, SpentForToday),
        )

    def _broke_off(self, job: str, error: Exception) -> None:
        """Note that the run, if it had begun, ended with this."""
        self.means.store.runs.end(job, Outcome.FAILED, self.means.redactor.text(str(error)), 0.0)


def _is_pushed(fix: Fix | None) -> bool:
    """Whether its patch stands in the pull request. What was kept back after a push has no proof, or objections."""
    return fix is not None and fix.pushed_at is not None and fix.proof is not None and not fix.objections


def _why_none(replied: Replied) -> str:
    more = f" {_TOO_MUCH}" if replied.sentence.startswith(AT_ITS_LIMIT) else ""
    return f"{replied.sentence}{more}"


def _attempt(job: str) -> int:
    """Which attempt at its question a job is."""
    return int(job.rpartition(":")[2])


def run_key(inquiry: Inquiry) -> str:
    """The key of the run that answers a question: the id of its job."""
    return f"inquire:{inquiry.id}:{inquiry.attempt}"


def _said(reply: Reply | None) -> str:
    if reply is None:
        return ""
    return " ".join((*(claim.claim for claim in reply.claims), reply.unknown)).strip()
