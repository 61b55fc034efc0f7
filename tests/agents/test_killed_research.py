"""A research job that dies anywhere: it comes to the same end, and repeats at most the turn that was in flight."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from agents.exchange import Turn, TurnRequest
from agents.means import Means
from agents.pipeline import Pipeline
from agents.redact import Redactor
from agents.terms import Policy, Repository
from bot.views.words import status_line
from storage.database import open_store
from storage.judgments import Bucket, Outcome, Priority, Stage, Verdict
from storage.records import Decision
from storage.status import Mover, Status
from storage.store import Store
from tests.agents.researched import COMMAND, PRICES, SUBMISSION, code, submit, with_evidence
from tests.factories import a_report
from tests.fakes import FakeCodeHost, FakeWorkspaces, RecordingCheckpoint, Reply, ScriptedModel, calls, make_repository

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


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    make_repository(folder, {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": ""})
    return folder


@pytest.fixture(scope="module")
def undisturbed(origin: Path, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What comes of a job that nobody kills."""
    copied = tmp_path_factory.mktemp("undisturbed") / "copy.db"
    copied.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{copied}")
    job, checkpoint = Job(store, origin), RecordingCheckpoint()
    job.lives(a_model(), checkpoint)
    end = job.end()
    store.close()
    assert checkpoint.live == CHECKPOINTS
    return end


def test_a_run_tells_what_was_done_in_plain_words_without_secrets(undisturbed: dict[str, Any]) -> None:
    assert undisturbed["status"] is Status.AWAITING_APPROVAL
    assert [tool[:4] for tool in undisturbed["tools"]][:2] == [
        (1, 0, "search", "searched the repository for “def average”"),
        (1, 1, "read_file", "read shop/prices.py, lines 1 to 200"),
    ]
    secret_line = undisturbed["tools"][2][3]
    assert secret_line.startswith("ran a command: echo seen: 41")
    assert SECRET not in secret_line
    assert [tool[5] for tool in undisturbed["tools"]] == [False, False, False, False, True, False]
    assert undisturbed["run"] == (Outcome.FINISHED, "It is done.", 6, 1)


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


@pytest.mark.parametrize(("turn", "answered"), [(1, False), (3, True), (6, False)])
def test_killed_in_any_turn_it_repeats_that_turn_alone(
    sqlite_store: Store, origin: Path, undisturbed: dict[str, Any], turn: int, answered: bool
) -> None:
    job, first = Job(sqlite_store, origin), a_model(at=turn, answered=answered)

    later = dies_and_is_resumed(job, first, RecordingCheckpoint())

    assert job.end() == undisturbed
    assert turns(first) == list(range(1, turn + answered))
    assert turns(later) == list(range(turn, 7))


@pytest.mark.parametrize(
    ("name", "kept"),
    [*((name, False) for name in CHECKPOINTS), ("case", True), ("turn:2", True), ("verify:5", True), ("decide", True)],
)
def test_killed_around_any_checkpoint_it_asks_the_model_for_nothing_that_was_kept(
    sqlite_store: Store, origin: Path, undisturbed: dict[str, Any], name: str, kept: bool
) -> None:
    job, first = Job(sqlite_store, origin), a_model()

    later = dies_and_is_resumed(job, first, DyingCheckpoint(at=name, kept_first=kept))

    assert job.end() == undisturbed
    twice = [int(name.removeprefix("turn:"))] if name.startswith("turn:") and not kept else []
    assert sorted([*turns(first), *turns(later)]) == sorted([*range(1, 7), *twice])
    assert len(first.judged) + len(later.judged) == 1 + (name == "decide" and not kept)


def pressing_stop(store: Store, report_id: int, reply: Reply) -> Callable[[TurnRequest], Any]:
    """A turn during which somebody presses Stop."""

    def turn(_: TurnRequest) -> Reply:
        store.plans.decide(report_id, Decision.STOP, by="U1", via="button", to=None)
        return reply

    return turn


