"""Somebody presses Stop while the fix is written: it ends before its next turn, and nothing is pushed."""

from __future__ import annotations

from pathlib import Path

from agents.exchange import Message, TurnRequest
from agents.people.assent import Via
from storage.judgments import Outcome, Stage
from storage.records import Decision
from storage.status import Status
from storage.store import Store
from tests.fakes import calls
from tests.world import EDIT, PRIYA, SUBMISSION, WRITE, World


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
