"""What failed in a run of mocha 12, ava 7 or node 20 and 24, by logs as they wrote them (stack traces shortened)."""

# ruff: noqa: RUF001 the marks are those of the runners
from __future__ import annotations

from collections import Counter

import pytest

from agents.exchange import Ran
from agents.suites.suite import Failures, counted

MOCHA = """


  1) alone
  cart
    ✔ is there
    2) is dearer
    nested (deep)
      3) is fair
      - later
    hooked
      4) "before all" hook for "never runs"

  b
  1) fake:
    ✔ ok


  2 passing (144ms)
  1 pending
  4 failing

  1) alone:
     TypeError: x is not a function
      at Context.<anonymous> (mo/a.test.js:6:24)

  2) cart
       is dearer:

      AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

1 !== 2

      + expected - actual

      -1
      +2
      
      at Context.<anonymous> (mo/a.test.js:2:88)

  3) cart
       nested (deep)
         is fair:
     Error: no
      at Context.<anonymous> (mo/a.test.js:3:57)

  4) cart
       hooked
         "before all" hook for "never runs":
     Error: hook broke
      at Context.<anonymous> (mo/a.test.js:4:44)

"""  # noqa: W293 as it was written
MOCHA_NAMES = Counter(
    [
        "alone",
        "cart > is dearer",
        "cart > nested (deep) > is fair",
        'cart > hooked > "before all" hook for "never runs"',
    ]
)
AVA = """
  ✔ b › ok b
  ✘ [fail]: b › is dearer Test failed via `t.fail()`
  - [skip] a › later
  ✔ a › is there
  ✘ [fail]: a › is dearer
  ✔ [expected fail] a › known

  Uncaught exception in av/c.test.mjs

  SyntaxError: Unexpected identifier 'error'

  ✘ av/c.test.mjs exited with a non-zero exit code: 1
  ─

  b › is dearer

  Test failed via `t.fail()`

  ─

  2 tests failed
  1 known failure
  1 test skipped
  1 uncaught exception
"""
NODE = """\
▶ cart
  ✔ is there (5.009412ms)
  ✖ is dearer (0.991459ms)
  ▶ nested (deep)
    ✖ is fair # hash (0.182222ms)
    ﹣ later (0.141902ms) # SKIP
    ✔ some day (0.091726ms) # TODO
  ✖ nested (deep) (2.279049ms)
  ▶ hooked
    ✖ never runs
  ✖ hooked (0.154811ms)
✖ cart (12.894997ms)
✔ ok b (1.705013ms)
✖ nt/c.test.js (38.823625ms)
ℹ tests 7
ℹ suites 3
ℹ pass 2
ℹ fail 3
ℹ cancelled 1
ℹ skipped 1
ℹ todo 1
ℹ duration_ms 280.570784

✖ failing tests:

test at nt/a.test.js:2:46
✖ is dearer (0.991459ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

test at nt/c.test.js:1:1
✖ nt/c.test.js (38.823625ms)
  'test failed'
"""
NODE_NAMES = Counter(
    ["cart > is dearer", "cart > nested (deep) > is fair # hash", "cart > nested (deep)", "cart > hooked > never runs",
     "cart > hooked", "cart", "nt/c.test.js"]
)  # fmt: skip


def failures(log: str, code: int = 1, cut: bool = False) -> Failures | None:
    return Failures.of(Ran(exit_code=code, output=log, cut=cut))


@pytest.mark.parametrize("code", [1, 4])
def test_mocha_names_what_failed_by_all_its_suites_and_ends_with_their_number(code: int) -> None:
    assert failures(MOCHA, code) == Failures(MOCHA_NAMES, passed=2)


def test_mocha_in_two_packages_is_read_as_one() -> None:
    assert failures(MOCHA + MOCHA) == Failures(MOCHA_NAMES + MOCHA_NAMES, passed=4)


def test_a_log_of_mocha_that_names_fewer_than_it_counts_tells_nothing() -> None:
    assert failures(MOCHA.replace("4 failing", "5 failing")) is None
    assert failures(MOCHA, code=7) is None


def test_ava_names_what_failed_and_the_files_that_could_not_be_run() -> None:
    names = ["b › is dearer Test failed via `t.fail()`", "a › is dearer", "Uncaught exception in av/c.test.mjs"]

    assert failures(AVA) == Failures(Counter(names), passed=3)


def test_an_ava_that_ran_out_of_time_tells_nothing() -> None:
    assert failures(AVA.replace("  ─\n", "  ✘ Timed out while running tests\n", 1)) is None


def test_node_names_what_failed_once_with_its_suites() -> None:
    assert failures(NODE) == Failures(NODE_NAMES, passed=2)


def test_a_log_of_node_that_lost_its_middle_tells_nothing() -> None:
    assert failures(NODE, cut=True) is None
    assert failures(NODE.replace("fail 3", "fail 9")) is None


@pytest.mark.parametrize(
    "log",
    [
        "  0 passing (1ms)\n",
        "✔ nt/b.test.js (109.7ms)\nℹ tests 1\nℹ pass 1\nℹ fail 0\n",
        "▶ cart\n  ﹣ is there (0.6ms) # test name does not match pattern\n✔ cart (1ms)\nℹ tests 1\nℹ pass 0\n",
        "TAP version 13\nok 1 - nt/b.test.js\n1..1\n",
    ],
)
def test_a_run_in_which_no_test_was_named_so_passed_none(log: str) -> None:
    told = counted(Ran(exit_code=0, output=log))

    assert told is not None
    assert told.passed == 0