@pytest.mark.parametrize("after", [1, 4])
def test_a_stop_ends_research_within_the_turn_and_a_retry_is_not_stopped_by_it(
    sqlite_store: Store, origin: Path, after: int
) -> None:
    job, model = Job(sqlite_store, origin), a_model()
    pressed = pressing_stop(sqlite_store, job.report_id, SCRIPT[after - 1])
    model.turns = {Stage.RESEARCH: [*SCRIPT[: after - 1], pressed, *SCRIPT[after:]]}

    job.lives(model, RecordingCheckpoint())

    assert turns(model) == list(range(1, after + 1))
    report = sqlite_store.reports.get(job.report_id)
    assert (report.status, report.stuck_because) == (Status.STUCK, Outcome.STOPPED)
    assert status_line(report).startswith("Stuck, because a person stopped it.")
    (run,) = sqlite_store.runs.of_report(job.report_id)
    assert (run.outcome, run.why) == (Outcome.STOPPED, "Stop was pressed. Retry begins anew.")
    assert sqlite_store.reports.journal(job.report_id)[-1].who == "U1"

    sqlite_store.reports.move(
        job.report_id, Status.AWAITING_RESEARCH, mover=Mover.HUMAN, who="U1", because="asked to try again"
    )
    job.lives(a_model(), RecordingCheckpoint())
    assert sqlite_store.reports.get(job.report_id).status is Status.AWAITING_APPROVAL


@pytest.mark.parametrize("after", [1, 4])
def test_nobody_is_asked_for_a_turn_of_a_report_that_was_dismissed_meanwhile(
    sqlite_store: Store, origin: Path, after: int
) -> None:
    job, model = Job(sqlite_store, origin), a_model()
    script: Sequence[Reply] = [*SCRIPT]

    def dismissing(request: TurnRequest) -> Any:
        sqlite_store.reports.move(job.report_id, Status.DISMISSED, mover=Mover.HUMAN, who="U1", because="not now")
        return script[request.turn - 1]

    model.turns = {Stage.RESEARCH: [*script[: after - 1], dismissing, *script[after:]]}
    job.lives(model, RecordingCheckpoint())

    assert turns(model) == list(range(1, after + 1))
    (run,) = sqlite_store.runs.of_report(job.report_id)
    assert run.outcome is Outcome.STOPPED
    assert "dismissed meanwhile" in run.why
    assert sqlite_store.reports.get(job.report_id).status is Status.DISMISSED


# ── strands ─────────────────────────────────────────────────────────────────────────────────────────────────────

CAUSES = [
    {"statement": "average divides by zero", "refuted_by": "average([]) works", "look_at": "shop/prices.py"},
    {"statement": "total fails", "refuted_by": "total([]) works", "look_at": "shop/prices.py"},
]
WEIGH = calls(("weigh_causes", {"causes": CAUSES, "known": "note.txt holds a number."}))
NOTE, READ = (calls(("run_command", {"command": command})) for command in ("echo seen: 42 >> note.txt", "cat note.txt"))
ZERO = {"kind": "command", "where": COMMAND, "quote": "ZeroDivisionError"}
ADDED = {"kind": "command", "where": "cat note.txt", "quote": "seen: 41 seen: 42"}
STRANDS: dict[tuple[Stage, str], Sequence[Reply]] = {
    (Stage.RESEARCH, "~1.1"): (
        calls(("run_command", {"command": COMMAND})),
        calls(("submit_weighing", {"standing": "supported", "evidence_for": [ZERO], "why": "It happens."})),
    ),
    (Stage.RESEARCH, "~1.2"): (
        NOTE,
        READ,
        calls(("submit_weighing", {"standing": "rejected", "evidence_against": [ADDED], "why": "It was noted."})),
    ),
}
WITH_STRANDS = (*SCRIPT[:3], WEIGH, submit({**FOUND, "hypotheses": [
    {"statement": "average divides by zero", "standing": "supported", "evidence_for": [ZERO]},
    {"statement": "total fails", "standing": "rejected", "evidence_against": [ADDED]},
]}))  # fmt: skip
ROUNDS = [f"strands:1:round:{number}" for number in (1, 2, 3)]
ALL = ["case", "turn:1", "turn:2", "turn:3", "turn:4", *ROUNDS[:2], "strands:1.1:verify:2", ROUNDS[2],
       "strands:1.2:verify:3", "strands:1:end", "turn:5", "verify:5", "assess", "decide", "ask", "grown"]  # fmt: skip
TURNS = {"": 5, "~1.1": 2, "~1.2": 3}


@dataclass
class Forking(Dying):
    """Answers a run and its strands, each from its own script; dies in a turn of the last strand."""

    def turn(self, request: TurnRequest) -> Turn:
        strand = request.about.subject.partition("~")[2]
        about = request.about.model_copy(update={"subject": f"~{strand}" if strand else "the run"})
        told = replace(request, about=about)
        return super().turn(told) if strand == "1.2" else ScriptedModel.turn(self, told)

    @property
    def taken(self) -> dict[str, list[int]]:
        """The turns that were asked for, by strand; the run's own under nothing."""
        return {
            name: [request.turn for request in self.asked if request.about.subject == (name or "the run")]
            for name in TURNS
        }


