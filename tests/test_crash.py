"""The bot is killed -9 at every outside call of one life, and the world ends up as if it had never died.

Its processes are forked here from one that has imported the bot; `make crash` starts each of them from nothing.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from playground.bots import forked
from playground.crash import MOST, PACE, SOURCES, Database, points
from playground.faults import Fault, Kind, Moment
from playground.inventory import Inventory, difference, posts
from playground.keeper import Death, Keeper
from playground.lives import live_one
from playground.product import Product, prepare
from playground.scripts import APPROVAL, Life
from playground.town import Town
from storage.database import open_store
from storage.status import Status

CACHE = Path(__file__).parents[1] / "var" / "playground"
PATIENCE = 500.0  # seconds; most of it the bot is starting again, slowly where other tests run beside


def _at(call: str, receipt: int, performed: int) -> tuple[Fault, Fault]:
    """Killed when the call of this number is received, and when one of that number was performed but not answered."""
    return (
        Fault(call, Moment.RECEIPT, Kind.KILL, nth=receipt),
        Fault(call, Moment.PERFORMED, Kind.KILL, nth=performed),
    )


IN_THE_FIX = Fault("model:fix", Moment.RECEIPT, Kind.KILL, nth=1)
DEATHS = (
    *_at("slack:chat.postMessage", 4, 1),
    *_at("slack:chat.update", 1, 3),
    *_at("model:research", 2, 3),
    *_at("model:fix", 1, 2),
    *_at("github:git.push", 1, 1),
    *_at("github:pulls.create", 1, 1),
    *_at("github:graphql.ready", 1, 1),
    *_at("github:reviewers.create", 1, 1),
    *_at("linear:issueCreate", 1, 1),
    *_at("linear:attachmentLinkURL", 1, 1),
)


@pytest.fixture(scope="module")
def product() -> Product:
    """The library of the demo; the first time it is fetched.

    Its suite is the tests of the file that has the bug: who dies beside it does not care how long it is.
    """
    whole = prepare(CACHE, print)
    return replace(whole, test_command=(*whole.test_command, "tests/test_number.py"))


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
            town = Town(tmp_path_factory.mktemp("undisturbed"), product, pace=PACE, sources=SOURCES, start=forked)
            with town, Keeper(town) as keeper:
                found = live_one(Life.ISSUE, town, keeper, print, patience=PATIENCE)
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
    assert struck[-1] == "between the rows of “approval” and what follows"


def test_a_life_without_a_crash_leaves_each_thing_once(undisturbed: Inventory) -> None:
    assert undisturbed.deaths == 0
    assert undisturbed.statuses == ("SB-1 is resolved",)
    assert len(undisturbed.pull_requests) == len(undisturbed.pushes) == 1
    assert undisturbed.issues == ("PLAT-1 links 1",)
    assert len(undisturbed.posts) == len(set(undisturbed.posts)) > 5
    assert undisturbed.repeated_turns == 0


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_killed_at_every_outside_call_it_loses_nothing_and_does_nothing_twice(
    product: Product, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with Town(tmp_path, product, pace=PACE, sources=SOURCES, start=forked) as town, Keeper(town) as keeper:
        found = _killed_everywhere(town, keeper)
    assert difference(request.getfixturevalue("undisturbed"), found) == []
    assert not any(b"thoughts are refused" in log.read_bytes() for log in town.root.glob("*.log")), "told it anew"


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_a_dead_workers_fix_is_taken_over_within_a_minute_by_the_worker_that_is_left(
    product: Product, tmp_path: Path, postgres_url: str, request: pytest.FixtureRequest
) -> None:
    """Two workers are killed at every outside call; whoever had the fix stays dead until another one has made it."""
    store = open_store(postgres_url)
    request.addfinalizer(store.close)

    def is_being_fixed() -> bool:
        return IN_THE_FIX in town.faults.struck() and store.reports.get(1).status is Status.AWAITING_FIX

    with Town(tmp_path, product, database_url=postgres_url, pace=PACE, sources=SOURCES, start=forked) as town:
        with Keeper(town, Database.POSTGRESQL.commands, leaves_one=is_being_fixed) as keeper:
            found = _killed_everywhere(town, keeper)
        assert keeper.left is not None
        heir, at = _taken_over("fix:", keeper.left, town)
    assert heir != keeper.left.command
    assert at - keeper.left.at < 60
    assert difference(request.getfixturevalue("undisturbed"), found) == []


def _killed_everywhere(town: Town, keeper: Keeper) -> Inventory:
    town.faults.plan(*DEATHS)
    found = live_one(Life.ISSUE, town, keeper, print, lost=(APPROVAL,), patience=PATIENCE)
    struck = town.faults.struck()
    print(*struck, sep="\n")  # noqa: T201 shown with -s, and when it fails
    assert set(DEATHS) - set(struck) == set(), "these deaths never came"
    assert found.deaths > len(DEATHS) // 2  # two calls of one process may be struck at once
    return found


def test_a_second_post_of_one_purpose_is_a_difference(undisturbed: Inventory) -> None:
    twice = _with(undisturbed, posts=(*undisturbed.posts, undisturbed.posts[0]))
    assert difference(undisturbed, twice) == [f"posts: once too often: {undisturbed.posts[0]}"]


def test_a_gap_in_the_rows_numbers_is_none_but_a_second_post_is() -> None:
    without = posts(["SB-1 ready:11 in a thread", "SB-1 ready:14 in a thread"])
    assert posts(["SB-1 ready:12 in a thread", "SB-1 ready:19 in a thread"]) == without
    assert posts(["SB-1 ready:12 in a thread", "SB-1 ready:12 in a thread"]) != without


def test_a_missing_move_is_a_difference(undisturbed: Inventory) -> None:
    missing = _with(undisturbed, moves=undisturbed.moves[1:])
    assert difference(undisturbed, missing) == [f"moves: missing: {undisturbed.moves[0]}"]


def _taken_over(kind: str, death: Death, town: Town) -> tuple[str, float]:
    """By which command a dead worker's job of this kind was taken over, and at what Unix time, by the bots' logs."""
    told = [
        (json.loads(line), log.name.partition("-")[0])
        for log in town.root.glob("*.log")
        for line in log.read_text().splitlines()
        if '"a worker died"' in line
    ]
    ((taken, heir),) = ((each, heir) for each, heir in told if each["pid"] == death.pid)
    assert any(job.startswith(kind) for job in taken["jobs"])
    return heir, dt.datetime.fromisoformat(taken["timestamp"]).timestamp()


def _with(inventory: Inventory, **lines: tuple[str, ...]) -> Inventory:
    return Inventory(**{**vars(inventory), **lines})
