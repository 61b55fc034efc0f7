"""The bot is killed -9 at every outside call of one life, and the world ends up as if it had never died.

Its processes are forked here from one that has imported the bot; `make crash` starts each of them from nothing.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from playground.bots import forked
from playground.crash import MOST, PACE, Database, points
from playground.faults import Fault, Kind, Moment
from playground.inventory import Inventory, difference
from playground.keeper import Keeper
from playground.life import Approval, live
from playground.product import Product, prepare
from playground.town import Town

CACHE = Path(__file__).parents[1] / "var" / "playground"
PATIENCE = 500.0  # seconds; most of it the bot is starting again, slowly where other tests run beside


def _at(call: str, receipt: int, performed: int) -> tuple[Fault, Fault]:
    """Killed when the call of this number is received, and when one of that number was performed but not answered."""
    return (
        Fault(call, Moment.RECEIPT, Kind.KILL, nth=receipt),
        Fault(call, Moment.PERFORMED, Kind.KILL, nth=performed),
    )


DEATHS = (
    *_at("slack:chat.postMessage", 4, 1),
    *_at("slack:chat.update", 1, 3),
    *_at("model:research", 2, 3),
    *_at("model:fix", 1, 2),
    *_at("github:git.push", 1, 1),
    *_at("github:pulls.create", 1, 1),
    *_at("github:graphql.ready", 1, 1),
    *_at("github:reviewers.create", 1, 1),
)


@pytest.fixture(scope="module")
def product() -> Product:
    """The library of the demo; the first time it is fetched."""
    return prepare(CACHE, print)


@pytest.fixture(scope="module")
def undisturbed(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """What there is in the world after a life without a crash; lived once for all workers of pytest-xdist."""
    shared = (
        tmp_path_factory.getbasetemp().parent
        if "PYTEST_XDIST_WORKER" in os.environ
        else tmp_path_factory.mktemp("life")
    )
    kept = shared / "undisturbed.json"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            town = Town(tmp_path_factory.mktemp("undisturbed"), product, pace=PACE, start=forked)
            with town, Keeper(town) as keeper:
                found = live(town, keeper, print, patience=PATIENCE)
            kept.write_text(TypeAdapter(Inventory).dump_json(found).decode())
    return TypeAdapter(Inventory).validate_json(kept.read_text())


def test_the_matrix_strikes_what_the_life_did_outside_at_both_moments_and_nothing_else() -> None:
    struck = [
        str(point) for point in points({"model:read": 1, "slack:upload": 1, "slack:chat.update": 24, "sentry:x": 9})
    ]

    assert [each for each in struck if "model:read" in each] == [
        "on receipt of model:read no. 1",
        "before answering model:read no. 1",
    ]
    assert sum("slack:chat.update" in each for each in struck) == 2 * MOST
    assert sum("slack:upload" in each for each in struck) == 2
    assert not any("sentry" in each for each in struck)
    assert struck[-1] == "between the approval's row and the fix's enqueue"


def test_a_life_without_a_crash_leaves_each_thing_once(undisturbed: Inventory) -> None:
    assert undisturbed.deaths == 0
    assert undisturbed.statuses == ("SB-1 is resolved",)
    assert len(undisturbed.pull_requests) == len(undisturbed.pushes) == 1
    assert len(undisturbed.posts) == len(set(undisturbed.posts)) > 5
    assert undisturbed.repeated_turns == 0


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("database", list(Database))
def test_killed_at_every_outside_call_it_loses_nothing_and_does_nothing_twice(
    database: Database, product: Product, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if database is Database.POSTGRESQL else ""
    with Town(tmp_path, product, database_url=url, pace=PACE, start=forked) as town:
        town.faults.plan(*DEATHS)
        with Keeper(town, database.commands) as keeper:
            found = live(town, keeper, print, approval=Approval.LOST_ENQUEUE, patience=PATIENCE)
        struck = town.faults.struck()
    print(*struck, sep="\n")  # noqa: T201 shown with -s, and when it fails
    assert set(DEATHS) - set(struck) == set(), "these deaths never came"
    assert found.deaths > len(DEATHS) // 2  # two calls of one process may be struck at once
    assert difference(request.getfixturevalue("undisturbed"), found) == []


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_a_dead_workers_fix_is_taken_over_within_a_minute_by_the_worker_that_is_left(
    product: Product, undisturbed: Inventory, tmp_path: Path, postgres_url: str
) -> None:
    with Town(tmp_path, product, database_url=postgres_url, pace=PACE, start=forked) as town:
        town.faults.plan(Fault("model:fix", Moment.RECEIPT, Kind.KILL, nth=2))
        with Keeper(town, Database.POSTGRESQL.commands, restarts=False) as keeper:
            found = live(town, keeper, print, patience=PATIENCE)
        (died_at,) = keeper.died_at
        taken_over_at = _when_taken_over("fix:", town)
    assert taken_over_at - died_at < 60
    assert difference(undisturbed, found) == []


def test_a_second_post_of_one_purpose_is_a_difference(undisturbed: Inventory) -> None:
    twice = _with(undisturbed, posts=(*undisturbed.posts, undisturbed.posts[0]))
    assert difference(undisturbed, twice) == [f"posts: once too often: {undisturbed.posts[0]}"]


def test_a_missing_move_is_a_difference(undisturbed: Inventory) -> None:
    missing = _with(undisturbed, moves=undisturbed.moves[1:])
    assert difference(undisturbed, missing) == [f"moves: missing: {undisturbed.moves[0]}"]


def _when_taken_over(kind: str, town: Town) -> float:
    """The Unix time at which, by the bot's own log, a dead worker's job of this kind was taken over."""
    lines = [line for log in town.root.glob("*.log") for line in log.read_text().splitlines()]
    buried = [json.loads(line) for line in lines if '"a worker died"' in line]
    (taken,) = (each for each in buried if any(job.startswith(kind) for job in each["jobs"]))
    return dt.datetime.fromisoformat(taken["timestamp"]).timestamp()


def _with(inventory: Inventory, **lines: tuple[str, ...]) -> Inventory:
    return Inventory(**{**vars(inventory), **lines})
