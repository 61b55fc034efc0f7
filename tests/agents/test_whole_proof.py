"""The proof by a command that takes no tests' names and writes reports, as Maven, Gradle and monorepos' scripts do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agents.exchange import Ran
from agents.proof.whole import why_not_failing, why_not_passing
from agents.suites.naming import takes_names
from agents.terms import Repository
from storage.judgments import Proof
from tests.agents.proving import proven
from tests.fake_workspaces import make_repository

# Refuses whatever is added to it, says nothing of its tests, and leaves out a package that does not compile.
BUILD = r"""
import pathlib, sys
if sys.argv[1:]:
    sys.exit(f'Unknown lifecycle phase "{sys.argv[1]}".')
code = 0
for package in sorted(each for each in pathlib.Path(".").iterdir() if (each / "Test.java").exists()):
    price = (package / "Price.java").read_text()
    if not price.isdecimal():
        code = 1
        continue
    cases, report = "", package / "target" / "TEST-Shop.xml"
    for line in (package / "Test.java").read_text().splitlines():
        name, condition = line.split(": ")
        passed = eval(condition, {"price": int(price)})
        said = "" if passed else f'<failure message="expected: &lt;2> but was: &lt;{price}>"/>'
        code = code or not passed
        cases += f'<testcase classname="shop.{package}.Test" name="{name}">{said}</testcase>'
    report.parent.mkdir(exist_ok=True)
    report.write_text(f"<testsuite>{cases}</testsuite>")
sys.exit(int(code))
"""
OLD = "isThere: price > 0\nasksTheNetwork: False\n"
NEW = OLD + "isTwo: price == 2\n"
SHOP = Repository(name="acme/shop", test_command=("python", "build.py"), test_report="*/target/*.xml")
TOLD: dict[str, Any] = {
    "test_ids": ("TestPrice.isTwo",),
    "test_files": ("cart/Test.java",),
    "expected_failure": "expected: <2> but was: <1>",
}


def fixed(folder: Path, price: str = "2", tests: str = NEW, **told: Any) -> Proof:
    files = {"build.py": BUILD, ".gitignore": "target\n", "cart/Price.java": "1", "cart/Test.java": OLD}
    make_repository(folder, {**files, "page/Price.java": "1", "page/Test.java": "isCheap: price == 1\n"})
    return proven(folder, {"cart/Price.java": price, "cart/Test.java": tests}, repository=SHOP, **TOLD | told)


def test_a_fix_is_proven_by_the_reports_of_the_whole_suite_beside_what_fails_anyway(tmp_path: Path) -> None:
    proof = fixed(tmp_path)

    assert proof.holds, proof.why_not
    assert proof.known_failures == ("shop.cart.Test > asksTheNetwork",)
    assert "$ python build.py\n" in proof.before_log


def test_a_failure_of_other_tests_shows_no_problem(tmp_path: Path) -> None:
    proof = fixed(tmp_path, tests=OLD + "isTwo: price > 0\n")

    assert proof.why_not == "TestPrice.isTwo does not fail without the change; name only tests that do."


def test_a_new_test_that_still_fails_is_held_against_the_fix_though_others_fail_anyway(tmp_path: Path) -> None:
    proof = fixed(tmp_path, price="3")

    assert "do not pass with the change: TestPrice.isTwo" in proof.why_not
    assert not proof.passed_after


def test_a_new_test_that_no_longer_runs_with_the_change_is_not_taken_for_one_that_passes(tmp_path: Path) -> None:
    proof = fixed(tmp_path, price="two")

    assert "With the change no report of the suite (1 tests, exit code 1) names TestPrice.isTwo" in proof.why_not


@pytest.mark.parametrize("told", ["TestPrice.isNowhere", "cart/Test.java"])
def test_what_no_report_names_is_told_with_what_to_do(tmp_path: Path, told: str) -> None:
    proof = fixed(tmp_path, test_ids=(told,))

    assert f"Without the change no report of the suite (4 tests, exit code 1) names {told}" in proof.why_not
    assert "no whole file" in proof.why_not


def test_the_expected_failure_is_looked_for_in_reports_where_the_log_tells_nothing(tmp_path: Path) -> None:
    assert "but not with “expected: <7>”" in fixed(tmp_path, expected_failure="expected: <7>").why_not


def test_of_tests_of_one_name_in_two_packages_both_must_pass() -> None:
    def report(package: str, inner: str) -> str:
        return f'<testsuite><testcase classname="{package}" name="isTwo">{inner}</testcase></testsuite>'

    mixed = Ran(exit_code=1, output="", reports=(report("a", ""), report("b", "<failure/>")))
    skipped = Ran(exit_code=0, output="", reports=(report("a", "<skipped/>"),))
    green = Ran(exit_code=0, output="", reports=(report("a", ""), report("b", "<skipped/>")))

    assert why_not_failing(mixed, ["isTwo"]) == ""
    assert "isTwo is in its reports, and not as passed" in why_not_passing(mixed, ["isTwo"])
    assert "isTwo is in its reports, and not as passed" in why_not_passing(skipped, ["isTwo"])
    assert why_not_passing(green, ["isTwo"]) == ""


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python -m pytest -q", True),
        ("npx --no-install vitest run", True),
        ("npx jest", True),
        ("npx ava", True),
        ("npx mocha", True),
        ("node --test", True),
        ("go test ./...", True),
        ("cargo test --no-fail-fast", True),
        ("bundle exec rspec", True),
        ("vendor/bin/phpunit", True),
        ("python -m unittest", True),
        ("mvn -o test", False),
        ("./gradlew --offline test", False),
        ("dotnet test", False),
        ("npm test --workspaces", False),
        ("sh scripts/test.sh", False),
    ],
)
def test_commands_are_known_to_run_what_is_added_to_them(command: str, expected: bool) -> None:
    assert takes_names(command.split()) is expected
