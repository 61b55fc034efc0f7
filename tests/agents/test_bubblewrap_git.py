"""Git in the sandbox: it trusts no checkout, carries every text unharmed, and lists all there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.adapters.sandbox.workspace import SandboxWorkspace
from agents.errors import Stopped
from agents.patches.patch import read_patch
from agents.tools.hands import Hands
from agents.tools.list_files import ListFiles, list_files
from tests.agents.sandboxed import SMALL, Ground, ground_or_skip


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return ground_or_skip(tmp_path_factory.mktemp("ground"))


@pytest.fixture
def workspace(ground: Ground) -> Iterator[SandboxWorkspace]:
    with ground.open() as workspace:
        yield workspace


@pytest.fixture(scope="module")
def small(ground: Ground) -> Iterator[SandboxWorkspace]:
    """A workspace that may use little."""
    with ground.open(SMALL) as workspace:
        yield workspace


def said(workspace: SandboxWorkspace, script: str) -> str:
    return workspace.run(("sh", "-c", script), seconds=20).output


def test_a_list_of_files_is_whole_where_other_output_would_be_cut(ground: Ground) -> None:
    make = "mkdir a z && touch z/last && seq -f a/a_file_with_a_rather_long_name_%g.py 900 | xargs touch"
    with ground.open(SMALL) as workspace:
        assert workspace.run(("sh", "-c", make)).exit_code == 0
        hands = Hands(workspace, ground.repository(), (), str, str)
        listed = list_files(hands).work(ListFiles(under=""))

    assert listed.startswith("903 files\nfolders: a/ 900, z/ 1\n")


def test_what_running_tests_leaves_behind_is_no_change(workspace: SandboxWorkspace) -> None:
    made = "mkdir -p htmlcov .nyc_output a/__pycache__ && touch .coverage .coverage.host.1 coverage.xml a/coverage.xml"
    said(workspace, f"{made} && for each in htmlcov .nyc_output a/__pycache__; do touch $each/x; done")
    assert [change.path for change in read_patch(workspace.patch())] == ["a/coverage.xml"]


def test_history_and_settings_of_git_cannot_be_changed(ground: Ground, workspace: SandboxWorkspace) -> None:
    attempts = ("git config core.fsmonitor true", "git commit --allow-empty -m x", "rm -rf .git", "touch .git/hooks")
    for attempt in attempts:
        assert workspace.run(("sh", "-c", attempt)).exit_code != 0, attempt
    assert said(workspace, "git rev-parse HEAD").strip() == ground.sha
    workspace.write("shop.py", "PRICE = 9\n")
    assert "+PRICE = 9" in workspace.patch()


def test_nothing_that_a_checkout_holds_is_started_outside(ground: Ground, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    hostile = f"""
git init -q nested; cd nested
git config core.fsmonitor 'touch {trap}'; git config core.hooksPath .; git config diff.external 'touch {trap}'
git config filter.evil.clean 'touch {trap}; cat'; git config diff.evil.textconv 'touch {trap}; cat'
printf '#!/bin/sh\\ntouch {trap}\\n' > post-index-change; chmod +x post-index-change
echo '* filter=evil diff=evil' > .gitattributes; echo x > file; git add -A; git commit -qm x; echo y > file; cd ..
echo '* filter=evil diff=evil merge=evil' > .gitattributes
git config -f .gitmodules submodule.nested.path nested
git config -f .gitmodules submodule.nested.url 'ext::touch% {trap}'
git config -f .gitmodules submodule.nested.update '!touch {trap}'
"""
    with ground.open() as workspace:
        assert workspace.run(("sh", "-c", hostile)).exit_code == 0
        patch = workspace.patch()
        assert ".gitmodules" in patch
        with ground.open() as other:
            other.apply(patch)
            assert other.read(".gitattributes").startswith("* filter=evil")
            assert other.patch() == patch
    assert not trap.exists()


def test_a_nested_repository_without_a_commit_does_not_spoil_the_patch(workspace: SandboxWorkspace) -> None:
    assert workspace.run(("sh", "-c", "git init -q nested; echo x > nested/file")).exit_code == 0
    workspace.write("shop.py", "PRICE = 9\n")
    assert "+PRICE = 9" in workspace.patch()
    assert "nested" not in workspace.patch()


def test_text_in_another_encoding_is_carried_unharmed(ground: Ground, workspace: SandboxWorkspace) -> None:
    assert workspace.run(("sh", "-c", r"printf 'caf\351\n' > menu.txt")).exit_code == 0
    patch = workspace.patch()
    with ground.open() as other:
        other.apply(patch)
        assert "351" in said(other, "od -An -to1 menu.txt")


def test_a_file_in_latin_1_is_read_changed_and_reviewed_like_any_other(
    ground: Ground, workspace: SandboxWorkspace
) -> None:
    assert workspace.run(("sh", "-c", r"printf '# caf\351\nPRICE = 1\n' > menu.py")).exit_code == 0
    workspace.write("menu.py", workspace.read("menu.py").replace("PRICE = 1", "PRICE = 2"))
    workspace.write("shop.py", "PRICE = 9\n")
    patch = workspace.patch()

    assert not any(change.binary for change in read_patch(patch))
    assert patch.encode().decode() == patch, "a database takes it"
    with ground.open() as other:
        other.apply(patch)
        assert "351 012 120" in said(other, "od -An -to1 menu.py")
        assert other.patch() == patch


def test_what_is_no_text_in_any_encoding_stays_binary_also_without_a_nul(workspace: SandboxWorkspace) -> None:
    assert workspace.run(("sh", "-c", r"printf '\211PNG\001\002\351\n' > logo.bin")).exit_code == 0

    assert [change.binary for change in read_patch(workspace.patch())] == [True]
    with pytest.raises(ValueError, match="is a binary file"):
        workspace.read("logo.bin")


def test_changes_beyond_all_measure_stop_the_run_in_a_sentence(small: SandboxWorkspace) -> None:
    script = "head -c 12000000 /dev/urandom > noise"
    assert small.run(("sh", "-c", script)).exit_code == 0
    with pytest.raises(Stopped, match="cannot be made a patch"):
        small.patch()
    said(small, "rm -f noise")
