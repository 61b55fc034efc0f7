"""Strands whose model is down, or whose job is killed: what was kept is not asked for again."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from agents.cases import ResearchCase
from agents.errors import ModelDown
from agents.exchange import Turn, TurnRequest
from storage.judgments import Outcome
from tests.agents.stranded import TOTAL, a_model, asked, heard, run, scripts
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import RecordingCheckpoint, ScriptedModel


@dataclass
class Down(ScriptedModel):
    """Does not answer the second turns of some strands, the first time each."""

    down: set[str] = field(default_factory=set)

    def turn(self, request: TurnRequest) -> Turn:
        strand = request.about.subject.partition("~")[2]
        if request.turn == 2 and strand in self.down:
            self.down.remove(strand)
            raise ModelDown("It is overloaded.")
        return super().turn(request)


def test_when_the_model_is_down_for_one_strand_the_others_keep_their_turns(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    model, checkpoint = Down(scripts(), down={"1.2"}), RecordingCheckpoint()

    done = run(case, workspaces, model, checkpoint)

    assert done.outcome is Outcome.FINISHED
    assert [[request.turn for request in asked(model, name)] for name in ("1.1", "1.2")] == [[1, 2], [1, 2]]
    assert "strands:1:round:3" in checkpoint.live
    assert f"## 2. rejected: {TOTAL}" in heard(model)


def test_a_model_that_is_down_for_all_interrupts_the_job_and_a_later_life_goes_on_in_that_round(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    checkpoint, later = RecordingCheckpoint(), a_model()
    with pytest.raises(ModelDown, match="overloaded"):
        run(case, workspaces, Down(scripts(), down={"1.1", "1.2"}), checkpoint)
    assert list(checkpoint.kept) == ["turn:1", "strands:1:round:1"]

    done = run(case, workspaces, later, RecordingCheckpoint(kept=dict(checkpoint.kept)))

    assert done.outcome is Outcome.FINISHED
    assert [[request.turn for request in asked(later, name)] for name in ("1.1", "1.2")] == [[2], [2]]
    assert all(workspace.closed for workspace in workspaces.opened)


@pytest.mark.parametrize("kept", range(1, 8))
def test_resumed_after_any_checkpoint_it_comes_to_the_same_end(
    case: ResearchCase, workspaces: FakeWorkspaces, kept: int
) -> None:
    whole = RecordingCheckpoint()
    expected = run(case, workspaces, a_model(), whole)
    later = whole.resumed(after=kept)

    done = run(case, workspaces, a_model(), later)

    assert later.live == whole.live[kept:]
    assert done.model_copy(update={"seconds": 0}) == expected.model_copy(update={"seconds": 0})
