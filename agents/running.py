"""The run of a job on a report: written down turn by turn, and ended when nobody wants it any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agents.deeds import LONG, deed
from agents.exchange import ToolCall, ToolDone, ToolResult
from agents.means import Means
from agents.tools.weigh_causes import WEIGH_CAUSES
from storage.judgments import Outcome, Stage
from storage.records import Decision, Report, Signal
from storage.run_rows import ToolUse
from storage.runs import RunSeen
from storage.status import Mover, Status

STOPPED = "Stop was pressed. Retry begins anew."
LINE = 160  # characters
_IN_VAIN = frozenset(
    {
        Outcome.UNPROVEN,
        Outcome.UNSAFE,
        Outcome.OBJECTED,
        Outcome.OUT_OF_STEPS,
        Outcome.OUT_OF_MONEY,
        Outcome.OUT_OF_TIME,
    }
)
_WANTED = {Stage.RESEARCH: Status.AWAITING_RESEARCH, Stage.FIX: Status.AWAITING_FIX}


@dataclass(frozen=True)
class ReportRun:
    """Implements `agents.ports.Logbook` on the store. Every method belongs inside a checkpoint."""

    means: Means
    stage: Stage
    report_id: int
    key: str

    def begin(self, signals: Sequence[Signal], repository: str) -> None:
        """Note that it begins."""
        source = signals[0].source if signals else ""
        self.means.store.runs.begin(self.key, self.stage, self.report_id, source=source, repository=repository)

    def why_stop(self) -> str:
        """Who ended it, in a sentence: somebody moved the report on, or asked for a stop."""
        report = self.means.store.reports.get(self.report_id)
        if report.status is not _WANTED[self.stage]:
            return f"{report.ref} is {report.status.value.replace('_', ' ')} meanwhile, so I stopped working on it."
        if self.is_superseded(report):
            return f"{report.ref} was taken up anew meanwhile, so I stopped this pass."
        return STOPPED if self._stopped_by(report) else ""

    def ended_by(self, outcome: Outcome) -> str:
        """Who ended it, for the journal: the person who pressed Stop, else the machine."""
        stopped = outcome is Outcome.STOPPED and self._stopped_by(self.means.store.reports.get(self.report_id))
        return stopped or Mover.MACHINE.value

    def _stopped_by(self, report: Report) -> str:
        """The first who pressed Stop since the report waits for this; empty if nobody did."""
        approvals = self.means.store.plans.approvals(self.report_id)
        pressed = (each.by for each in approvals if each.decision is Decision.STOP and each.at >= report.since)
        return next(pressed, "")

    def is_superseded(self, report: Report) -> bool:
        """Whether the report waits for a later run than this one. What began before runs were kept is not known."""
        return bool(self.key) and self.key.partition("/")[0] != run_key(self.stage, report)

    def turned(self, turn: int, done: Sequence[ToolDone]) -> None:
        """Keep what the tools did, in one redacted line each."""
        if not self.key:
            return  # the job began before runs were kept
        redact = self.means.redactor.text
        uses = [
            ToolUse(
                run=self.key,
                turn=turn,
                place=place,
                tool=each.call.name[:80],
                line=_cut(redact(deed(each.call))),
                size=len(each.result.text.encode(errors="replace")),
                seconds=each.seconds,
                failed=each.result.failed,
            )
            for place, each in enumerate(done)
        ]
        self.means.store.runs.turned(self.key, turn, uses, tell=any(use.tool in LONG for use in uses))

    def strand(self, name: str) -> ReportRun:
        """The logbook of one strand of this run."""
        return replace(self, key=f"{self.key}/{name}" if self.key else "")

    def took_up(self, cause: str) -> None:
        """Note that a strand begins, and with what."""
        if not self.key:
            return
        self.means.store.runs.branch(self.key)
        call = ToolCall(id="", name=WEIGH_CAUSES, arguments={"causes": [cause]})
        self.turned(0, [ToolDone(call, ToolResult(call_id="", text=""), 0.0)])

    def end(self, outcome: Outcome, sentence: str, seconds: float) -> None:
        """Note why it ended, and how long it worked."""
        self.means.store.runs.end(self.key, outcome, sentence, seconds)


def run_key(stage: Stage, report: Report) -> str:
    """The key of the run that a report waits for: the id of its job."""
    revision = f":{report.plan_revision}" if stage is Stage.FIX else ""
    return f"{stage.value}:{report.id}{revision}:{report.attempt}"


def came_to_nothing(runs: Iterable[RunSeen], report: Report) -> str:
    """Why the last try at the report's plan came to nothing, where its agent did not get there. Newest runs first."""
    own = run_key(Stage.FIX, report)
    last = next((run for run in runs if run.key != own), None)
    same = last is not None and last.key.rpartition(":")[0] == own.rpartition(":")[0]
    return last.why if last is not None and same and last.outcome in _IN_VAIN else ""


def _cut(line: str) -> str:
    return line if len(line) <= LINE else f"{line[: LINE - 1]}…"
