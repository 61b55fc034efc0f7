"""A suite that is not wholly green without a change: the change answers for what it brings, and for nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from agents.exchange import Ran
from agents.suites.suite import Failures, suite_said
from storage.judgments import Proof
from tests.agents.proving import FIXED, NEW_TEST, PRICES, REPOSITORY, TESTS, proven
from tests.fake_workspaces import add_commit, make_repository

RED = """\
from shop.prices import average


def test_network():
    raise OSError("no network")


def test_price():
    assert average([2]) == 2
"""
UNSTEADY = """\
import inspect
import pathlib
from shop import prices


def test_unsteady():
    if "if prices" in inspect.getsource(prices):
        ran = pathlib.Path({ran!r})
        ran.write_text(ran.read_text() + "x" if ran.exists() else "x")
        assert ran.read_text() != "x"
"""
LEAKING = """\
calls = []


def average(prices):
    calls.append(prices)
    return sum(prices) / len(prices) if prices else 0
"""
ALONE = """\
from shop import prices


def test_state():
    assert not getattr(prices, "calls", [])
"""
UNITTEST = """\
..FE
======================================================================
FAIL: test_a (tests.test_shop.TestShop.test_a)
----------------------------------------------------------------------
Traceback (most recent call last):
======================================================================
ERROR: tests.test_net (unittest.loader._FailedTest.tests.test_net)
----------------------------------------------------------------------
Ran 5 tests in 0.004s

