"""A workplace, and the engine in this process, for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.durable.engine import Engine
from playground.faults import Faults
from playground.loopback import Loopback
from playground.posthog import PostHog
from playground.sentry import Sentry
from playground.town import Town
from storage.database import open_store
from storage.judgments import Screening, Stage
from storage.readings import Reading
from storage.store import Store
from tests.bot.conversation import Conversation, connected
from tests.bot.desk import Desk
from tests.bot.life import Life
from tests.bot.shop import Shop
from tests.bot.site import Site, a_site
from tests.bot.typist import a_small_town, enter_new_folder
from tests.bot.worker_process import Lines, ThreeTurns, jobs_of
from tests.bot.workplace import (
    Workplace,
    a_workplace,
)
from tests.bot.works import Works
from tests.factories import a_summary


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


@pytest.fixture
def works(sqlite_url: str, tmp_path: Path) -> Iterator[Works]:
    store, engine, lines = open_store(sqlite_url), Engine(sqlite_url), Lines(tmp_path)
    pipeline = ThreeTurns(store, lines, "here", [])
    jobs = jobs_of(store, engine, pipeline)
    engine.start(jobs)
    yield Works(store, engine, lines, pipeline, jobs)
    engine.stop(seconds=0)
    store.close()


@pytest.fixture
def talk(place: Workplace) -> Iterator[Conversation]:
    """The bot listens."""
    with connected(place) as conversation:
        yield conversation


@pytest.fixture
def desk(place: Workplace) -> Desk:
    said = Reading(screening=Screening(reason="fine"), summary=a_summary())
    desk = Desk(place)
    desk.model.judgments[Stage.READ] = [said] * 9
    return desk


@pytest.fixture
def faults() -> Faults:
    """What a loopback server shall do wrong."""
    return Faults()


@pytest.fixture
def sentry(faults: Faults) -> Iterator[Sentry]:
    server = Sentry("right", faults)
    with Loopback(server.app) as served:
        server.serve(served.url)
        yield server


@pytest.fixture
def posthog(faults: Faults) -> Iterator[PostHog]:
    server = PostHog("phx_right", faults, project="42")
    with Loopback(server.app) as served:
        server.serve(served.url)
        yield server


@pytest.fixture
def shop(sqlite_store: Store, sentry: Sentry, faults: Faults) -> Shop:
    """What pulls from a Sentry."""
    return Shop(sentry, faults, sqlite_store)


@pytest.fixture
def new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To be in an empty folder, with nothing set."""
    enter_new_folder(tmp_path, monkeypatch)


@pytest.fixture
def small_town(tmp_path: Path) -> Town:
    """With a repository of a few lines, not entered yet."""
    return a_small_town(tmp_path)
