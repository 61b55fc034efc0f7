"""What no patch of ours may do; patches are made by real git."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.patches.guards import guard
from agents.patches.patch import only, read_patch
from agents.terms import Repository
from tests.fake_workspaces import make_repository

REPOSITORY = Repository(name="acme/shop", protected=("secure/**", "**/CODEOWNERS"), max_changed_lines=20)
FILES = {
    "shop/prices.py": "def total(prices):\n    return sum(prices)\n",
    "tests/test_prices.py": "def test_total():\n    assert total([1]) == 1\n    assert total([]) == 0\n",
    "tests/test_old.py": "def test_old():\n    assert True\n",
    "requirements.txt": "pytest\n",
    "secure/login.py": "x = 1\n",
    "AGENTS.md": "Be kind.\n",
    "with space.py": "1\n",
    "ünï.py": "1\n",
}

Patcher = Callable[[Callable[[Path], object]], str]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guards")
    make_repository(folder, FILES)
    return folder


@pytest.fixture
def patch_of(origin: Path) -> Patcher:
    def patch(change: Callable[[Path], object]) -> str:
        git = ("git", "-C", str(origin))
        subprocess.run([*git, "reset", "--hard", "--quiet"], check=True)
        subprocess.run([*git, "clean", "-fdxq"], check=True)
        change(origin)
        subprocess.run([*git, "add", "--all", "--force"], check=True)
        return subprocess.run(
            [*git, "diff", "--cached", "--binary", "HEAD"], check=True, capture_output=True
        ).stdout.decode()

    return patch


def objections(patch: str, planned: tuple[str, ...] = (), *, free: bool = False) -> tuple[str, ...]:
    return guard(
        patch, REPOSITORY, secrets=lambda line: line.replace("hunter2", "<secret:1>"), planned=planned, free=free
    )


def put(path: str, text: str) -> Callable[[Path], object]:
    def change(top: Path) -> None:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)

    return change


def test_a_small_change_with_a_test_passes(patch_of: Patcher) -> None:
    def change(top: Path) -> None:
        put("shop/prices.py", "def total(prices):\n    return sum(prices or ())\n")(top)
        put(
            "tests/test_prices.py",
            FILES["tests/test_prices.py"] + "\n\ndef test_none():\n    assert total(None) == 0\n",
        )(top)

    assert objections(patch_of(change), ("shop/prices.py",)) == ()


def test_an_empty_patch_is_no_fix() -> None:
    assert objections("") == ("Nothing was changed.",)


def test_a_change_beyond_the_policys_size_is_refused(patch_of: Patcher) -> None:
    (sentence,) = objections(patch_of(put("shop/new.py", "x = 1\n" * 21)))

    assert sentence == "21 lines are changed; the policy allows 20. Make the change smaller."


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("secure/login.py", "is protected by the policy"),
        ("docs/CODEOWNERS", "is protected by the policy"),
        ("AGENTS.md", "instructs agents"),
        (".claude/settings.json", "instructs agents"),
        ("sub/CLAUDE.md", "instructs agents"),
        ("requirements.txt", "declares dependencies"),
        ("sub/pyproject.toml", "declares dependencies"),
        ("web/package.json", "declares dependencies"),
        ("uv.lock", "declares dependencies"),
    ],
)
def test_files_that_no_fix_may_touch_are_refused(patch_of: Patcher, path: str, words: str) -> None:
    (sentence,) = objections(patch_of(put(path, "new\n")))

    assert path in sentence
    assert words in sentence


def test_a_restricted_file_may_change_only_if_the_approved_plan_names_it_whoever_asks_for_more(
    patch_of: Patcher,
) -> None:
    restricted = REPOSITORY.model_copy(update={"restricted": ("db/**", "secure/**")})
    patch = patch_of(put("db/tests/001.sql", "select 1;\n"))  # a test by its folder, which else need not be planned

    def said(planned: tuple[str, ...], text: str = patch) -> tuple[str, ...]:
        return guard(text, restricted, secrets=str, planned=planned, free=True)

    assert said(("shop/prices.py",)) == (
        "db/tests/001.sql is restricted, and the approved plan does not name it; undo the change.",
    )
    assert said(("db/tests/001.sql",)) == ()
    (kept,) = said(("secure/login.py",), patch_of(put("secure/login.py", "x = 2\n")))  # of both lists the stricter one
    assert "is protected by the policy" in kept


@pytest.mark.parametrize(
    "path", [".github/workflows/ci.yml", "sub/.gitlab-ci.yml", "Jenkinsfile", "ops/signalbox.toml"]
)
def test_what_counts_with_the_push_is_refused_though_the_policy_opens_it_and_a_plan_names_it(
    patch_of: Patcher, path: str
) -> None:
    opened = REPOSITORY.model_copy(update={"protected": (), "restricted": ("**",)})
    (sentence,) = guard(patch_of(put(path, "x\n")), opened, secrets=str, planned=(path,), free=True)
    assert sentence.startswith(f"{path} says what runs with the repository's credentials")


def test_a_protected_file_may_not_be_moved_away_either(patch_of: Patcher) -> None:
    patch = patch_of(lambda top: (top / "secure/login.py").rename(top / "shop/login.py"))

    assert any("secure/login.py is protected" in sentence for sentence in objections(patch))


def test_a_file_of_dependencies_may_change_if_the_approved_plan_names_it(patch_of: Patcher) -> None:
    assert objections(patch_of(put("requirements.txt", "pytest<9\n")), ("requirements.txt",)) == ()


def test_a_secret_in_an_added_line_is_refused_without_repeating_it(patch_of: Patcher) -> None:
    (sentence,) = objections(patch_of(put("shop/prices.py", FILES["shop/prices.py"] + "key = 'hunter2'\n")))

    assert sentence == "shop/prices.py:3 holds what looks like a secret; take it out."


def test_binaries_links_and_submodules_are_refused(patch_of: Patcher) -> None:
    def change(top: Path) -> None:
        (top / "shop/blob.bin").write_bytes(bytes(range(256)))
        (top / "shop/link.py").symlink_to("/etc/passwd")
        put(".gitmodules", "[submodule]\n")(top)

    sentences = objections(patch_of(change))

    assert [sentence.split(" ", 1)[0] for sentence in sentences] == [".gitmodules", "shop/blob.bin", "shop/link.py"]


def test_a_test_may_not_be_deleted_or_moved_out_of_sight(patch_of: Patcher) -> None:
    assert "must not be deleted" in objections(patch_of(lambda top: (top / "tests/test_old.py").unlink()))[0]
    moved = patch_of(lambda top: (top / "tests/test_old.py").rename(top / "shop/old.py"))
    assert any("tests/test_old.py is a test" in sentence for sentence in objections(moved))
    renamed = patch_of(lambda top: (top / "tests/test_old.py").rename(top / "tests/old.py"))
    assert any("tests/test_old.py is a test" in sentence for sentence in objections(renamed))
    kept = patch_of(lambda top: (top / "tests/test_old.py").rename(top / "tests/test_older.py"))
    assert not any("is a test" in sentence for sentence in objections(kept))


def test_a_test_may_not_check_less_than_before(patch_of: Patcher) -> None:
    weaker = FILES["tests/test_prices.py"].replace("    assert total([]) == 0\n", "")
    changed = FILES["tests/test_prices.py"].replace("== 0", "== 7")

    assert "checks less than before (1 fewer" in objections(patch_of(put("tests/test_prices.py", weaker)))[0]
    assert objections(patch_of(put("tests/test_prices.py", changed))) == ()


@pytest.mark.parametrize(
    "line",
    [
        "@pytest.mark.skip",
        "@pytest.mark.xfail(strict=False)",
        "    pytest.skip('later')",
        "@unittest.skipIf(True, '')",
        "it.only('x')",
        "describe.concurrent.skip('x')",
        "it.skipIf(true)('x')",
        "test.fails('x')",
        "xtest('x')",
        "fit('x')",
    ],
)
def test_a_test_may_not_be_kept_from_running(patch_of: Patcher, line: str) -> None:
    (sentence,) = objections(patch_of(put("tests/test_prices.py", FILES["tests/test_prices.py"] + line + "\n")))

    assert sentence == "tests/test_prices.py:4 keeps tests from running or counting; take it out."


@pytest.mark.parametrize(
    "added",
    [
        "\n\ndef test_toml():\n    tomllib = pytest.importorskip('tomllib')\n    assert tomllib\n",
        "\n\n@pytest.mark.skipif(\n    WINDOWS, reason='paths'\n)\ndef test_paths():\n    assert 1 == 1\n",
        "\n\nclass TestToml:\n    @unittest.skipUnless(tomllib, 'new')\n    def test_toml(self):\n        assert 1\n",
    ],
)
def test_a_new_test_may_say_where_it_cannot_run(patch_of: Patcher, added: str) -> None:
    assert objections(patch_of(put("tests/test_prices.py", FILES["tests/test_prices.py"] + added))) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def test", "@pytest.mark.skipif(True, reason='')\ndef test"),
        ("    assert", "    pytest.importorskip('nothing')\n    assert"),
        ("    assert", "    pytest.importorskip('nothing')\n\n\ndef test_new():\n    assert"),
        ("    assert", "    def test_inner(): ...\n    pytest.importorskip('nothing')\n    assert"),
        ("def test", "pytestmark = pytest.mark.skipif(True, reason='')\n\n\ndef test_new():\n    ...\n\n\ndef test"),
        ("def test", "def test_new():\n    pytest.skip('later')\n\n\ndef test"),
    ],
)
def test_no_condition_may_be_put_on_a_test_that_was_there(patch_of: Patcher, old: str, new: str) -> None:
    found = objections(patch_of(put("tests/test_prices.py", FILES["tests/test_prices.py"].replace(old, new, 1))))

    assert any("keeps tests from running or counting" in sentence for sentence in found)


@pytest.mark.parametrize(
    "line", ["    run(['--ignore', 'E501'])", "    run('grep --ignore-case')", "    mail = 'ada@skipper.example'"]
)
def test_a_test_may_speak_to_the_tool_that_it_tests(patch_of: Patcher, line: str) -> None:
    changed = FILES["tests/test_prices.py"] + f"\n\ndef test_run():\n{line}\n    assert 1\n"

    assert objections(patch_of(put("tests/test_prices.py", changed))) == ()


def test_settings_may_not_leave_tests_out(patch_of: Patcher) -> None:
    (sentence,) = objections(patch_of(put("pytest.ini", "[pytest]\naddopts = --ignore=tests\n")))

    assert sentence == "pytest.ini:2 keeps tests from running or counting; take it out."


def test_a_planned_tool_of_tests_may_check_less_itself(patch_of: Patcher) -> None:
    change = (
        "diff --git a/shop/testing/near.py b/shop/testing/near.py\n--- a/shop/testing/near.py\n"
        "+++ b/shop/testing/near.py\n@@ -1,2 +1 @@\n def near(a, b):\n-    assert a == b\n"
    )

    assert guard(change, REPOSITORY, secrets=str, planned=("shop/testing/near.py",)) == ()
    assert "checks less than before" in guard(change, REPOSITORY, secrets=str)[0]


def test_a_test_may_fit_a_model(patch_of: Patcher) -> None:
    fits = FILES["tests/test_prices.py"] + "    model.fit([1])\n    fit(prices)\n"

    assert objections(patch_of(put("tests/test_prices.py", fits))) == ()


def test_source_may_speak_of_skipping(patch_of: Patcher) -> None:
    assert objections(patch_of(put("shop/cli.py", 'OPTIONS = ["--ignore", "--deselect"]\n'))) == ()


def test_only_the_files_of_the_plan_and_tests_may_change_unless_people_asked_for_more(patch_of: Patcher) -> None:
    patch = patch_of(put("repro.py", "print(1)\n"))

    (sentence,) = objections(patch, ("shop/prices.py",))

    assert sentence.startswith("repro.py: not among the files of the approved plan (shop/prices.py)")
    assert objections(patch, ("shop/prices.py",), free=True) == ()


def test_odd_names_are_read_from_a_patch_as_they_are(patch_of: Patcher) -> None:
    def change(top: Path) -> None:
        put("with space.py", "2\n")(top)
        put("ünï.py", "--- a/not a header\n")(top)
        put('qu"ote.py', "diff --git a/x b/x\n")(top)

    patch = patch_of(change)

    assert sorted(item.path for item in read_patch(patch)) == ['qu"ote.py', "with space.py", "ünï.py"]
    assert "".join(item.text for item in read_patch(patch)) == patch
    assert [line for item in read_patch(patch) for _, line in item.added] == [
        "diff --git a/x b/x",
        "2",
        "--- a/not a header",
    ]
    assert [item.path for item in read_patch(only(patch, lambda path: "ü" in path))] == ["ünï.py"]
