"""Somebody presses Stop while the fix is written: it ends before its next turn, and nothing is pushed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from agents.exchange import Message, TurnRequest
from agents.people.assent import Via
from storage.judgments import Outcome, Stage
from storage.records import Decision
from storage.status import Status
from storage.store import Store
from tests.fakes import PlainCheckpoint, calls
from tests.world import EDIT, PRIYA, SUBMISSION, WRITE, World

T = TypeVar("T")


def test_a_stop_ends_a_fix_before_its_next_turn(sqlite_store: Store, tmp_path: Path) -> None:
    world = World(sqlite_store, tmp_path)
    world.reaches(Status.AWAITING_FIX)

    def stopped(_: TurnRequest) -> Message:
        answer = world.assent.press(1, Decision.STOP, person=PRIYA, via=Via.BUTTON)
        assert (answer.ok, answer.sentence) == (
            True,
            "I stop before my next turn. The report stays; its Retry begins anew.",
        )
        return calls(WRITE, EDIT)

    world.model.turns = {Stage.FIX: [stopped, calls(("submit_fix", SUBMISSION))]}
    asked = len(world.model.asked)
    report = world.advances()

    assert len(world.model.asked) == asked + 1
    assert (report.status, report.stuck_from, report.stuck_because) == (
        Status.STUCK, Status.AWAITING_FIX, Outcome.STOPPED,
    )  # fmt: skip
    assert world.code_host.pushes == 0
    assert [run.outcome for run in sqlite_store.runs.of_report(1, stage="fix")] == [Outcome.STOPPED]
    assert not world.assent.press(1, Decision.STOP, person=PRIYA, via=Via.BUTTON).ok


def test_while_a_fix_is_proven_its_rows_say_so(sqlite_store: Store, tmp_path: Path) -> None:
    world, plain, doing = World(sqlite_store, tmp_path), PlainCheckpoint(), dict[str, str]()
    world.reaches(Status.AWAITING_FIX)

    def watched(name: str, work: Callable[[], T], returns: type[T]) -> T:
        going = sqlite_store.reports.snapshot(1).going
        doing[name.partition(":")[0]] = going.doing if going is not None else ""
        return plain(name, work, returns)

    world.pipeline.advance(1, watched)

    assert doing["proof"] == doing["review"] == "handed the fix in, to be proven and then reviewed"
