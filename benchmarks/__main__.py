"""`make bench`: how fast it is, on both databases and without a model. Choose a part with `--only`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import digests, flood, idle, search, town
from benchmarks.databases import POSTGRESQL, SQLITE, database

SIZES = "1000,10000"  # larger ones take minutes to fill: --sizes 1000,10000,100000,1000000


def main() -> int:
    """Run what is asked for."""
    arguments = _arguments()
    kinds = [SQLITE, POSTGRESQL] if arguments.database == "both" else [arguments.database]
    for name in _PARTS if arguments.only is None else [arguments.only]:
        for kind in kinds:
            print(f"── {name}, {kind}", flush=True)
            _PARTS[name](kind, arguments)
    return 0


def _town(kind: str, arguments: argparse.Namespace) -> None:
    with database(kind) as url:
        town.cards(url, arguments.cards)
    with database(kind) as url:
        town.load(url, arguments.rate, arguments.seconds)


def _idle(kind: str, arguments: argparse.Namespace) -> None:
    with database(kind) as url:
        idle.idle(kind, url, arguments.seconds)


def _search(kind: str, arguments: argparse.Namespace) -> None:
    folder = Path(arguments.keep).resolve() / kind if arguments.keep else None
    sizes = [int(size) for size in arguments.sizes.split(",")]
    search.measure(kind, sizes, folder, arguments.shared_buffers, arguments.warm)


def _flood(kind: str, arguments: argparse.Namespace) -> None:
    with database(kind) as url:
        flood.measure(url, arguments.flood, arguments.patience)


def _digests(kind: str, arguments: argparse.Namespace) -> None:
    if kind == SQLITE:  # what a digest costs is the same on both; the town's load measures it with the job engine
        digests.measure([int(size) for size in arguments.stored.split(",")])


_PARTS: dict[str, Callable[[str, argparse.Namespace], None]] = {
    "town": _town,
    "idle": _idle,
    "search": _search,
    "digests": _digests,
    "flood": _flood,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--only", choices=list(_PARTS), help="one part alone")
    parser.add_argument("--database", choices=[SQLITE, POSTGRESQL, "both"], default="both")
    parser.add_argument(
        "--seconds", type=int, default=30, help="town, idle: how long the load, the quiet lasts (default 30)"
    )
    parser.add_argument("--rate", type=int, default=100, help="town: events a second (default 100)")
    parser.add_argument("--cards", type=int, default=20, help="town: messages from which a card is drawn (default 20)")
    parser.add_argument("--sizes", default=SIZES, help=f"search: stored signals (default {SIZES})")
    parser.add_argument("--keep", default="", help="search: folder where the databases stay, to be measured again")
    parser.add_argument("--shared-buffers", default="", help="search: PostgreSQL's setting, as in 2GB (default 128MB)")
    parser.add_argument("--warm", type=int, default=10, help="search: searches before the clock is read (default 10)")
    parser.add_argument("--stored", default="0,1000,5000", help="digests: stored signals (default 0,1000,5000)")
    parser.add_argument("--flood", type=int, default=500, help="flood: signals, at 10,000 a minute (default 500)")
    parser.add_argument("--patience", type=float, default=90, help="flood: seconds to wait for digests (default 90)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
