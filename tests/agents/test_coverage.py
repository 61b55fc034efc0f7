"""A run that ends badly only since too little was covered is no failure of any test."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.exchange import Ran
from agents.proof.logs import log_of
from agents.suites.suite import is_green, is_red, lacks_coverage_alone
from tests.agents.test_suite import fixed, origin_of
from tests.fake_workspaces import add_commit

PYTEST = """\
.                                                                        [100%]
---------- coverage: platform linux, python 3.11.7-final-0 -----------
TOTAL                  6      3    50%

FAIL Required test coverage of 90% not reached. Total coverage: 50.00%
1 passed in 0.03s
"""
LATER_PYTEST = """\
.
ERROR: Coverage failure: total of 50 is less than fail-under=90
                                                                         [100%]
TOTAL                  6      3    50%
1 passed in 0.02s
"""
JEST = """\
PASS ./a.test.js
All files |      50 |        0 |      50 |      50 |
Jest: "./a.js" coverage threshold for lines (99%) not met: 50%
Test Suites: 1 passed, 1 total
Tests:       1 passed, 1 total
"""
VITEST = """\
 ✓ a.test.js (1 test) 2ms

 Test Files  1 passed (1)
      Tests  1 passed (1)

ERROR: Coverage for lines (66.66%) does not meet global threshold (95%)
ERROR: Coverage for lines (66.66%) does not meet "a.js" threshold (99%)
"""
NYC = """\

  ✔ b is three

  1 passing (2ms)

ERROR: Coverage for lines (50%) does not meet global threshold (100%)
"""


@pytest.mark.parametrize("log", [PYTEST, LATER_PYTEST, JEST, VITEST, NYC])
def test_tests_that_passed_are_green_though_they_cover_too_little(log: str) -> None:
    ran = Ran(exit_code=1, output=log)
    assert (is_red(ran), is_green(ran)) == (False, True)
    assert log_of(("run",), ran).endswith(
        "every test passed, and only coverage is too low, which counts for nothing here]"
    )


def test_a_report_of_coverage_after_the_tests_is_one_too() -> None:
    log = "3 passed in 0.02s\nTOTAL    6    3    50%\nCoverage failure: total of 50 is less than fail-under=90\n"
    assert is_green(Ran(exit_code=2, output=log))
    assert is_red(Ran(exit_code=2, output=log.replace("3 passed", "!!!! Interrupted: 1 error !!!!\n3 passed")))


@pytest.mark.parametrize(
    ("code", "log"),
    [
        (1, PYTEST.replace("1 passed", "1 failed, 1 passed")),
        (1, PYTEST.replace("1 passed", "2 skipped")),
        (1, PYTEST.replace("FAIL Required", "Required")),
        (1, PYTEST.replace("1 passed in", "!!!! Interrupted: 1 error !!!!\n1 passed in")),
        (1, JEST.replace("1 passed, 1 total", "1 failed, 1 passed, 2 total")),
        (1, VITEST.replace(" Test Files", "     Errors  1 error\n Test Files")),
        (1, "FAIL Required test coverage of 90% not reached. Total coverage: 50.00%\n"),
        (3, PYTEST),
        (124, PYTEST),
    ],
)
def test_whatever_else_went_wrong_is_red(code: int, log: str) -> None:
    ran = Ran(exit_code=code, output=log)
    assert is_red(ran)
    assert not lacks_coverage_alone(ran)
    assert "coverage is too low" not in log_of(("run",), ran)


_AS_PYTEST_COV = """
ran = []


def pytest_runtest_call(item):
    ran.append(item)


def pytest_sessionfinish(session):
    if len(ran) < {least}:
        session.exitstatus = session.exitstatus or 1


def pytest_terminal_summary(terminalreporter):
    if len(ran) < {least}:
        terminalreporter.write_line("FAIL Required test coverage of 90% not reached. Total coverage: 50.00%")
"""


@pytest.mark.parametrize("least", [3, 99])
def test_a_fix_is_proven_where_its_test_alone_or_even_the_suite_covers_too_little(tmp_path: Path, least: int) -> None:
    origin = origin_of(tmp_path, "test_one", "def test_one():\n    assert True\n")
    add_commit(origin, {"conftest.py": _AS_PYTEST_COV.format(least=least)})

    proof = fixed(origin)

    assert proof.holds, proof.why_not
    assert "[exit code 1 after" in proof.after_log
