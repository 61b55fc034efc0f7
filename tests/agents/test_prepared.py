"""A checkout is prepared: what a build makes is there, and no fix holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.sandbox.workspace import SandboxWorkspace
from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.case_text import how_tested
from agents.errors import SandboxUnusable
from agents.proof.proving import prove_patch
from agents.terms import Repository
from storage.submissions import FixSubmission
from tests.agents.sandboxed import need_sandbox
from tests.fake_workspaces import make_repository

MAKE = "import pathlib; pathlib.Path('shop/_version.py').write_text('version = 3\\n'); pathlib.Path('a b').mkdir();"
FILES = {
    "shop/__init__.py": "from shop._version import version\n\n\ndef half(price):\n    return price\n",
    "make.py": f"{MAKE} pathlib.Path('a b/[c]*.txt').write_text('made')\n",
    "test_shop.py": "import shop\n\n\ndef test_version():\n    assert shop.version == 3\n",
}
TEST = "import shop\n\n\ndef test_half():\n    assert shop.half(4) == 2\n"
SUBMISSION = FixSubmission(
    title="Halve",
    summary="It was not halved.",
    test_files=("test_half.py",),
    test_ids=("test_half.py::test_half",),
    expected_failure="assert 4 == 2",
    risk="None.",
    undo="Revert.",
)


class Ground:
    """A repository of its own, and real workspaces of it."""

    def __init__(self, folder: Path, **files: str) -> None:
        self.sha = make_repository(folder / "origin", {**FILES, **files})
        home = folder / "home"
        self.origin = folder / "origin"
        self.workspaces = SandboxWorkspaces(Mirrors(home / "mirrors", "https://code.example"), home)

    def repository(self, *prepare: str) -> Repository:
        return Repository(name="acme/shop", clone_url=str(self.origin), prepare=prepare)

    @contextmanager
    def open(self, *prepare: str, patch: str = "") -> Iterator[SandboxWorkspace]:
        with closing(self.workspaces.open(self.repository(*prepare), self.sha, patch)) as workspace:
            yield workspace


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    ground = Ground(tmp_path)
    need_sandbox(ground.workspaces.why_not(ground.repository()))
    return ground


def test_what_the_command_makes_is_there_and_is_no_change(ground: Ground) -> None:
    with ground.open("python", "make.py") as workspace:
        seen = workspace.run(("python", "-c", "import shop; print(shop.version)"))
        assert (seen.exit_code, seen.output) == (0, "3\n")
        assert workspace.read("a b/[c]*.txt") == "made"
        assert workspace.patch() == ""

        workspace.write("a new file.txt", "ours\n")

        assert "a new file.txt" in workspace.patch()
        assert "_version.py" not in workspace.patch()


def test_a_patch_on_a_prepared_checkout_is_no_more_than_itself(ground: Ground) -> None:
    with ground.open("python", "make.py") as workspace:
        workspace.write("new/a.txt", "ours\n")
        patch = workspace.patch()

    with ground.open("python", "make.py", patch=patch) as again:
        assert again.read("shop/_version.py") == "version = 3\n"
        assert again.patch() == patch


def test_a_command_that_fails_is_named_with_what_it_said(ground: Ground) -> None:
    with pytest.raises(SandboxUnusable, match=r"`python nothing.py`.* ended with 2: .*nothing.py.* Correct `prepare`"):
        ground.workspaces.open(ground.repository("python", "nothing.py"), ground.sha)


def test_a_command_that_changes_what_is_committed_is_refused(ground: Ground) -> None:
    command = ("sh", "-c", "echo >> make.py")

    with pytest.raises(SandboxUnusable, match=r"changes what is committed \(make.py\)"):
        ground.workspaces.open(ground.repository(*command), ground.sha)


def test_a_patch_may_break_the_command_and_the_tests_show_it(ground: Ground) -> None:
    with ground.open("python", "make.py") as workspace:
        workspace.write("make.py", "raise SystemExit(1)\n")
        patch = workspace.patch()

    with ground.open("python", "make.py", patch=patch) as broken:
        assert broken.run(("python", "-c", "import shop")).exit_code == 1


def test_a_fix_is_proven_where_the_tests_need_what_a_build_makes(ground: Ground) -> None:
    with ground.open("python", "make.py") as workspace:
        workspace.write("test_half.py", TEST)
        workspace.write("shop/__init__.py", FILES["shop/__init__.py"].replace("return price", "return price // 2"))
        patch = workspace.patch()

    repository = ground.repository("python", "make.py").model_copy(
        update={"test_command": ("python", "-c", RUN), "test_environment": {"PYTHONPATH": "."}}
    )
    proof = prove_patch(ground.workspaces, repository, ground.sha, patch, SUBMISSION)

    assert proof.why_not == ""
    assert proof.holds


def test_the_agent_is_told_of_the_command(ground: Ground) -> None:
    told = how_tested(ground.repository("python", "make.py"))

    assert "`python make.py` has been run in the checkout; run it again when you change what it builds from." in told


RUN = """\
import sys
sys.path.insert(0, "")
import shop, test_shop
test_shop.test_version()
if shop.half(4) != 2 and len(sys.argv) > 1:
    raise SystemExit("assert 4 == 2")
"""
