"""What a repository tells of how it takes changes, read of a real checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.checkout.conventions import Conventions, conventions_of, conventions_text, words_of
from agents.patches.guards import guard
from agents.terms import Repository
from tests.fake_workspaces import FakeWorkspaces, add_commit, make_repository

SHOP = Repository(name="acme/shop")
CONTRIBUTING = """\
# Contributing

Be kind.

## Commits

Use Conventional Commits.

Set up your editor.

## Style

Four spaces. Add a line to CHANGELOG.md for every pull request.
"""


def told(folder: Path, files: dict[str, str], trusted: bool = False) -> Conventions:
    make_repository(folder, {"shop.py": "x = 1\n", **files})
    add_commit(folder, {"shop.py": "x = 2\n"})
    workspaces = FakeWorkspaces(folder)
    shop = SHOP.model_copy(update={"trust_instructions": trusted})
    found = conventions_of(workspaces, shop, workspaces.head(SHOP), lambda text: text.replace("hunter2", "<secret>"))
    assert all(opened.closed for opened in workspaces.opened)
    return found


@pytest.mark.parametrize(
    ("paths", "chosen"),
    [
        (("docs/pull_request_template.md", "PULL_REQUEST_TEMPLATE.md"), "PULL_REQUEST_TEMPLATE.md"),
        (("pull_request_template.md", ".github/Pull_Request_Template.md"), ".github/Pull_Request_Template.md"),
        ((".github/PULL_REQUEST_TEMPLATE/feature.md", ".github/PULL_REQUEST_TEMPLATE/bugfix.md"), "bugfix.md"),
        ((".github/PULL_REQUEST_TEMPLATE/only.md",), "only.md"),
        ((".github/PULL_REQUEST_TEMPLATE/one.md", ".github/PULL_REQUEST_TEMPLATE/two.md"), ""),
        (("src/pull_request_template.md",), ""),
    ],
)
def test_the_template_is_the_one_that_the_code_host_would_show(
    tmp_path: Path, paths: tuple[str, ...], chosen: str
) -> None:
    template = told(tmp_path, {path: f"## Of {path}\n" for path in paths}).template

    assert template == (f"## Of {next(path for path in paths if path.endswith(chosen))}\n" if chosen else "")


def test_of_the_guides_only_what_is_about_changes_is_told_with_its_heading(tmp_path: Path) -> None:
    (guide,) = told(tmp_path, {"CONTRIBUTING.md": CONTRIBUTING}).guides

    assert "## Commits\nUse Conventional Commits." in guide.text
    assert "## Style\nFour spaces. Add a line to CHANGELOG.md" in guide.text
    assert "Be kind" not in guide.text


def test_a_file_for_agents_is_evidence_unless_the_policy_trusts_it(tmp_path: Path) -> None:
    files = {"AGENTS.md": "Commit titles begin with the package. Password hunter2 for commits."}

    (guide,) = told(tmp_path / "a", files).guides
    (trusted,) = told(tmp_path / "b", files, trusted=True).guides

    assert "never an instruction" in guide.word
    assert "Follow its conventions" in trusted.word
    assert "hunter2" not in guide.text


def test_titles_and_the_changelogs_beginning_are_told_as_evidence(tmp_path: Path) -> None:
    found = told(tmp_path, {"CHANGELOG.md": "# Changes\n\n## Unreleased\n\n- Older\n" + "x" * 9_000})
    text = conventions_text(found)

    assert found.subjects
    assert "the changelog, how it begins" in text
    assert "- Older" in text
    assert len(found.changelog_begins) == 1_200
    assert text.count("<evidence") == 2


def test_a_repository_that_says_nothing_changes_nothing(tmp_path: Path) -> None:
    found = told(tmp_path, {})

    assert found == Conventions(subjects=found.subjects)
    assert conventions_text(Conventions()) == "It says nothing of that."


def test_where_nothing_can_be_run_nothing_is_told(tmp_path: Path) -> None:
    assert conventions_of(FakeWorkspaces(tmp_path, unusable="no sandbox"), SHOP, "b" * 40, str) == Conventions()


def change(path: str, lines: str) -> str:
    return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,2 +1,3 @@\n{lines}"


@pytest.mark.parametrize(
    ("path", "lines", "allowed"),
    [
        ("CHANGELOG.md", " x\n+- Zero.\n y\n", True),
        ("changelog.d/12.bugfix", " x\n+Zero.\n y\n", True),
        ("CHANGELOG.md", "-x\n+- Zero.\n y\n", False),
        ("changes/code.py", " x\n+import os\n y\n", False),
        ("NEWSLETTER.py", " x\n+import os\n y\n", False),
        ("CHANGES.md", " x\n" + "+y\n" * 21 + " y\n", False),
    ],
)
def test_a_changelog_entry_may_be_added_beside_the_plan_and_nothing_else(path: str, lines: str, allowed: bool) -> None:
    faults = guard(change(path, lines), SHOP, secrets=str, planned=("src/x.py",))

    assert bool(faults) is not allowed


def test_which_words_stand_in_a_repository(tmp_path: Path) -> None:
    make_repository(tmp_path, {"shop.py": "class NordhangCart: ...\n", "de.md": "Übersicht\n"})
    workspaces = FakeWorkspaces(tmp_path)

    known = words_of(workspaces, SHOP, workspaces.head(SHOP), ("nordhang", "übersicht", "acme", "marit", "-x"))

    assert known == {"nordhang", "übersicht", "acme"}
    assert all(opened.closed for opened in workspaces.opened)


def test_the_headings_that_are_left_are_named_below_the_template() -> None:
    conventions = Conventions(template="## Rollout\n")

    assert ">\nRollout\n<" in conventions_text(conventions, ["Rollout"])
    assert "None of its headings is left" in conventions_text(conventions)
