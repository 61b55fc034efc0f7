"""What failed in a run of vitest 2.1 or jest 29, by logs as they wrote them (with stack traces left out)."""

# ruff: noqa: RUF001 the marks are those of the runners
from __future__ import annotations

from collections import Counter

import pytest

from agents.exchange import Ran
from agents.suites.suite import Failures

VITEST = """
 RUN  v2.1.9 /workspace

 ❯ test/bad.test.js (4 tests | 2 failed | 1 skipped) 9ms
   × sharing > is fair 7ms
     → expected 1 to be 2 // Object.is equality
   × alone 1ms
     → no
 ✓ test/price.test.js (1 test) 3ms

⎯⎯⎯⎯⎯⎯⎯ Failed Tests 2 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  test/bad.test.js > sharing > is fair
AssertionError: expected 1 to be 2 // Object.is equality

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/2]⎯

 FAIL  test/bad.test.js > alone
Error: no

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[2/2]⎯

 Test Files  1 failed | 1 passed (2)
      Tests  2 failed | 2 passed | 1 skipped (5)
   Start at  00:15:07
   Duration  2.49s (transform 295ms, setup 0ms, collect 103ms, tests 12ms, environment 0ms, prepare 557ms)
"""
UNRUN = """⎯⎯⎯⎯⎯⎯ Failed Suites 1 ⎯⎯⎯⎯⎯⎯

 FAIL  test/c.test.js [ test/c.test.js ]
Error: Failed to parse source for import analysis because the content contains invalid JS syntax.

⎯⎯⎯⎯⎯⎯⎯ Failed Tests 2 ⎯⎯⎯⎯⎯⎯⎯
"""
JEST = """\
FAIL test/a.test.js
  ● Console

    console.log
      shared

  ● sharing › is fair

    expect(received).toBe(expected) // Object.is equality

  ● alone

    no

PASS test/b.test.js
FAIL test/c.test.js
  ● Test suite failed to run

    SyntaxError: /workspace/test/c.test.js: Unexpected token, expected "," (2:0)

Test Suites: 2 failed, 1 passed, 3 total
Tests:       2 failed, 1 skipped, 2 passed, 5 total
Snapshots:   0 total
Time:        2.547 s
Ran all test suites.
"""
AGAIN = "Summary of all failing tests\nFAIL test/a.test.js\n  ● sharing › is fair\n\nTest Suites: 2 failed"


def failures(log: str) -> Failures | None:
    return Failures.of(Ran(exit_code=1, output=log, seconds=2.0))


def test_vitest_names_what_failed() -> None:
    assert failures(VITEST) == Failures(
        Counter(["test/bad.test.js > sharing > is fair", "test/bad.test.js > alone"]), passed=2
    )


def test_a_file_that_vitest_cannot_run_has_failed_too() -> None:
    told = failures(VITEST.replace("⎯⎯⎯⎯⎯⎯⎯ Failed Tests 2 ⎯⎯⎯⎯⎯⎯⎯\n", UNRUN))

    assert told is not None
    assert max(told.tests) == "test/c.test.js [ test/c.test.js ]"


@pytest.mark.parametrize("log", [JEST, JEST.replace("Test Suites: 2 failed", AGAIN)])
def test_jest_names_what_failed_and_what_could_not_be_run_however_often_it_says_so(log: str) -> None:
    assert failures(log) == Failures(
        Counter(
            [
                "test/a.test.js > sharing › is fair",
                "test/a.test.js > alone",
                "test/c.test.js > Test suite failed to run",
            ]
        ),
        passed=2,
    )


def test_a_vitest_with_errors_of_no_test_tells_nothing() -> None:
    assert failures(VITEST.replace("   Start at", "     Errors  1 error\n   Start at")) is None


@pytest.mark.parametrize("log", [VITEST, JEST])
def test_a_log_that_does_not_name_all_that_failed_tells_nothing(log: str) -> None:
    assert failures(log.replace("2 failed", "3 failed")) is None