def a_forking_model(**how: Any) -> Forking:
    return Forking({(Stage.RESEARCH, "the run"): WITH_STRANDS, **STRANDS}, {Stage.DECIDE: [VERDICT]}, **how)


@pytest.fixture(scope="module")
def forked(origin: Path, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What comes of a job with strands that nobody kills."""
    copied = tmp_path_factory.mktemp("forked") / "copy.db"
    copied.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{copied}")
    job, checkpoint = Job(store, origin), RecordingCheckpoint()
    job.lives(a_forking_model(), checkpoint)
    end = job.end()
    store.close()
    assert checkpoint.live == ALL
    return end


def test_what_strands_do_is_kept_beneath_their_run(forked: dict[str, Any]) -> None:
    assert forked["status"] is Status.AWAITING_APPROVAL
    assert forked["tools"][-1][:4] == (
        4,
        0,
        "weigh_causes",
        "asked to have 2 possible causes looked into at the same time",
    )
    assert forked["strands"] == [
        ("1.1", Outcome.FINISHED, "Supported. It is done.",
         ["took up a possible cause: average divides by zero", f"ran a command: {COMMAND}"]),
        ("1.2", Outcome.FINISHED, "Rejected. It is done.",
         ["took up a possible cause: total fails", "ran a command: echo seen: 42 >> note.txt",
          "ran a command: cat note.txt"]),
    ]  # fmt: skip


def repeated(first: Forking, later: Forking) -> dict[str, list[int]]:
    """The turns that were asked for in both lives; each turn was asked for in one of them at least."""
    both = {name: sorted([*first.taken[name], *later.taken[name]]) for name in TURNS}
    assert {name: sorted(set(taken)) for name, taken in both.items()} == {
        name: list(range(1, most + 1)) for name, most in TURNS.items()
    }
    return {name: [turn for turn in set(taken) if taken.count(turn) > 1] for name, taken in both.items()}


@pytest.mark.parametrize("turn", [1, 2, 3])
@pytest.mark.parametrize("answered", [False, True])
def test_killed_in_any_round_it_repeats_that_round_and_no_earlier_one(
    sqlite_store: Store, origin: Path, forked: dict[str, Any], turn: int, answered: bool
) -> None:
    job, first, later = Job(sqlite_store, origin), a_forking_model(at=turn, answered=answered), a_forking_model()
    kept = RecordingCheckpoint()
    with pytest.raises(Killed):
        job.lives(first, kept)
    assert all(not workspace.top.exists() for workspace in job.workspaces.opened)

    job.lives(later, RecordingCheckpoint(kept=kept.kept))

    assert job.end() == forked
    assert repeated(first, later) == {
        "": [], "~1.1": [turn] if turn < 3 else [], "~1.2": [turn] if answered else [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kept"),
    [*((name, False) for name in ALL[5:11]), *((name, True) for name in (*ROUNDS, "strands:1.1:verify:2"))],
)
def test_killed_around_any_checkpoint_of_strands_it_asks_for_no_turn_that_was_kept(
    sqlite_store: Store, origin: Path, forked: dict[str, Any], name: str, kept: bool
) -> None:
    job, first, later = Job(sqlite_store, origin), a_forking_model(), a_forking_model()
    dying = DyingCheckpoint(at=name, kept_first=kept)
    with pytest.raises(Killed):
        job.lives(first, dying)

    job.lives(later, RecordingCheckpoint(kept=dying.kept))

    assert job.end() == forked
    twice = [int(name[-1])] if name in ROUNDS and not kept else []
    assert repeated(first, later) == {"": [], "~1.1": [turn for turn in twice if turn < 3], "~1.2": twice}


def test_a_stop_ends_all_strands_within_one_round(sqlite_store: Store, origin: Path) -> None:
    job, model = Job(sqlite_store, origin), a_forking_model()
    pressed = pressing_stop(sqlite_store, job.report_id, NOTE)
    slow = (calls(("run_command", {"command": COMMAND})),) * 8
    model.turns = {**model.turns, (Stage.RESEARCH, "~1.1"): slow, (Stage.RESEARCH, "~1.2"): (pressed, *slow)}

    job.lives(model, RecordingCheckpoint())

    assert (model.taken[""], model.taken["~1.2"]) == ([1, 2, 3, 4], [1])
    assert model.taken["~1.1"] in ([], [1])  # it may have begun its turn before the stop was pressed
    run, *strands = sqlite_store.runs.of_report(job.report_id)
    assert [each.outcome for each in (run, *strands)] == [Outcome.STOPPED] * 3
    assert sqlite_store.reports.get(job.report_id).stuck_because is Outcome.STOPPED
