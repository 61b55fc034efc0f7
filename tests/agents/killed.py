"""A research job with a model, checkpoints and a workspace that die when they are told to."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from agents.exchange import Turn, TurnRequest
from agents.means import Means
from agents.pipeline import Pipeline
from agents.redaction.redact import Redactor
from agents.terms import Policy, Repository
from storage.judgments import Bucket, Priority, Stage, Verdict
from storage.records import Decision
from storage.status import Mover, Status
from storage.store import Store
from tests.agents.researched import COMMAND, SUBMISSION, code, submit, with_evidence
from tests.factories import a_report
from tests.fake_code_host import FakeCodeHost
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import RecordingCheckpoint, Reply, ScriptedModel, calls

T = TypeVar("T")


REPOSITORY = Repository(name="acme/app", test_environment={"PYTHONPATH": "."})


SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


PLAN = {**SUBMISSION["plan"], "repository": "acme/app"}


FOUND = {
    **copy.deepcopy(SUBMISSION),
    "findings": [
        {"claim": "average divides by zero", "evidence": [code(7, "    return sum(prices) / count")]},
        {"claim": "it happens", "evidence": [{"kind": "command", "where": COMMAND, "quote": "ZeroDivisionError"}]},
        {"claim": "the note is kept", "evidence": [{"kind": "command", "where": "cat note.txt", "quote": "seen: 41"}]},
    ],
    "plan": PLAN,
}


SCRIPT = (
    calls(("search", {"pattern": "def average"}), ("read_file", {"path": "shop/prices.py"})),
    calls(("run_command", {"command": f"echo seen: 41 > note.txt; true {SECRET}"})),
    calls(("run_command", {"command": "cat note.txt"}), ("read_file", {"path": "no/such/file.py"})),
    calls(("run_command", {"command": COMMAND})),
    submit({**with_evidence(code(7, "no such line")), "plan": PLAN}),
    submit(FOUND),
)


VERDICT = Verdict(bucket=Bucket.ACTIONABLE, priority=Priority.P2, reason="It is clear.")


CHECKPOINTS = ["case", "turn:1", "turn:2", "turn:3", "turn:4", "turn:5", "verify:5", "turn:6", "verify:6",
               "assess", "decide", "ask", "grown"]  # fmt: skip


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Dying(ScriptedModel):
    """Dies in a turn: before the model is asked, or with its answer in hand."""

    at: int = 0
    answered: bool = False

    def turn(self, request: TurnRequest) -> Turn:
        if request.turn != self.at:
            return super().turn(request)
        if self.answered:
            super().turn(request)
        raise Killed


@dataclass
class DyingCheckpoint(RecordingCheckpoint):
    """Dies around a checkpoint: when its work is done and not kept, or when it is kept."""

    at: str = ""
    kept_first: bool = False

    def __call__(self, name: str, work: Callable[[], T], returns: type[T]) -> T:
        def fatal() -> T:
            work()
            raise Killed

        dies = name == self.at
        value = super().__call__(name, fatal if dies and not self.kept_first else work, returns)
        if dies:
            raise Killed
        return value


class Silent:
    def publish(self, report_id: int) -> None: ...
    def signal(self, signal_id: int) -> None: ...
    def report(self, report_id: int) -> None: ...

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        raise AssertionError(f"a research needs no vectors, and asked for {len(texts)}")


@dataclass
class Job:
    """A research job, and the world it works in."""

    store: Store
    origin: Path
    report_id: int = 0
    workspaces: FakeWorkspaces = field(init=False)

    def __post_init__(self) -> None:
        self.workspaces = FakeWorkspaces(self.origin)
        report = a_report(self.store)
        self.report_id = report.id or 0
        self.store.reports.move(
            self.report_id, Status.AWAITING_RESEARCH, mover=Mover.WORLD, who="world", because="it is ripe"
        )

    def lives(self, model: ScriptedModel, checkpoint: RecordingCheckpoint) -> None:
        """One life of the job. With the process go its folders."""
        means = Means(
            store=self.store, policy=Policy(repositories=(REPOSITORY,)), model=model, workspaces=self.workspaces,
            code_host=FakeCodeHost(), vectoriser=Silent(), redactor=Redactor(b"key"), messenger=Silent(),
            nudge=Silent(),
        )  # fmt: skip
        try:
            Pipeline(means).research(self.report_id, checkpoint)
        finally:
            for workspace in self.workspaces.opened:
                workspace.folder.cleanup()

    def end(self) -> dict[str, Any]:
        """Everything that the job came to."""
        report, plan = self.store.reports.get(self.report_id), self.store.plans.latest(self.report_id)
        run, *strands = self.store.runs.of_report(self.report_id)
        return {
            "status": report.status,
            # The assessment says which commits came after the report, and these tests commit in the same second.
            "research": report.research and report.research.model_copy(update={"assessment": None}),
            "passes": report.research_passes,
            "plan": plan and (plan.revision, plan.hash),
            "told": [entry.text for entry in self.store.reports.journal(self.report_id)[1:]],
            "tools": [
                (use.turn, use.place, use.tool, use.line, use.size, use.failed) for use in self.store.runs.uses(run.key)
            ],
            "run": (run.outcome, run.why, run.tool_calls, run.tool_faults),
            "strands": [
                (each.strand, each.outcome, each.why, [use.line for use in self.store.runs.uses(each.key)])
                for each in strands
            ],
        }


def a_model(**how: Any) -> Dying:
    return Dying({Stage.RESEARCH: SCRIPT}, {Stage.DECIDE: [VERDICT]}, **how)


def dies_and_is_resumed(job: Job, model: Dying, dying: RecordingCheckpoint) -> ScriptedModel:
    """Kill the job as planned, resume it from what was kept; the model of its second life."""
    with pytest.raises(Killed):
        job.lives(model, dying)
    assert all(not workspace.top.exists() for workspace in job.workspaces.opened)
    later = a_model()
    job.lives(later, RecordingCheckpoint(kept=dying.kept))
    return later


def turns(model: ScriptedModel) -> list[int]:
    return [request.turn for request in model.asked]


def pressing_stop(store: Store, report_id: int, reply: Reply) -> Callable[[TurnRequest], Any]:
    """A turn during which somebody presses Stop."""

    def turn(_: TurnRequest) -> Reply:
        store.plans.decide(report_id, Decision.STOP, by="U1", via="button", to=None)
        return reply

    return turn
