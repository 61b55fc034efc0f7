"""What a repository's own files say is installed as they say it at the commit, and a fix has no say in it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.terms import Repository
from tests.agents.sandboxed import need_sandbox
from tests.agents.test_environment import index, wheel
from tests.fake_workspaces import add_commit, make_repository

__all__ = ["index"]
_SAYS = ("python", "-c", "import abacus; print('abacus', abacus.ONE)")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    origin = tmp_path / "origin"
    make_repository(origin, {"requirements.txt": "# nothing yet\n"})
    return Repository(name="acme/shop", clone_url=str(origin), requirements_from=("requirements.txt",))


@pytest.fixture
def workspaces(tmp_path: Path, repository: Repository) -> SandboxWorkspaces:
    home = tmp_path / "home"
    workspaces = SandboxWorkspaces(Mirrors(home / "mirrors", "https://code.example"), home)
    need_sandbox(workspaces.why_not(repository))
    return workspaces


def test_each_commit_has_the_packages_that_it_names_itself(
    workspaces: SandboxWorkspaces, repository: Repository, index: Path
) -> None:
    wheel(index, "abacus", {"abacus.py": "ONE = 2\n"}, version="2.0")
    origin = Path(repository.clone_url)
    first = workspaces.head(repository)
    second = add_commit(origin, {"requirements.txt": "abacus\n"})
    third = add_commit(origin, {"requirements.txt": "abacus<2\n"})

    said = []
    for sha in (first, second, third):
        with closing(workspaces.open(repository, sha)) as workspace:
            said.append(workspace.run(_SAYS).output.strip().splitlines()[-1])
    assert said == ["ModuleNotFoundError: No module named 'abacus'", "abacus 2", "abacus 1"]


def test_what_a_fix_says_of_packages_installs_nothing(
    workspaces: SandboxWorkspaces, repository: Repository, index: Path
) -> None:
    sha = workspaces.head(repository)
    with closing(workspaces.open(repository, sha)) as workspace:
        workspace.write("requirements.txt", "abacus\n")
        patch = workspace.patch()

    with closing(workspaces.open(repository, sha, patch)) as fixed:
        assert fixed.read("requirements.txt") == "abacus\n"
        assert fixed.run(_SAYS).exit_code == 1


@pytest.mark.parametrize("file", ["/etc/passwd", "../up.txt", "a//b.txt", "", "a\nb"])
def test_only_files_of_the_repository_can_be_named(file: str) -> None:
    with pytest.raises(ValidationError, match="this is no file of a repository"):
        Repository(name="acme/shop", requirements_from=(file,))
