"""What failed in a run of `go test` (1.19) or `cargo test` (1.95), by logs as they wrote them, shortened."""

from __future__ import annotations

from collections import Counter

import pytest

from agents.exchange import Ran
from agents.suites.suite import Failures, counted

GO = """\
FAIL\texample.com/shop/broken [build failed]
--- FAIL: TestDearer (0.00s)
    cart_test.go:4: got 1
--- FAIL: TestDeep (0.00s)
    --- FAIL: TestDeep/is_fair (0.00s)
        cart_test.go:5: no
FAIL
FAIL\texample.com/shop/cart\t0.006s
?   \texample.com/shop/none\t[no test files]
ok  \texample.com/shop/ok\t0.003s
FAIL
"""
CARGO = """\
     Running unittests src/lib.rs (target/debug/deps/cart-cc34d4ae7363b857)

running 3 tests
test tests::is_dearer ... FAILED
test tests::is_there ... ok
test tests::panics - should panic ... FAILED

failures:

---- tests::is_dearer stdout ----

thread 'tests::is_dearer' (31457) panicked at src/lib.rs:3:98:
assertion `left == right` failed
  left: 1
 right: 2

---- tests::panics stdout ----
note: test did not panic as expected at src/lib.rs:3:230

failures:
    tests::is_dearer
    tests::panics

test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.11s

error: test failed, to rerun pass `--lib`
   Doc-tests cart

running 0 tests

test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: 1 target failed:
    `--lib`
"""


def failures(log: str, code: int) -> Failures | None:
    return Failures.of(Ran(exit_code=code, output=log))


@pytest.mark.parametrize("code", [1, 2])
def test_go_names_tests_by_their_package_and_packages_that_cannot_be_built(code: int) -> None:
    cart = "example.com/shop/cart"
    names = ["example.com/shop/broken", f"{cart}.TestDearer", f"{cart}.TestDeep", f"{cart}.TestDeep/is_fair"]

    assert failures(GO, code) == Failures(Counter(names), passed=1)


def test_what_passes_in_go_is_counted_by_tests_where_they_are_told() -> None:
    told = counted(Ran(exit_code=1, output="--- PASS: TestA (0.00s)\n    --- PASS: TestB/c (0.00s)\n" + GO))

    assert told is not None
    assert told.passed == 2


def test_a_package_of_go_that_panics_runs_no_further_test_and_tells_nothing() -> None:
    assert failures(GO.replace("FAIL\nFAIL\t", "panic: assignment to entry in nil map\nFAIL\t"), 1) is None


def test_cargo_names_what_failed() -> None:
    assert failures(CARGO, 101) == Failures(Counter(["tests::is_dearer", "tests::panics"]), passed=1)


def test_a_cargo_that_stopped_at_the_first_failing_target_tells_nothing() -> None:
    assert failures(CARGO.partition("   Doc-tests")[0], 101) is None


@pytest.mark.parametrize(
    "log",
    [
        "ok  \texample.com/shop/ok\t0.003s [no tests to run]\n",
        "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 5 filtered out; finished in 0.00s\n",
    ],
)
def test_a_run_in_which_no_test_was_named_so_passed_none(log: str) -> None:
    told = counted(Ran(exit_code=0, output=log))

    assert told is not None
    assert told.passed == 0
