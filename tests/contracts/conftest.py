from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.terms import Repository
from playground.loopback import Loopback
from tests.agents.sandboxed import need_sandbox
from tests.contracts.code_hosts import FakeStand, GithubStand, Stage, Stand, github_stand


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    stage = Stage()
    with Loopback(stage) as served:
        stage.url = served.url
        yield stage


@pytest.fixture
def github(tmp_path: Path, stage: Stage) -> Iterator[GithubStand]:
    """The real adapter on the playground's code host."""
    stand = github_stand(tmp_path, stage)
    yield stand
    stand.playground.stop()


@pytest.fixture(scope="session")
def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> SandboxWorkspaces:
    """Real workspaces, whose repositories are folders of this machine."""
    home = tmp_path_factory.mktemp("home")
    workspaces = SandboxWorkspaces(Mirrors(home / "mirrors", "https://code.example"), home)
    need_sandbox(workspaces.why_not(Repository(name="acme/shop")))
    return workspaces


@pytest.fixture(params=["fake", "github"])
def stand(request: pytest.FixtureRequest) -> Stand:
    """Every code host in turn."""
    found: Stand = FakeStand() if request.param == "fake" else request.getfixturevalue("github")
    return found