FAILED (failures=1, errors=1, skipped=1)
"""


def origin_of(folder: Path, name: str, text: str) -> Path:
    files = {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": TESTS}
    make_repository(folder, {**files, f"tests/{name}.py": text})
    return folder


def fixed(origin: Path, code: str = FIXED, command: tuple[str, ...] = REPOSITORY.test_command) -> Proof:
    files = {"shop/prices.py": code, "tests/test_prices.py": TESTS + NEW_TEST}
    return proven(origin, files, repository=REPOSITORY.model_copy(update={"test_command": command}))


def test_a_fix_answers_for_no_test_that_fails_without_it_too(tmp_path: Path) -> None:
    proof = fixed(origin_of(tmp_path, "test_red", RED))

    assert proof.holds
    assert proof.known_failures == ("tests/test_red.py::test_network",)
    assert suite_said(proof) == (
        "of the whole suite nothing fails that does not fail without it; 1 test fails with it and without it:"
        " tests/test_red.py::test_network"
    )


def test_what_fails_with_the_change_alone_is_held_against_it_by_name(tmp_path: Path) -> None:
    proof = fixed(origin_of(tmp_path, "test_red", RED), "def average(prices):\n    return 0\n")

    assert (proof.passed_after, proof.suite_passed) == (True, False)
    assert proof.why_not == (
        "With the change tests/test_prices.py::test_average, tests/test_red.py::test_price fails in the whole suite,"
        " and not without it."
    )


def test_what_fails_once_and_passes_in_the_next_run_is_told_of_and_not_held_against_the_fix(tmp_path: Path) -> None:
    text = UNSTEADY.format(ran=str(tmp_path / "ran"))

    proof = fixed(origin_of(tmp_path / "shop", "test_unsteady", text))

    assert proof.holds
    assert proof.unsteady == ("tests/test_unsteady.py::test_unsteady",)
    assert "1 test fails in one run and not in the next" in suite_said(proof)


def test_what_passes_by_itself_and_fails_among_the_others_again_is_held_against_the_fix(tmp_path: Path) -> None:
    proof = fixed(origin_of(tmp_path, "test_state", ALONE), LEAKING)

    assert (proof.passed_after, proof.suite_passed, proof.unsteady) == (True, False, ())
    assert proof.why_not == (
        "With the change tests/test_state.py::test_state fails in the whole suite, and not without it."
    )
    assert "$ python -m pytest -q\n" in proof.suite_log.rpartition("[exit code 1")[0]


def test_a_suite_that_cannot_be_collected_shows_nothing(tmp_path: Path) -> None:
    proof = fixed(origin_of(tmp_path, "test_broken", "import wombat\n"))

    assert not proof.suite_passed
    assert "cannot be compared" in proof.why_not
    assert "exit code 2" in proof.why_not


def test_a_suite_that_stops_at_its_first_failure_shows_nothing() -> None:
    log = "FAILED tests/a.py::b - OSError\n!!!! stopping after 1 failures !!!!\n1 failed, 3 passed in 0.10s\n"

    assert Failures.of(Ran(exit_code=1, output=log)) is None


def test_a_log_that_does_not_name_all_that_failed_shows_nothing() -> None:
    assert Failures.of(Ran(exit_code=1, output="2 failed, 3 passed in 0.10s\n")) is None


@pytest.mark.parametrize(
    "ended", ["1 failed, 7 passed, 1 error in 0.10s", "== 1 failed, 7 passed, 1 error in 62.00s (0:01:02) =="]
)
def test_the_summary_of_pytest_is_read(ended: str) -> None:
    log = f"FAILED in the words of a test\nFAILED t.py::a[x - y] - OSError\nERROR t.py::b\n{ended}\n"

    assert Failures.of(Ran(exit_code=1, output=log)) == Failures(Counter({"t.py::a[x": 1, "t.py::b": 1}), 7)


def test_the_summary_of_unittest_is_read() -> None:
    read = Failures.of(Ran(exit_code=1, output=UNITTEST))

    assert read is not None
    assert read.passed == 2
    assert sorted(read.tests) == [
        "test_a (tests.test_shop.TestShop.test_a)",
        "tests.test_net (unittest.loader._FailedTest.tests.test_net)",
    ]


def test_a_test_is_known_among_what_failed_by_the_end_of_its_name() -> None:
    failed = Failures(Counter(["example.com/shop.TestA/is_fair", "cart > is dear", "test_x (tests.t.T.test_x)"]), 0)
    ids = (
        "TestA/is fair",
        "test/cart.js > cart > is dear",
        "tests.t.T.test_x",
        "test/cart.js",
        "shop.TestB",
        "a > dear x",
    )

    assert failed.missing(ids) == ["shop.TestB", "a > dear x"]


def test_a_command_that_names_a_folder_proves_a_fix_beside_tests_that_fail_anyway(tmp_path: Path) -> None:
    folder = ("python", "-m", "pytest", "-q", "tests")

    proof = fixed(origin_of(tmp_path, "test_red", RED), command=folder)

    assert proof.holds
    assert proof.after_log.startswith("$ python -m pytest -q tests/test_prices.py::test_average_of_nothing\n")
    assert proof.suite_log.startswith("$ python -m pytest -q tests\n")


@pytest.mark.parametrize("settings", ["-q", "-x", "-rxXs", "--maxfail=1 -qq", "-v --color=yes"])
def test_what_a_repository_has_pytest_do_by_itself_hides_no_failure(tmp_path: Path, settings: str) -> None:
    origin = origin_of(tmp_path, "test_red", RED)
    add_commit(origin, {"pytest.ini": f"[pytest]\naddopts = {settings}\n"})

    proof = fixed(origin)

    assert proof.holds, proof.why_not
    assert proof.known_failures == ("tests/test_red.py::test_network",)
    assert proof.suite_log.startswith("$ python -m pytest -q\n")


def test_what_the_change_broke_is_run_by_itself_and_its_log_comes_last(tmp_path: Path) -> None:
    proof = fixed(origin_of(tmp_path, "test_red", RED), "def average(prices):\n    return 0\n")

    assert "$ python -m pytest -q tests/test_prices.py::test_average tests/test_red.py::test_price\n" in proof.suite_log
    assert proof.suite_log.endswith("]")


def test_tests_that_do_not_even_start_are_said_not_to(tmp_path: Path) -> None:
    broken = ("python", "-c", "import nowhere", "pytest")

    proof = fixed(origin_of(tmp_path, "test_red", RED), command=broken)

    assert proof.why_not == (
        "Without the change the tests do not even start: ModuleNotFoundError: No module named 'nowhere'"
    )
