"""Tests in one file with the code they test: what of a patch is theirs, and that it proves a fix."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from agents.patches.inline_tests import holds_tests, within_tests
from agents.patches.patch import read_patch
from agents.terms import Repository
from tests.agents.proving import proven
from tests.fake_workspaces import make_repository

CODE = """\
//! Words.

/// Twice.
pub fn twice(x: u32) -> u32 {
    x * 3
}

pub fn half(x: u32) -> u32 {
    x / 2
}
"""
TESTS = """
#[cfg(test)]
static CASES: &[(u32, u32)] = &[
    (0, 0),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        assert_eq!(half(4), 2);
    }
}
"""
NEW = """
    #[test]
    #[should_panic(
        expected = "}"
    )]
    fn doubles() {
        assert_eq!(twice(2), 4);
    }
}
"""
MENDED = CODE.replace("x * 3", "x * 2")
LIB = "src/lib.rs"


def change(tmp_path: Path, before: str, after: str) -> str:
    """The part of `git diff` that changes the tests, applied to the file as it was."""
    folder = tmp_path / "repository"
    make_repository(folder, {LIB: before})
    (folder / LIB).write_text(after)
    patch = subprocess.run(["git", "diff"], cwd=folder, capture_output=True, text=True, check=True).stdout
    (read,) = read_patch(patch)
    told = within_tests(read, after)
    if told:
        subprocess.run(["git", "stash"], cwd=folder, capture_output=True, check=True)
        subprocess.run(["git", "apply", "-"], cwd=folder, input=told, text=True, check=True)
    return (folder / LIB).read_text() if told else ""


def with_test(code: str) -> str:
    return code + TESTS.removesuffix("}\n") + NEW.removeprefix("\n")


def test_of_a_change_of_code_and_tests_only_the_tests_are_kept(tmp_path: Path) -> None:
    after = with_test(MENDED).replace("    (0, 0),\n", "    (0, 0),\n    (1, 2),\n")

    assert change(tmp_path, CODE + TESTS, after) == after.replace("x * 2", "x * 3")


def test_tests_that_are_the_first_of_their_file_are_told_from_code_that_is_added_with_them(tmp_path: Path) -> None:
    added = "\npub fn third(x: u32) -> u32 {\n    x / 3\n}\n"

    assert change(tmp_path, CODE, MENDED + added + TESTS) == CODE + TESTS.removeprefix("\n").replace("];\n\n", "];\n")


def test_a_change_of_code_alone_changes_no_test(tmp_path: Path) -> None:
    assert change(tmp_path, CODE + TESTS, MENDED + TESTS) == ""


def test_the_last_line_may_have_no_end(tmp_path: Path) -> None:
    after = with_test(MENDED).removesuffix("\n")

    assert change(tmp_path, (CODE + TESTS).removesuffix("\n"), after) == after.replace("x * 2", "x * 3")


@pytest.mark.parametrize(
    "line", ["#[test]", "    #[tokio::test]", "#[cfg(all(test, unix))]", "#[rstest]", "#![cfg(test)]"]
)
def test_what_marks_tests(line: str) -> None:
    assert holds_tests(f"{line}\nfn f() {{\n}}\n")


@pytest.mark.parametrize(
    "line", ["#[cfg(not(test))]", '#[cfg(feature = "test-kit")]', "// #[test]", "#[derive(Debug)]"]
)
def test_what_does_not(line: str) -> None:
    assert not holds_tests(f"{line}\nfn f() {{\n}}\n")


RUNNER = """\
import sys, pathlib
text = pathlib.Path("src/lib.rs").read_text()
tests = [one for one in ("halves", "doubles") if f"fn {one}()" in text]
asked = [one for one in tests if one in sys.argv] or tests
bad = [one for one in asked if one == "doubles" and "x * 3" in text]
print(f"running {len(asked)} tests")
for one in bad:
    print(f"assertion failed\\n  left: 6\\n right: 4\\n\\nfailures:\\n    {one}\\n")
print(f"test result: {'FAILED' if bad else 'ok'}. {len(asked) - len(bad)} passed; {len(bad)} failed; 0 ignored;")
if bad:
    print("error: 1 target failed:\\n    `--lib`")
sys.exit(101 if bad else 0)
"""
CARGO = Repository(name="acme/words", test_command=("python", "cargo.py"))
TOLD = {"test_files": (LIB,), "test_ids": ("doubles",), "expected_failure": "left: 6"}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words")
    make_repository(folder, {LIB: CODE + TESTS, "cargo.py": RUNNER})
    return folder


def test_a_fix_whose_test_stands_beside_the_code_is_proven(origin: Path) -> None:
    proof = proven(origin, {LIB: with_test(MENDED)}, repository=CARGO, **TOLD)

    assert proof.holds
    assert "left: 6" in proof.before_log


def test_a_test_beside_the_code_that_passes_without_the_change_proves_nothing(origin: Path) -> None:
    harmless = with_test(MENDED).replace("fn doubles", "fn halves_too")

    proof = proven(origin, {LIB: harmless}, repository=CARGO, **{**TOLD, "test_ids": ("halves",)})

    assert proof.why_not == "The new tests pass without the change, so they do not show the problem."


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (MENDED, "src/lib.rs checks less than before (1 fewer assertions); put them back."),
        (with_test(MENDED).replace("#[should_panic(", "#[ignore]\n    #[should_panic("), "keeps tests from running"),
    ],
)
def test_tests_beside_the_code_may_not_be_made_to_say_less(origin: Path, after: str, why: str) -> None:
    assert why in proven(origin, {LIB: after}, repository=CARGO, **TOLD).why_not
