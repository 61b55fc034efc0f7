"""A workplace for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store
from tests.bot.life import Life
from tests.bot.site import Site, a_site
from tests.bot.workplace import Workplace, a_workplace


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Where workspaces are served, one at a time."""
    with a_site() as served:
        yield served


@pytest.fixture
def place(site: Site, sqlite_store: Store, tmp_path: Path) -> Iterator[Workplace]:
    """The bot's Slack side over the playground's workspace."""
    with a_workplace(site, sqlite_store, tmp_path) as built:
        yield built


@pytest.fixture
def life(place: Workplace) -> Life:
    """A report that somebody reported in Slack."""
    return Life(place)
