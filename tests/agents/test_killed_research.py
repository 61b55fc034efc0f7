"""A research job that dies anywhere: it comes to the same end, and repeats at most the turn that was in flight."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.exchange import TurnRequest
from bot.views.words import status_line
from storage.database import open_store
from storage.judgments import Outcome, Stage
from storage.status import Mover, Status
from storage.store import Store
from tests.agents.killed import (
    CHECKPOINTS,
    SCRIPT,
    SECRET,
    DyingCheckpoint,
    Job,
    a_model,
    dies_and_is_resumed,
    pressing_stop,
    turns,
)
from tests.fakes import RecordingCheckpoint, Reply


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
