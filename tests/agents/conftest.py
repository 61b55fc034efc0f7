"""What several modules here are given; those that need another repository, case or world have one of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.adapters.git.mirrors import Mirrors
from agents.cases import ResearchCase, SeenSignal
from agents.terms import Repository
from storage.store import Store
from tests.agents.asking_claude import SAFE
from tests.agents.loopback import Api, says, serving
from tests.agents.mirrored import FILES, git
from tests.agents.placed import Judge, World
from tests.agents.researched import PRICES, REPOSITORY
from tests.fake_workspaces import FakeWorkspaces, make_repository


@pytest.fixture(scope="module")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> FakeWorkspaces:
    folder = tmp_path_factory.mktemp("research")
    files = {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": "", "secure/keys.py": "x = 1\n"}
    make_repository(folder, files)
    return FakeWorkspaces(folder)


@pytest.fixture(scope="module")
def case(workspaces: FakeWorkspaces) -> ResearchCase:
    signal = SeenSignal(
        external_id="C1/17",
        source="slack",
        title="The basket page is down",
        body="An empty basket takes the whole page down:\nZeroDivisionError: division by zero",
        happened_at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    )
    return ResearchCase(
        subject="C1/17",
        report_id=7,
        title="Empty baskets crash",
        gist="The page of an empty basket crashes.",
        signals=(signal,),
        repository=REPOSITORY,
        base_sha=workspaces.head(REPOSITORY),
    )


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api([says(SAFE)])) as served:
        yield served


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    return World(store, Judge(), tmp_path)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    make_repository(folder, {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": ""})
    return folder


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    make_repository(tmp_path / "source", FILES, {"shop.py": "PRICE = 1\n", "more.txt": "more\n"})
    git(tmp_path, "clone", "-q", "--bare", "source", "origin.git")
    return tmp_path / "origin.git"


@pytest.fixture
def repository(upstream: Path) -> Repository:
    return Repository(name="acme/shop", clone_url=str(upstream))


@pytest.fixture
def mirrors(tmp_path: Path) -> Mirrors:
    return Mirrors(tmp_path / "mirrors", "https://code.example", lambda: "secret-token")
