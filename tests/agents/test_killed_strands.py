"""A job that is killed while strands are at work repeats one round, and no turn that was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from agents.exchange import Turn, TurnRequest
from storage.database import open_store
from storage.judgments import Outcome, Stage
from storage.status import Status
from storage.store import Store
from tests.agents.killed import FOUND, SCRIPT, VERDICT, Dying, DyingCheckpoint, Job, Killed, pressing_stop
from tests.agents.researched import COMMAND, submit
from tests.fakes import RecordingCheckpoint, Reply, ScriptedModel, calls

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
