"""Files of a checkout, read and written from outside while something hostile may have been at work inside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.adapters.sandbox.workspace import SandboxWorkspace
from tests.agents.sandboxed import Ground, ground_or_skip


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return ground_or_skip(tmp_path_factory.mktemp("ground"))


@pytest.fixture
def workspace(ground: Ground) -> Iterator[SandboxWorkspace]:
    with ground.open() as workspace:
        yield workspace


def test_a_link_leads_nowhere_outside_the_checkout(ground: Ground, workspace: SandboxWorkspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    links = (
        f"ln -s '{secret}' a; ln -s /etc b; ln -s ../../../../../../../../etc c; ln -s '{tmp_path}' d; ln -s d/secret e"
    )
    assert workspace.run(("sh", "-c", links)).exit_code == 0
    for path in ("a", "b/passwd", "c/passwd", "d/secret", "e", "a/../a"):
        with pytest.raises((ValueError, FileNotFoundError)):
            workspace.read(path)
        with pytest.raises(ValueError, match=r"."):
            workspace.write(path, "changed")
    assert secret.read_text() == "secret"


def test_a_link_within_the_checkout_is_read_through_and_never_written_through(workspace: SandboxWorkspace) -> None:
    links = "mkdir -p deep/er; ln -s ../../shop.py deep/er/alias; ln -s deep/er way; ln -s loop loop"
    assert workspace.run(("sh", "-c", links)).exit_code == 0
    assert workspace.read("way/alias") == "PRICE = 1\n"
    with pytest.raises(ValueError, match="link"):
        workspace.write("way/alias", "PRICE = 0\n")
    with pytest.raises(ValueError, match="too many links"):
        workspace.read("loop")


def test_pipes_folders_gits_own_files_and_giants_are_no_text(workspace: SandboxWorkspace) -> None:
    made = "mkfifo pipe; mkdir folder; head -c 5000000 /dev/zero | tr '\\0' x > giant"
    assert workspace.run(("sh", "-c", made)).exit_code == 0
    for path in ("pipe", "folder", "giant", ".git/config", ".", ""):
        with pytest.raises(ValueError, match=r"."):
            workspace.read(path)
    for path in ("pipe", "folder", ".git/config", "shop.py/below"):
        with pytest.raises(ValueError, match=r"."):
            workspace.write(path, "x")
    with pytest.raises(ValueError, match="bytes"):
        workspace.write("giant", "x" * 5_000_000)


def test_a_mode_is_kept_and_what_cannot_be_removed_by_us_is_removed(ground: Ground) -> None:
    with ground.open() as workspace:
        assert (
            workspace.run(("sh", "-c", "echo old > run.sh; chmod 755 run.sh; mkdir -p a/b; chmod 0 a/b a")).exit_code
            == 0
        )
        workspace.write("run.sh", "echo new\n")
        assert workspace.run(("./run.sh",)).output == "new\n"
        deep = "import os\nfor _ in range(2000):\n    os.mkdir('deep')\n    os.chdir('deep')"
        assert workspace.run(("python", "-c", deep)).exit_code == 0
        folder = workspace._lot.folder
        assert folder.exists()
    assert not folder.exists()
