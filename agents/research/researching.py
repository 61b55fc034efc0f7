"""Research a report, decide what to make of it, and ask the humans."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel

from agents import rules
from agents.cases import Guidance, ResearchCase
from agents.errors import NotReadYet
from agents.gathering.ripening import Ripening
from agents.means import Means
from agents.ports import Checkpoint
from agents.research.assessing import Assessing
from agents.research.case_of import case_of, looking_back, readable, seen
from agents.research.routing import Routes
from agents.research.siblings import tell_the_others
from agents.running import ReportRun, run_key
from agents.stages.ask import Asking, ask
from agents.stages.decide import decide
from agents.stages.research import Researched, research
from storage.assessment import Assessment, Priority
from storage.judgments import Outcome, Research, Stage, Verdict
from storage.records import EntryKind, Report
from storage.status import Mover, SignalStatus, Status

_NOT_BROKEN = frozenset({Outcome.NO_MODEL, Outcome.NO_REPOSITORY})
_CHANGED = "What this is about was reworded where it was reported. I look into it once I have read it anew."
_A_DIGEST = 75.0  # seconds: words are read after some quiet
NOTHING = (
    "There is nothing to look into: what was reported is held, was deleted, or left this report. `/signalbox held` "
    "lists what is held; let it go and press Retry, or dismiss this."
)


class Start(BaseModel):
    """What research begins with: the case, or why there is none."""

    case: ResearchCase | None = None
    run: str = ""  # its key
    outcome: Outcome = Outcome.FINISHED
    sentence: str = ""


@dataclass(frozen=True)
class Researching:
    """The research job of one report, in checkpoints."""

    means: Means

    def research(self, report_id: int, checkpoint: Checkpoint, job: str = "") -> None:
        """Find the cause, judge it, and move the report to where humans can answer.

        `job` is the id of the job that does it: one that the report no longer waits for does nothing.
        """
        start = checkpoint("case", lambda: self._start(report_id, job), Start)
        run = ReportRun(self.means, Stage.RESEARCH, report_id, start.run or job)
        if start.case is None:
            checkpoint("end", lambda: self._end(run, start.outcome, start.sentence), bool)
        else:
            self._run(run, start.case, checkpoint)
        self.means.messenger.publish(report_id)

    def _run(self, run: ReportRun, case: ResearchCase, checkpoint: Checkpoint) -> None:
        report_id = run.report_id
        self.means.messenger.publish(report_id)
        researched = research(
            case,
            self.means.model,
            self.means.workspaces,
            self.means.policy.research_limits,
            checkpoint,
            self.means.redactor,
            run,
            more=partial(self.means.lookups.tools, looking_back(self.means, report_id, case.repository.name)),
        )
        found = researched.research
        if found is None:
            checkpoint("end", lambda: self._end_run(run, researched), bool)
            return
        assessment = checkpoint("assess", lambda: Assessing(self.means).assess(case, found), Assessment)
        assessed = found.model_copy(update={"assessment": assessment, "gathered": case.gathered})
        verdict = checkpoint("decide", lambda: self._decide(run, researched, assessed, case.noted), Verdict)
        checkpoint("ask", lambda: self._ask(run, case, assessed, verdict), bool)
        if checkpoint("grown", lambda: self._grown(run), bool):
            self.means.nudge.report(report_id)

    def _start(self, report_id: int, job: str = "") -> Start:
        report = self.means.store.reports.get(report_id)
        if ReportRun(self.means, Stage.RESEARCH, report_id, job).is_superseded(report):
            return Start(outcome=Outcome.STOPPED, sentence="It was taken up anew meanwhile.")
        signals = readable(self.means.store.signals.of_report(report_id))
        if report.status is not Status.AWAITING_RESEARCH or not signals:
            return self._nothing(report)
        if not self.means.model.can_research:
            sentence = "No model is set up, so I can file this but not look for its cause. Set ANTHROPIC_API_KEY."
            return Start(outcome=Outcome.NO_MODEL, sentence=sentence)
        shown = tuple(seen(signal) for signal in signals)
        routed = Routes(self.means).of(report, signals, shown)
        repository = routed.repository
        if repository is None:
            sentence = (
                "I cannot tell which repository this is about. Reply `repository: owner/name` here, or name its product"
                " or paths in the policy's [[repositories]]."
            )
            return Start(outcome=Outcome.NO_REPOSITORY, sentence=sentence)
        if routed.because:
            words = f"it is about {repository.name}: {routed.because}"
            step = f"research:{report_id}:{report.attempt}/route"
            self.means.store.reports.note(report_id, EntryKind.STAGE, "machine", words, step=step)
        case = case_of(self.means, report, signals, repository)
        run = ReportRun(self.means, Stage.RESEARCH, report_id, run_key(Stage.RESEARCH, report))
        run.begin(signals, repository.name)
        return Start(case=case, run=run.key)

    def _nothing(self, report: Report) -> Start:
        """Why there is nothing to look into. Raises NotReadYet when there soon will be."""
        signals = self.means.store.signals.of_report(report.id or 0)
        waiting = any(signal.status is SignalStatus.AWAITING_DIGEST for signal in signals)
        if report.status is Status.AWAITING_RESEARCH and waiting:
            raise NotReadYet(_CHANGED, _A_DIGEST)
        return Start(outcome=Outcome.FINISHED, sentence=NOTHING)

    def _decide(self, run: ReportRun, researched: Researched, found: Research, noted: tuple[str, ...]) -> Verdict:
        run.end(researched.outcome, researched.sentence, researched.seconds)
        return decide(self.means.store.reports.get(run.report_id), found, self.means.model, run.key, noted)

    def _end_run(self, run: ReportRun, researched: Researched) -> bool:
        run.end(researched.outcome, researched.sentence, researched.seconds)
        return self._end(run, researched.outcome, researched.sentence)

    def _ask(self, run: ReportRun, case: ResearchCase, found: Research, verdict: Verdict) -> bool:
        store, report_id = self.means.store, run.report_id
        report = store.reports.get(report_id)
        step = f"research:{report_id}:{report.attempt}"
        if report.status is not Status.AWAITING_RESEARCH or run.is_superseded(report):
            return False
        policy, priority = self.means.policy, _priority(found, verdict)
        autonomy = rules.autonomy_of(report, store.signals.count(report_id), policy, case.repository.name, priority)
        may_propose = rules.may_propose(priority, autonomy, policy)
        asking = ask(found, verdict, may_propose=may_propose)
        if found.citations_dropped:
            dropped = f"{found.citations_dropped} of {found.citations_made} citations did not hold and were left out"
            store.reports.note(report_id, EntryKind.STAGE, "machine", dropped, step=f"{step}/dropped")
        if asking.plan is not None:
            store.plans.propose(report_id, asking.plan, because=_latest(case.guidance), step=f"{step}/plan")
        if asking.question is not None:
            store.plans.ask(report_id, asking.question, step=f"{step}/question")
        self._move(report, asking, found=found, verdict=verdict, case=case, step=step)
        if asking.plan is not None:
            tell_the_others(self.means, report_id, found)
        return True

    def _grown(self, run: ReportRun) -> bool:
        """Whether so much joined meanwhile that it is looked into again, as it would be had that come later."""
        because, step = "more was reported while it was looked into", f"{run.key}:{run.report_id}/grown"
        return Ripening(self.means).ripen(run.report_id, asked_by="", asked=False, because=because, step=step)

    def _move(
        self, report: Report, asking: Asking, *, found: Research, verdict: Verdict, case: ResearchCase, step: str
    ) -> None:
        self.means.store.reports.move(
            report.id or 0,
            asking.to,
            mover=Mover.MACHINE,
            who="machine",
            because=asking.because,
            step=f"{step}/ask",
            expect=Status.AWAITING_RESEARCH,
            attempt=report.attempt,
            judgment=found,
            research=found,
            verdict=verdict,
            priority=_priority(found, verdict),
            repository=case.repository.name,
            research_passes=case.pass_number,
            note="",
        )

    def _end(self, run: ReportRun, outcome: Outcome, sentence: str) -> bool:
        """End without a judgment: back to gathering where nothing is broken, else stuck, with the outcome."""
        report_id, report = run.report_id, self.means.store.reports.get(run.report_id)
        if report.status is not Status.AWAITING_RESEARCH or run.is_superseded(report):
            return False
        step = f"research:{report_id}:{report.attempt}/end"
        if outcome in _NOT_BROKEN:
            self.means.store.reports.move(
                report_id, Status.GATHERING, mover=Mover.MACHINE, who="machine", because=sentence, step=step,
                attempt=report.attempt, note=sentence, research_passes=report.research_passes + 1,
            )  # fmt: skip
            return True
        self.means.store.reports.move(
            report_id, Status.STUCK, mover=Mover.MACHINE, who=run.ended_by(outcome), because=sentence, step=step,
            attempt=report.attempt, stuck_because=outcome,
        )  # fmt: skip
        return True


def _priority(found: Research, verdict: Verdict) -> Priority:
    """By the numbers; what the model thought is shown beside them."""
    ranked = found.assessment.ranked if found.assessment else None
    return ranked.priority if ranked else verdict.priority


def _latest(guidance: tuple[Guidance, ...]) -> str:
    return guidance[-1].words if guidance else ""
