"""What strands may spend: money, time and turns."""

from __future__ import annotations

import pytest

from agents.cases import ResearchCase
from agents.evidence.strands import LEAST_SECONDS, LEAST_USD, MOST_TURNS, SHARE, share_of
from agents.terms import Limits
from agents.trail import Aside, Trail
from storage.judgments import Outcome
from tests.agents.researched import (
    REPRODUCE,
    SUBMISSION,
    submit,
)
from tests.agents.stranded import RUN_AVERAGE, RUN_TOTAL, WEIGH, a_model, asked, heard, run
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import RecordingCheckpoint


def test_strands_share_half_of_the_money_that_is_left_and_each_may_take_half_of_the_time() -> None:
    trail: Trail[object] = Trail(messages=(), turns=5, usd=0.4, seconds=240.0)

    share = share_of(Limits(usd=2.0, minutes=20.0), trail, 4)

    assert share == Limits(steps=MOST_TURNS, usd=(2.0 - 0.4) * SHARE / 4, minutes=8.0)


@pytest.mark.parametrize(
    ("limits", "asides", "why"),
    [
        (Limits(usd=0.4 + LEAST_USD), 0, "Too little is left"),
        (Limits(minutes=4 + LEAST_SECONDS / 60), 0, "Too little is left"),
        (Limits(steps=7), 0, "Too little is left"),
        (Limits(), 2, "handed over 2 times in this run already"),
    ],
)
def test_with_too_little_left_or_for_the_third_time_nothing_is_begun(limits: Limits, asides: int, why: str) -> None:
    trail: Trail[object] = Trail(messages=(), turns=5, usd=0.4, seconds=240.0, asides=(Aside("found"),) * asides)

    share = share_of(limits, trail, 2)

    assert isinstance(share, str)
    assert why in share


def test_where_too_little_is_left_the_run_is_told_and_goes_on(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    model, checkpoint = a_model([WEIGH, REPRODUCE, submit(SUBMISSION)]), RecordingCheckpoint()

    done = run(case, workspaces, model, checkpoint, Limits(usd=0.1))

    assert "nothing was begun" in heard(model)
    assert not [name for name in checkpoint.live if name.startswith("strands")]
    assert done.outcome is Outcome.FINISHED


def test_a_strand_ends_with_its_share_and_what_strands_cost_counts_for_the_run(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    endless = {"1.1": [RUN_AVERAGE] * MOST_TURNS, "1.2": [RUN_TOTAL] * MOST_TURNS}
    cheap, dear = a_model(strands=endless), a_model(strands=endless)
    dear.usage = dear.usage.model_copy(update={"usd": 0.04})

    done = run(case, workspaces, cheap, limits=Limits(usd=0.35))
    run(case, workspaces, dear, limits=Limits(usd=0.35))

    assert [len(asked(cheap, name)) for name in ("1.1", "1.2")] == [8, 8]
    assert done.usd == pytest.approx(0.02 + 0.16)
    assert [len(asked(dear, name)) for name in ("1.1", "1.2")] == [2, 2]  # 0.0775 each
    assert "its limit of $0.08" in heard(dear)
