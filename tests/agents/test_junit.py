"""What failed, by the JUnit XML that a run wrote: any runner's, its log need not be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.exchange import Ran
from agents.suites.reporting_runs import run_reporting
from agents.suites.suite import Failures
from agents.terms import Repository
from storage.judgments import Proof
from tests.agents.proving import FIXED, NEW_TEST, PRICES, QUICK, TESTS, proven
from tests.fake_workspaces import MemoryWorkspace, make_repository

NODE = """<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="cart" time="0.02" errors="0" tests="4" failures="3" skipped="1" hostname="vm">
    <testcase name="is there" time="0.01" classname="test"/>
    <testcase name="is dearer" time="0.001" classname="test"><failure message="1 !== 2">at x</failure></testcase>
    <testsuite name="nested" errors="0" tests="2" failures="1" skipped="1">
      <testcase name="is fair" classname="test"><failure message="no"/></testcase>
      <testcase name="later" classname="test"><skipped type="skipped" message="true"/></testcase>
    </testsuite>
  </testsuite>
  <testcase name="alone" time="0.0001" classname="test"><error message="b"/></testcase>
</testsuites>
"""
SUREFIRE = """<testsuite name="shop.CartTest" tests="2" failures="1" errors="{errors}">
  <testcase name="isThere" classname="shop.CartTest" time="0.002"/>
  <testcase name="isDearer" classname="shop.CartTest"><failure type="AssertionError">no</failure></testcase>
</testsuite>"""
WHOLE = SUREFIRE.format(errors=0)
# Whatever runner: it says nothing that is known, and writes a report.
RUNNER = """
import contextlib, io, sys, pytest
with contextlib.redirect_stdout(io.StringIO()) as said:
    code = pytest.main(["-q", "-p", "no:cacheprovider", "--junitxml=out/report.xml", *sys.argv[1:]])
print(said.getvalue().replace("FAILED", "Bad").replace(" in ", " within "))
sys.exit(code)
"""
RED = "def test_network():\n    raise OSError\n"
SHOP = Repository(name="acme/shop", test_environment=QUICK, test_command=("python", "run.py"), test_report="out/*.xml")


def failures(*reports: str, code: int = 1) -> Failures | None:
    return Failures.of(Ran(exit_code=code, output="", reports=reports))


def test_what_failed_is_named_by_its_class_or_its_suites() -> None:
    assert failures(NODE) == Failures(Counter(["cart > is dearer", "cart > nested > is fair", "alone"]), passed=1)


@pytest.mark.parametrize("code", [1, 8, 100])
def test_reports_of_many_classes_are_one_whatever_the_exit_code_is(code: int) -> None:
    twice = Counter({"shop.CartTest > isDearer": 2})

    assert failures(WHOLE, WHOLE, code=code) == Failures(twice, passed=2)


@pytest.mark.parametrize(
    "report",
    [
        WHOLE[:-10],
        SUREFIRE.format(errors=1),
        "",
        '<!DOCTYPE x [<!ENTITY a "b">]>' + WHOLE,
        "<testsuites/>",
    ],
)
def test_a_report_that_is_not_whole_tells_nothing(report: str) -> None:
    assert failures(report) is None


def test_a_run_that_ran_out_of_time_tells_nothing_whatever_it_wrote() -> None:
    assert failures(WHOLE, code=124) is None


def fixed(folder: Path, code: str = FIXED, repository: Repository = SHOP) -> Proof:
    files = {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": TESTS, "run.py": RUNNER}
    make_repository(folder, {**files, "tests/test_red.py": RED, "out/report.xml": WHOLE})
    changed = {"shop/prices.py": code, "tests/test_prices.py": TESTS + NEW_TEST}
    return proven(folder, changed, repository=repository)


def test_a_fix_is_proven_beside_tests_that_fail_anyway_by_the_reports_of_an_unknown_runner(tmp_path: Path) -> None:
    proof = fixed(tmp_path)

    assert proof.holds, proof.why_not
    assert proof.known_failures == ("tests.test_red > test_network",)


def test_without_its_reports_it_is_not(tmp_path: Path) -> None:
    unnamed = fixed(tmp_path, repository=SHOP.model_copy(update={"test_report": ""}))

    assert "do not name every test that fails" in unnamed.why_not
    assert "test_report" in unnamed.why_not


def test_what_the_change_breaks_is_held_against_it_by_name(tmp_path: Path) -> None:
    proof = fixed(tmp_path, "def average(prices):\n    return 0\n")

    assert proof.why_not == (
        "With the change tests.test_prices > test_average fails in the whole suite, and not without it."
    )


def test_a_run_that_ends_well_for_the_sake_of_its_reports_is_judged_by_them(tmp_path: Path) -> None:
    lenient = SHOP.model_copy(update={"test_command": ("sh", "-c", 'python run.py "$@" || true', "sh")})

    assert fixed(tmp_path / "right", repository=lenient).holds
    assert fixed(tmp_path / "idle", PRICES + "\n", lenient).why_not.startswith(
        "The new tests do not pass with the chan"
    )
    assert fixed(tmp_path / "wrong", "def average(prices):\n    return 0\n", lenient).why_not == (
        "With the change tests.test_prices > test_average fails in the whole suite, and not without it."
    )


def test_a_document_type_is_refused_and_one_that_a_test_printed_is_not() -> None:
    printed = WHOLE.replace("</testsuite>", "<system-out><![CDATA[<!DOCTYPE html>]]></system-out></testsuite>")
    typed = f'<!-- <a --><!DOCTYPE s [<!ENTITY a "a"><!ENTITY b "&a;&a;">]>{WHOLE}'

    assert failures(printed) == failures(WHOLE)
    assert failures(typed) is None


@pytest.mark.parametrize(
    "hostile",
    [
        f"{'<testsuite>' * 3_000}<testcase name='b'/>{'</testsuite>' * 3_000}",
        f"<testsuite failures='{'9' * 5_000}'><testcase name='b'/></testsuite>",
    ],
    ids=["suites in each other without end", "a number without end"],
)
def test_one_that_is_written_to_break_whoever_reads_it_counts_as_broken_off(hostile: str) -> None:
    assert failures(hostile) is None


def test_reports_of_which_not_all_could_be_listed_prove_nothing() -> None:
    workspace = Listing({"out/a.xml": WHOLE})

    ran = run_reporting(workspace, SHOP, ("make", "test"))

    assert ran.reports == (WHOLE, "")
    assert Failures.of(ran) is None


class Listing(MemoryWorkspace):
    """Lists a report, and has to leave out others."""

    def run(self, command: Sequence[str], *, seconds: float = 120.0, most: int = 0) -> Ran:  # noqa: ARG002 as the port has it
        return Ran(exit_code=1, output="out/a.xml\n", cut=command[0] == "find")
