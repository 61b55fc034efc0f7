"""The proof on a real git repository with real pytest: what it takes, what it does not, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.proof.logs import LOG_LIMIT
from agents.proof.proving import prove_patch
from agents.terms import Repository
from tests.agents.proving import FIXED, NEW_TEST, PRICES, REPOSITORY, SUBMISSION, TESTS, proven
from tests.fake_workspaces import FakeWorkspaces, make_repository


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("proof")
    make_repository(folder, {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": TESTS})
    return folder


def test_a_true_fix_is_proven_and_its_logs_tell_how(origin: Path) -> None:
    proof = proven(origin, {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + NEW_TEST})

    assert proof.holds
    assert proof.before_log.startswith("$ python -m pytest -q tests/test_prices.py::test_average_of_nothing\n")
    assert "E       ZeroDivisionError: division by zero" in proof.before_log
    assert "1 failed in" in proof.before_log
    assert "1 passed in" in proof.after_log
    assert "2 passed in" in proof.suite_log
    assert "[exit code 0 after" in proof.suite_log


def test_colours_do_not_hide_a_failure(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": TESTS}
    make_repository(tmp_path / "loud", {**files, "pytest.ini": "[pytest]\naddopts = --color=yes\n"})

    proof = proven(tmp_path / "loud", {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + NEW_TEST})

    assert proof.holds
    assert "\x1b" not in proof.before_log + proof.after_log + proof.suite_log


def test_a_test_that_passes_without_the_change_proves_nothing(origin: Path) -> None:
    proof = proven(
        origin,
        {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + NEW_TEST.replace("[]) == 0", "[0]) == 0")},
    )

    assert proof.why_not == "The new tests pass without the change, so they do not show the problem."
    assert "1 passed" in proof.before_log


def test_an_import_error_is_not_the_reported_failure(origin: Path) -> None:
    files = {
        "shop/prices.py": FIXED + "\n\ndef average_or_zero(prices):\n    return average(prices)\n",
        "tests/test_prices.py": "from shop.prices import average_or_zero\n" + TESTS + NEW_TEST,
    }

    proof = proven(origin, files, expected_failure="cannot import name 'average_or_zero'")

    assert not proof.holds
    assert "could not be found or imported (pytest exit code 4)" in proof.why_not


def test_a_broken_test_file_is_not_the_reported_failure(origin: Path) -> None:
    broken = {"shop/prices.py": FIXED, "tests/test_prices.py": "import wombat\n" + TESTS + NEW_TEST}

    proof = proven(origin, broken, test_ids=("tests/test_prices.py",), expected_failure="No module named 'wombat'")

    assert "could not be collected (pytest exit code 2)" in proof.why_not


def test_a_fixture_that_is_missing_is_not_the_reported_failure(origin: Path) -> None:
    test = "\n\ndef test_average_of_nothing(wombat):\n    assert average([]) == 0\n"

    proof = proven(
        origin,
        {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + test},
        expected_failure="fixture 'wombat' not found",
    )

    assert "does not fail without the change" in proof.why_not


def test_the_failure_must_be_the_expected_one_and_not_only_stand_in_the_tests_source(origin: Path) -> None:
    test = NEW_TEST + "    assert True, 'value is negative'\n"

    proof = proven(
        origin, {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + test}, expected_failure="value is negative"
    )

    assert proof.why_not == "Without the change the new tests fail, but not with “value is negative”."


def test_the_name_of_the_test_does_not_show_the_expected_failure(origin: Path) -> None:
    wrong = "\n\ndef test_ZeroDivisionError_is_gone():\n    assert averag([]) == 0\n"

    proof = proven(
        origin,
        {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + wrong},
        test_ids=("tests/test_prices.py::test_ZeroDivisionError_is_gone",),
        expected_failure="ZeroDivisionError",
    )

    assert proof.why_not == "Without the change the new tests fail, but not with “ZeroDivisionError”."


@pytest.mark.parametrize("style", ["native", "line", "no"])
def test_the_expected_failure_is_found_however_pytest_is_told_to_show_it(tmp_path: Path, style: str) -> None:
    files = {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": TESTS}
    make_repository(tmp_path / "shop", {**files, "pytest.ini": f"[pytest]\naddopts = --tb={style}\n"})
    test = NEW_TEST.replace("_of_nothing", f"_{'x' * 60}")
    change = {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + test}

    proof = proven(tmp_path / "shop", change, test_ids=(f"tests/test_prices.py::test_average_{'x' * 60}",))

    assert proof.holds is (style != "no"), proof.before_log


def test_every_named_test_must_fail_by_itself(origin: Path) -> None:
    ids = ("tests/test_prices.py::test_average_of_nothing", "tests/test_prices.py::test_average")

    proof = proven(origin, {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + NEW_TEST}, test_ids=ids)

    assert proof.why_not.startswith("tests/test_prices.py::test_average does not fail without the change")


def test_a_parametrised_test_counts_if_one_of_its_cases_fails(origin: Path) -> None:
    test = (
        "\nimport pytest\n\n\n@pytest.mark.parametrize('prices', [[0], []])\n"
        "def test_zero(prices):\n    assert average(prices) == 0\n"
    )

    proof = proven(
        origin,
        {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + test},
        test_ids=("tests/test_prices.py::test_zero",),
    )

    assert proof.holds


def test_a_change_that_does_not_cure_is_unproven(origin: Path) -> None:
    proof = proven(origin, {"shop/prices.py": PRICES + "\n", "tests/test_prices.py": TESTS + NEW_TEST})

    assert (proof.failed_before, proof.passed_after) == (True, False)
    assert proof.why_not == "The new tests do not pass with the change (exit code 1)."


def test_a_change_that_breaks_the_suite_is_unproven(origin: Path) -> None:
    proof = proven(
        origin,
        {"shop/prices.py": "def average(prices):\n    return 0\n", "tests/test_prices.py": TESTS + NEW_TEST},
    )

    assert (proof.failed_before, proof.passed_after, proof.suite_passed) == (True, True, False)
    assert proof.why_not == (
        "With the change tests/test_prices.py::test_average fails in the whole suite, and not without it."
    )
    assert "test_average" in proof.suite_log


def test_a_test_that_is_skipped_does_not_pass(origin: Path) -> None:
    test = (
        "\n\ndef test_average_of_nothing():\n    import pytest, shop.prices\n"
        "    if hasattr(shop.prices, 'DONE'):\n        pytest.skip('no')\n    assert average([]) == 0\n"
    )

    proof = proven(origin, {"shop/prices.py": PRICES + "\nDONE = True\n", "tests/test_prices.py": TESTS + test})

    assert (proof.failed_before, proof.passed_after) == (True, False)


def test_a_patch_without_a_test_is_unproven(origin: Path) -> None:
    proof = proven(origin, {"shop/prices.py": FIXED})

    assert proof.why_not == "The patch holds no change of a test file, so nothing shows the problem."


@pytest.mark.parametrize(
    "text",
    ["assert", "AssertionError:", "E", "FAILED", "--- FAIL:", "assertion `left == right` failed", "exit status 1"],
)
def test_a_failure_that_any_test_could_show_is_not_expected_enough(origin: Path, text: str) -> None:
    proof = proven(origin, {"tests/test_prices.py": TESTS + NEW_TEST}, expected_failure=text)

    assert "is in any failing test's log" in proof.why_not


def test_options_are_not_tests(origin: Path) -> None:
    proof = proven(origin, {"tests/test_prices.py": TESTS + NEW_TEST}, test_ids=("--exitfirst",))

    assert proof.why_not == "--exitfirst is an option, not a test; name the new tests."


def test_a_run_that_does_not_end_is_stopped_and_said_so(origin: Path) -> None:
    test = "\n\ndef test_average_of_nothing():\n    import time\n    time.sleep(60)\n"

    proof = proven(
        origin,
        {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + test},
        repository=REPOSITORY.model_copy(update={"test_minutes": 1 / 60}),
    )

    assert "ran out of time" in proof.why_not


def test_a_patch_that_does_not_fit_is_unproven(origin: Path) -> None:
    workspaces = FakeWorkspaces(origin)
    patch = (
        "diff --git a/tests/test_prices.py b/tests/test_prices.py\n--- a/tests/test_prices.py\n"
        "+++ b/tests/test_prices.py\n@@ -1 +1 @@\n-wombat\n+kangaroo\n"
    )

    proof = prove_patch(workspaces, REPOSITORY, workspaces.head(REPOSITORY), patch, SUBMISSION)

    assert "does not fit on the base commit" in proof.why_not


def test_a_long_log_keeps_its_start_and_its_last_lines(origin: Path) -> None:
    test = "\n\ndef test_average_of_nothing():\n    print('x' * 50_000)\n    assert average([]) == 0\n"

    proof = proven(origin, {"shop/prices.py": FIXED, "tests/test_prices.py": TESTS + test})

    assert proof.holds
    assert len(proof.before_log) < LOG_LIMIT + 500
    assert "characters left out" in proof.before_log
    assert "1 failed in" in proof.before_log


def test_another_test_runner_is_judged_by_its_exit_code_and_its_whole_log(tmp_path: Path) -> None:
    runner = "import subprocess, sys\nfor path in sys.argv[1:] or ['check_a.py']:\n    exec(open(path).read())\n"
    files = {"run.py": runner, "value.txt": "1", "check_a.py": "assert True\n"}
    make_repository(tmp_path / "other", files)
    workspaces = FakeWorkspaces(tmp_path / "other")
    repository = Repository(name="acme/shop", test_command=("python", "run.py"))
    sha = workspaces.head(repository)
    workspace = workspaces.open(repository, sha)
    workspace.write("value.txt", "2")
    workspace.write("check_b.py", "value = open('value.txt').read()\nassert value == '2', 'value is ' + value\n")
    submission = SUBMISSION.model_copy(
        update={"test_files": ("check_b.py",), "test_ids": ("check_b.py",), "expected_failure": "value is 1"}
    )

    proof = prove_patch(workspaces, repository, sha, workspace.patch(), submission)

    workspace.close()
    assert proof.holds


def test_a_planned_file_that_is_called_like_a_test_is_code(tmp_path: Path) -> None:
    tests = TESTS.replace("shop.prices", "shop.testing.prices")
    files = {"shop/__init__.py": "", "shop/testing/__init__.py": "", "shop/testing/prices.py": PRICES}
    make_repository(tmp_path / "tool", {**files, "tests/test_prices.py": tests})
    change = {"shop/testing/prices.py": FIXED, "tests/test_prices.py": tests + NEW_TEST}

    assert proven(tmp_path / "tool", change, planned=("shop/testing/prices.py", "tests/test_prices.py")).holds
    assert not proven(tmp_path / "tool", change).holds
