"""A process dies between two rows: what it left is found, and looked into."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from agents.gathering.returning import Returning
from agents.people.correcting import Correcting
from storage.columns import now
from storage.judgments import Grouping, Stage
from storage.records import Decision
from storage.status import Mover, Status
from storage.store import Store
from tests.factories import a_raw_signal
from tests.fakes import PlainCheckpoint
from tests.world import PRIYA, World

ERROR = {"source": "errors", "external_id": "SHOP-1", "keys": ("sentry:SHOP-1",), "body": "ZeroDivisionError in share"}


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def merged(world: World) -> None:
    world.hears(**ERROR)
    world.advances()
    assert world.presses(Decision.APPROVE)
    world.advances()
    world.turns_green()
    assert world.is_merged().status is Status.AWAITING_PROOF


def a_minute_passes(world: World) -> None:
    world.told.reports.clear()
    world.pipeline.remind(PlainCheckpoint())


def test_who_dies_over_what_came_back_has_it_looked_into_by_the_next_tick(world: World) -> None:
    merged(world)
    again = a_raw_signal(channel="C11", **ERROR, happened_at=now() + dt.timedelta(minutes=1))
    world.store.signals.remember(again)
    Returning(world.pipeline.means).take_back(1, world.store.signals.get(1), "weigh:1.2/came back")
    world.pipeline.ingest(again)  # delivered again, it is no news
    assert world.store.reports.get(1).status is Status.GATHERING

    a_minute_passes(world)

    assert world.store.reports.get(1).status is Status.AWAITING_RESEARCH
    assert world.told.reports == [1]


def test_what_people_reverted_is_not_looked_into_unasked(world: World) -> None:
    merged(world)
    Returning(world.pipeline.means).undone(1, "c0ffee" * 6, "prove:1:7/reverted")

    a_minute_passes(world)

    assert world.store.reports.get(1).status is Status.GATHERING


def test_what_came_back_and_was_looked_into_is_not_looked_into_again_and_again(world: World) -> None:
    merged(world)
    world.pipeline.ingest(a_raw_signal(channel="C11", **ERROR, happened_at=now() + dt.timedelta(minutes=1)))
    world.store.reports.move(1, Status.GATHERING, mover=Mover.MACHINE, who="machine", because="too little is known")

    a_minute_passes(world)

    assert world.store.reports.get(1).status is Status.GATHERING


def two_that_are_ripe_together(world: World) -> None:
    world.follows(world.policy.model_copy(update={"ripe_weight": 1.5}))
    world.model.judgments[Stage.GROUP] = [Grouping(reason="Another one.")] * 2
    world.hears(body="sharing fails")
    world.hears(body="the total is odd", external_id="C11/2")
    assert {each.status for each in world.store.reports.all()} == {Status.GATHERING}


def test_who_dies_over_a_merge_has_what_is_ripe_looked_into_by_the_next_tick(world: World) -> None:
    two_that_are_ripe_together(world)
    world.store.corrections.merge(2, 1, by=PRIYA.user_id)

    a_minute_passes(world)

    assert world.store.reports.get(1).status is Status.AWAITING_RESEARCH
    assert world.told.reports == [1]


def test_who_dies_over_the_undoing_of_a_merge_has_the_research_that_it_ended_taken_up_again(world: World) -> None:
    world.hears(body="sharing fails")
    assert world.store.reports.get(1).status is Status.AWAITING_RESEARCH
    world.model.judgments[Stage.GROUP] = [Grouping(reason="Another one.")]
    world.follows(world.policy.model_copy(update={"ripe_weight": 9.0}))
    world.hears(body="the total is odd", external_id="C11/2")
    correction = world.store.corrections.merge(1, 2, by=PRIYA.user_id)
    world.store.corrections.undo(correction.id or 0, by=PRIYA.user_id)

    a_minute_passes(world)

    assert world.store.reports.get(1).status is Status.AWAITING_RESEARCH


def test_a_merge_that_was_followed_to_its_end_is_followed_once(world: World) -> None:
    two_that_are_ripe_together(world)
    correcting = Correcting(world.pipeline.means, home_team="T1")
    assert correcting.merge(2, 1, PRIYA, lambda _: True).ok
    world.store.reports.move(1, Status.GATHERING, mover=Mover.MACHINE, who="machine", because="too little is known")

    a_minute_passes(world)

    assert world.store.reports.get(1).status is Status.GATHERING
