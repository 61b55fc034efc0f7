"""What `agents.ports.Workspaces` promises, kept by the fake, by bubblewrap and by containers alike."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.adapters.git.mirrors import Mirrors
from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.errors import SandboxUnusable
from agents.patches.patch import unresolved
from agents.ports import Workspace, Workspaces
from agents.terms import Repository
from tests.agents.sandboxed import image_or_skip
from tests.fake_workspaces import FakeWorkspaces, make_repository

FIRST = {"shop.py": "PRICE = 1\n", "notes/old.txt": "to go\n", "run.sh": "echo ran\n"}
SECOND = {"shop.py": "PRICE = 2\n"}


@dataclass
class Bench:
    """Workspaces of one kind over a small repository."""

    workspaces: Workspaces
    repository: Repository
    origin: Path
    sha: str
    stack: ExitStack

    def open(self, patch: str = "") -> Workspace:
        return self.stack.enter_context(closing(self.workspaces.open(self.repository, self.sha, patch)))


@pytest.fixture(params=["fake", "bubblewrap", "container"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    origin = tmp_path / "origin"
    sha = make_repository(origin, FIRST, SECOND)
    terms = Repository(
        name=f"acme/{tmp_path.name}",
        clone_url=str(origin),
        test_environment={"SHOP": "open", "PYTHONPATH": "src:.:/opt"},
    )
    workspaces: Workspaces = FakeWorkspaces(origin)
    if request.param != "fake":
        workspaces = request.getfixturevalue("sandboxes")
    if request.param == "container":
        terms = terms.model_copy(update={"image": image_or_skip()})
    with ExitStack() as stack:
        yield Bench(workspaces, terms, origin, sha, stack)


def text_of(workspace: Workspace, *command: str) -> str:
    ran = workspace.run(command)
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_the_head_is_the_tip_of_the_base_branch_as_it_is_now(bench: Bench) -> None:
    assert bench.workspaces.head(bench.repository) == bench.sha
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@shop.example")
    subprocess.run(["git", *who, "commit", "-q", "--allow-empty", "-m", "More"], cwd=bench.origin, check=True)
    assert bench.workspaces.head(bench.repository) not in {bench.sha, ""}


def test_a_checkout_holds_the_files_of_its_commit_and_all_history(bench: Bench) -> None:
    workspace = bench.open()
    assert workspace.base_sha == bench.sha
    assert workspace.read("shop.py") == "PRICE = 2\n"
    assert text_of(workspace, "git", "log", "--format=%s").split("\n")[:2] == ["commit 2", "commit 1"]
    assert "Ada" in text_of(workspace, "git", "blame", "shop.py")
    assert "-PRICE = 1" in text_of(workspace, "git", "show", bench.sha)
    assert text_of(workspace, "git", "status", "--porcelain") == ""


def test_commands_run_in_the_checkout_with_the_repositorys_variables(bench: Bench) -> None:
    workspace = bench.open()
    assert text_of(workspace, "sh", "run.sh") == "ran\n"
    top = text_of(workspace, "pwd").strip()
    assert text_of(workspace, "sh", "-c", "echo $SHOP $PYTHONPATH") == f"open {top}/src:{top}:/opt\n"
    assert text_of(workspace, "python", "-c", "import shop; print(shop.PRICE)") == "2\n"


def test_the_repositorys_packages_are_found_from_any_folder(bench: Bench) -> None:
    elsewhere = ("sh", "-c", "cd / && python -c 'import shop; print(shop.PRICE)'")
    assert text_of(bench.open(), *elsewhere) == "2\n"


def test_what_a_command_prints_holds_no_nul(bench: Bench) -> None:
    assert text_of(bench.open(), "printf", r"a\0b") == "a\ufffdb"


def test_a_command_that_fails_is_told_and_not_raised(bench: Bench) -> None:
    ran = bench.open().run(("sh", "-c", "echo out; echo err >&2; exit 3"))
    assert (ran.exit_code, ran.output) == (3, "out\nerr\n")


def test_a_command_that_is_not_there_ends_with_127(bench: Bench) -> None:
    assert bench.open().run(("no-such-program",)).exit_code == 127


def test_a_command_out_of_time_ends_with_124_and_what_it_said(bench: Bench) -> None:
    ran = bench.open().run(("sh", "-c", "echo begun; exec sleep 60"), seconds=0.5)
    assert (ran.exit_code, ran.output) == (124, "begun\n")


def test_what_is_written_is_read_back_exactly(bench: Bench) -> None:
    workspace = bench.open()
    for path, text in (
        ("new/deep/file.txt", "héllo\r\nworld"),
        ("shop.py", ""),
        ("run.sh", "echo longer than before\n"),
    ):
        workspace.write(path, text)
        assert workspace.read(path) == text
    assert text_of(workspace, "sh", "run.sh") == "longer than before\n"


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/hostname", "notes/../../outside.txt"])
def test_a_path_outside_is_refused(bench: Bench, path: str) -> None:
    workspace = bench.open()
    with pytest.raises(ValueError, match=r"outside|inside"):
        workspace.read(path)
    with pytest.raises(ValueError, match=r"outside|inside"):
        workspace.write(path, "x")


def test_a_file_that_is_not_there_is_not_found_and_a_binary_is_no_text(bench: Bench) -> None:
    workspace = bench.open()
    with pytest.raises(FileNotFoundError):
        workspace.read("nothing.py")
    text_of(workspace, "sh", "-c", r"printf '\377\000\376' > blob")
    with pytest.raises(ValueError):  # noqa: PT011 the wording is the adapter's
        workspace.read("blob")


def test_a_patch_carries_everything_into_a_fresh_checkout(bench: Bench) -> None:
    workspace = bench.open()
    assert workspace.patch() == ""
    workspace.write("shop.py", "PRICE = 3\n")  # as long as before, and perhaps in the same second
    workspace.write("tests/test_shop.py", "def test_price():\n    assert True")
    made = (
        r"printf '\000\377' > logo.bin; rm notes/old.txt; chmod +x run.sh; ln -s shop.py alias.py; mkdir -p __pycache__"
    )
    text_of(workspace, "sh", "-c", f"{made}; echo x > __pycache__/x.pyc")
    patch = workspace.patch()
    assert "__pycache__" not in patch
    again = bench.open(patch)
    assert again.read("shop.py") == "PRICE = 3\n"
    assert again.read("tests/test_shop.py").endswith("assert True")
    assert text_of(again, "sh", "-c", "od -An -tx1 logo.bin; readlink alias.py; test -x run.sh && ./run.sh") == (
        " 00 ff\nshop.py\nran\n"
    )
    with pytest.raises(FileNotFoundError):
        again.read("notes/old.txt")
    assert again.patch() == patch


def test_a_patch_of_some_paths_holds_only_them(bench: Bench) -> None:
    workspace = bench.open()
    workspace.write("shop.py", "PRICE = 4\n")
    workspace.write("tests/test_shop.py", "assert True\n")
    patch = workspace.patch(["tests"])
    assert "tests/test_shop.py" in patch
    assert "PRICE" not in patch
    assert workspace.patch(["nowhere"]) == ""


def test_a_patch_can_be_applied_later(bench: Bench) -> None:
    workspace = bench.open()
    workspace.write("shop.py", "PRICE = 5\n")
    other = bench.open()
    other.apply(workspace.patch())
    assert other.read("shop.py") == "PRICE = 5\n"


def test_a_patch_that_does_not_fit_is_a_value_error(bench: Bench) -> None:
    workspace = bench.open()
    workspace.write("shop.py", "PRICE = 6\n")
    patch = workspace.patch()
    with pytest.raises(ValueError):  # noqa: PT011 the wording is git's
        bench.open().apply(patch.replace("-PRICE = 2", "-PRICE = 7"))
    with pytest.raises(ValueError):  # noqa: PT011 the wording is git's
        bench.open("diff --git a/x b/x\nnonsense\n")


def test_workspaces_do_not_see_each_other(bench: Bench) -> None:
    one, other = bench.open(), bench.open()
    one.write("shop.py", "PRICE = 8\n")
    assert other.read("shop.py") == "PRICE = 2\n"
    assert other.patch() == ""


def test_where_nothing_can_be_run_safely_nothing_is_opened(unusable: Workspaces, tmp_path: Path) -> None:
    sha = make_repository(tmp_path / "origin", FIRST)
    repository = Repository(name="acme/shop", clone_url=str(tmp_path / "origin"))
    assert unusable.why_not(repository)
    with pytest.raises(SandboxUnusable):
        unusable.open(repository, sha)


@pytest.fixture(params=["fake", "bubblewrap"])
def unusable(request: pytest.FixtureRequest, tmp_path: Path) -> Workspaces:
    if request.param == "fake":
        return FakeWorkspaces(tmp_path / "origin", unusable="There is no sandbox here.")
    return SandboxWorkspaces(Mirrors(tmp_path / "mirrors", "https://code.example"), tmp_path, programs=())


def moved_on(bench: Bench, files: dict[str, str]) -> str:
    """Somebody else's commit on the base branch."""
    for path, text in files.items():
        (bench.origin / path).write_text(text)
    who = ("-c", "user.name=Olu", "-c", "user.email=olu@shop.example")
    subprocess.run(["git", *who, "commit", "-q", "-a", "-m", "Meanwhile"], cwd=bench.origin, check=True)
    return bench.workspaces.head(bench.repository)


