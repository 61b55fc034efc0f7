"""What is happening again after people dismissed its report: what the reason decides, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.views.card import card
from bot.views.scene import Scene
from storage.status import Dismissal, Mover, SignalStatus, Status
from storage.store import Store
from tests.agents.test_returning import ERROR, file_alone, soon
from tests.factories import a_raw_signal
from tests.fakes import PlainCheckpoint
from tests.world import World


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def test_after_a_wrong_analysis_the_problem_is_researched_anew_and_its_research_is_told_so(world: World) -> None:
    world.hears(**ERROR)
    world.advances()
    world.store.reports.move(
        1, Status.DISMISSED, mover=Mover.HUMAN, who="U1", because="no", dismissal=Dismissal.ANALYSIS_WRONG
    )
    known = world.pipeline.ingest(a_raw_signal(channel="C11", **ERROR, happened_at=soon(minutes=1)))
    world.pipeline.digest(known.signal_id, PlainCheckpoint())
    assert world.store.reports.get(2).regression_of == 1
    before = len(world.model.asked)

    world.pipeline.advance(2, PlainCheckpoint())

    opening = world.model.asked[before].messages[0].model_dump_json()
    assert "cause as found then, which people say is wrong: share() divides by the number of people" in opening
    assert "Hand that cause in as rejected unless new evidence speaks for it" in opening
    scene = Scene(world.store.reports.snapshot(2), world.policy)
    assert "It is still there, so I look for another cause." in str([each.to_dict() for each in card(scene).blocks])


@pytest.mark.parametrize(
    ("why", "comes_back"),
    [(Dismissal.FIXED_ELSEWHERE, True), (Dismissal.QUIET, True), (Dismissal.ANALYSIS_WRONG, True),
     (Dismissal.UNCLEAR, False), (Dismissal.WONT_FIX, False), (None, False)],
)  # fmt: skip
def test_an_error_that_goes_on_after_a_dismissal_follows_the_reason(
    store: Store, why: Dismissal | None, comes_back: bool
) -> None:
    signal_id = store.signals.remember(a_raw_signal(**ERROR)).signal_id
    file_alone(store, signal_id)
    store.reports.move(1, Status.DISMISSED, mover=Mover.HUMAN, who="U1", because="no", dismissal=why)

    again = store.signals.remember(a_raw_signal(**ERROR, happened_at=soon(minutes=1))).signal_id
    assert (again != signal_id) is comes_back
    if comes_back:
        assert store.signals.get(again).status is SignalStatus.AWAITING_DIGEST
