"""One of the lives, lived with a bot that may die at any moment, to its end."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection
from pathlib import Path

from playground.case import demo_cases
from playground.hands import Hands
from playground.inventory import Inventory, take
from playground.jobs_left import wait_for_jobs
from playground.keeper import Keeper
from playground.people import Impatience
from playground.scripts import SCRIPTS, Life, Stage
from playground.town import RECORDINGS, Town
from storage.database import open_store
from storage.errors import DatabaseDown
from storage.store import Store

_LOOK = 0.05
_CONNECTED = 180.0  # seconds; a start takes four, and many times that where others work

Tell = Callable[[str], None]


def live_one(
    life: Life, town: Town, keeper: Keeper, tell: Tell, *, lost: Collection[str] = (), patience: float = 60.0
) -> Inventory:
    """Live one of the lives to its end; what there is in the world then. Raises Impatience."""
    script = SCRIPTS[life]
    script.prepare(town)
    hands = Hands(town, tell, patience=patience, keeper=keeper, lost=lost)
    town.workspace.wait_for(lambda: town.workspace.connected > 0, _CONNECTED, "the bot to connect")
    store = open_store(town.database)
    try:
        script.play(Stage(hands, store), demo_cases()[0])
        if set(lost) - set(hands.done):
            raise Impatience(f"nobody came to {', '.join(sorted(set(lost) - set(hands.done)))}")
        _wait_until_all_is_shown(store, patience)
        wait_for_jobs(town.database, patience)
        return take(town, store, keeper.deaths)
    finally:
        store.close()


def taught(life: Life, folder: Path) -> Path:
    """The recordings of a life: those of the demo, and what the life's script adds, in a new folder."""
    shutil.copytree(RECORDINGS, folder)
    SCRIPTS[life].teach(folder)
    return folder


def _wait_until_all_is_shown(store: Store, patience: float) -> None:
    """Wait until Slack shows the newest version of every report, and nothing waits for the machine."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            reports = store.reports.all()
        except DatabaseDown:
            reports = []
        if reports and all(report.drawn_version >= report.version for report in reports):
            return
        time.sleep(_LOOK)
    raise Impatience(f"Slack did not show the newest version of the report within {patience:.0f} seconds")
