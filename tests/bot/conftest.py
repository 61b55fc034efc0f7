"""A workplace for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store
from tests.bot.life import Life
from tests.bot.workplace import Workplace, a_workplace


@pytest.fixture
def place(sqlite_store: Store, tmp_path: Path) -> Iterator[Workplace]:
    """The bot's Slack side over the playground's workspace."""
    with a_workplace(sqlite_store, tmp_path) as built:
        yield built


@pytest.fixture
def life(place: Workplace) -> Life:
    """A report that somebody reported in Slack."""
    return Life(place)
