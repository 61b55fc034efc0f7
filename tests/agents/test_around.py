"""What a reviewer is shown around a change: its files whole, and who else uses what it changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from agents.checkout.around import Surroundings, excerpt, names_of, surroundings
from agents.patches.patch import read_patch
from agents.redaction.redact import Redactor
from agents.terms import Repository
from tests.fake_workspaces import FakeWorkspaces, make_repository

REPOSITORY = Repository(name="acme/shop")
PAGES = """class Pages:
    def get(self, name):
        return self.drawn[name]

    def forget(self, name):
        self.drawn.pop(name, None)


def newest():
    return Pages()
"""
FILES = {
    "web/pages.py": PAGES,
    "web/admin.py": "from web.pages import Pages\n\nKEY = 'sk_live_key'\npages.forget(1)\nforgetful = 1\n",
    "tests/test_pages.py": "def test_get():\n    pages.forget(2)\n",
}
CHANGED = PAGES.replace("self.drawn.pop(name, None)", "del self.drawn[name]")


def patch_to(folder: Path, files: dict[str, str]) -> str:
    """The patch from the folder's commit to these files; the folder is as it was afterwards."""
    for path, text in files.items():
        (folder / path).write_text(text, encoding="utf-8")
    told = subprocess.run(["git", "diff", "--binary"], cwd=folder, capture_output=True, text=True, check=True).stdout
    subprocess.run(["git", "checkout", "-q", "."], cwd=folder, check=True)
    return told


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("around")
    make_repository(top, FILES)
    return top


def around(folder: Path, patch: str) -> Surroundings:
    workspaces = FakeWorkspaces(folder)
    sha = workspaces.head(REPOSITORY)
    return surroundings(workspaces, REPOSITORY, sha, patch, lambda text: text.replace("sk_live_key", "<secret>"))


def test_the_changed_file_is_shown_whole_with_the_change_and_the_other_lines_that_name_what_changed(
    folder: Path,
) -> None:
    seen = around(folder, patch_to(folder, {"web/pages.py": CHANGED}))

    assert "web/pages.py\n1: class Pages:" in seen.files
    assert "6:         del self.drawn[name]" in seen.files
    assert "10:     return Pages()" in seen.files
    assert seen.uses.splitlines() == [
        "tests/test_pages.py:2:    pages.forget(2)",
        "web/admin.py:4:pages.forget(1)",
    ]


def test_secrets_are_taken_out(folder: Path) -> None:
    seen = around(folder, patch_to(folder, {"web/admin.py": FILES["web/admin.py"] + "MORE = 1\n"}))

    assert "3: KEY = '<secret>'" in seen.files


def test_a_secret_is_known_where_only_a_part_of_it_would_be_shown(tmp_path: Path) -> None:
    token = f"ghp_{'a1B2c3D4e5F6' * 3}"
    block = "\n".join(("-----BEGIN PRIVATE KEY-----", *["MIIEvQ" * 10] * 80, "-----END PRIVATE KEY-----"))
    files = {
        "pages.py": f'"""\n{block}\n"""\n\n\ndef shown():\n    return 1\n' + "# more\n" * 400,
        "uses.py": f"shown(){' ' * 160}# {token}\n",
    }
    make_repository(tmp_path, files)
    patch = patch_to(tmp_path, {"pages.py": files["pages.py"].replace("return 1", "return 2")})
    workspaces = FakeWorkspaces(tmp_path)
    redact = Redactor(b"key").secrets_only
    seen = surroundings(workspaces, REPOSITORY, workspaces.head(REPOSITORY), patch, redact)

    assert "uses.py:1:shown()" in seen.uses
    assert token[:10] not in seen.uses
    assert "return 2" in seen.files
    assert "MIIEvQ" not in seen.files


def test_a_file_that_is_taken_away_is_not_shown_and_who_still_uses_it_is(folder: Path) -> None:
    (folder / "web/pages.py").unlink()
    seen = around(folder, patch_to(folder, {}))

    assert seen.files == ""
    assert "web/admin.py:1:from web.pages import Pages" in seen.uses
    assert "web/admin.py:4:pages.forget(1)" in seen.uses


def test_of_a_long_file_what_is_near_the_change_is_shown_and_the_rest_is_said_to_be_left_out() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 1001))

    shown = excerpt(text, [500]).splitlines()

    assert shown[0] == "[lines 1 to 439 are left out]"
    assert (shown[1], shown[-2]) == ("440: line 440", "560: line 560")
    assert shown[-1] == "[lines 561 to 1000 are left out]"


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a.py", "class Cart:\n    async def total(self):\n        return CHANGED\n", "total"),
        ("a.ts", "export const limit = (x) => {\n  return CHANGED\n}\n", "limit"),
        ("a.ts", "export default async function load() {\n  const here = 1\n  CHANGED\n}\n", "load"),
        ("a.go", "func (c *Cart) Total() int {\n\treturn CHANGED\n}\n", "Total"),
        ("a.rs", "pub(crate) fn total(&self) -> u32 {\n    CHANGED\n}\n", "total"),
        ("a.rb", "class Cart\n  def self.total\n    CHANGED\n  end\nend\n", "total"),
        ("tests/test_a.py", "def test_it():\n    assert CHANGED\n", ""),
        ("a.py", "VALUE = CHANGED\n", ""),
    ],
)
def test_what_a_line_is_in_is_found_in_several_languages(path: str, text: str, name: str) -> None:
    at = next(number for number, line in enumerate(text.splitlines(), 1) if "CHANGED" in line)
    lines = "".join(f" {line}\n" if number != at else f"+{line}\n" for number, line in enumerate(text.splitlines(), 1))
    count = len(text.splitlines())
    patch = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{count - 1} +1,{count} @@\n{lines}"

    assert names_of(read_patch(patch), {path: text}) == ([name] if name else [])