def test_a_patch_is_carried_over_to_where_the_base_branch_is_now(bench: Bench) -> None:
    workspace = bench.open()
    workspace.write("run.sh", "echo ran\necho twice\n")
    workspace.write("new.txt", "new\n")
    tip = moved_on(bench, {"shop.py": "PRICE = 5\n"})

    carried = bench.workspaces.carried(bench.repository, tip, workspace.patch())

    there = bench.stack.enter_context(closing(bench.workspaces.open(bench.repository, tip, carried)))
    assert (there.read("shop.py"), there.read("new.txt")) == ("PRICE = 5\n", "new\n")
    assert there.read("run.sh") == "echo ran\necho twice\n"


def test_where_both_changed_the_same_lines_both_stand_between_markers(bench: Bench) -> None:
    workspace = bench.open()
    workspace.write("shop.py", "PRICE = 3\n")
    workspace.write("new.txt", "new\n")
    tip = moved_on(bench, {"shop.py": "PRICE = 5\n"})

    carried = bench.workspaces.carried(bench.repository, tip, workspace.patch())

    assert unresolved(carried) == ["shop.py"]
    there = bench.stack.enter_context(closing(bench.workspaces.open(bench.repository, tip, carried)))
    assert "PRICE = 5\n=======\nPRICE = 3\n" in there.read("shop.py")
    assert there.read("new.txt") == "new\n"


def test_a_patch_of_a_file_that_is_gone_cannot_be_carried_over(bench: Bench) -> None:
    workspace = bench.open()
    workspace.write("shop.py", "PRICE = 3\n")
    subprocess.run(["git", "rm", "-q", "shop.py"], cwd=bench.origin, check=True)

    assert bench.workspaces.carried(bench.repository, moved_on(bench, {}), workspace.patch()) == ""
