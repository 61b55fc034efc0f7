"""What failed, by logs in TAP as node 20, ava 7, tape and mocha wrote them."""

from __future__ import annotations

from collections import Counter

import pytest

from agents.exchange import Ran
from agents.suites.suite import Failures

NODE = """\
TAP version 13
# Subtest: cart
    # Subtest: is there
    ok 1 - is there
      ---
      duration_ms: 0.648737
      ...
    # Subtest: is dearer
    not ok 2 - is dearer
      ---
      error: |-
        Expected values to be strictly equal:
        not ok 7 - fake
      code: 'ERR_ASSERTION'
      ...
    # Subtest: nested
        # Subtest: is fair
        not ok 1 - is fair
          ---
          error: 'no'
          ...
        # Subtest: later
        ok 2 - later # SKIP
          ---
          duration_ms: 0.071316
          ...
        1..2
    not ok 3 - nested
      ---
      type: 'suite'
      ...
    1..3
not ok 1 - cart
  ---
  type: 'suite'
  ...
# not ok 7 - fake
ok 2 - ok b
not ok 3 - some day # TODO
1..3
# tests 6
# pass 2
# fail 2
"""
NODE_NAMES = Counter(["cart > is dearer", "cart > nested > is fair", "cart > nested", "cart"])
AVA = "TAP version 13\nok 1 - a › is there\nnot ok 2 - a › is dearer\n  ---\n    message: ''\n  ...\n\n1..2\n# fail 1\n"  # noqa: RUF001 ava's mark
TAPE = (
    "TAP version 13\n# cart\nok 1 is there\nnot ok 2 is dearer\n  ---\n    operator: equal\n  ...\n\n1..2\n# fail  1\n"
)


def failures(log: str) -> Failures | None:
    return Failures.of(Ran(exit_code=1, output=log))


def test_subtests_are_named_with_what_they_stand_in_and_diagnostics_are_not_read() -> None:
    assert failures(NODE) == Failures(NODE_NAMES, passed=2)


@pytest.mark.parametrize(("log", "name"), [(AVA, "a › is dearer"), (TAPE, "is dearer")])  # noqa: RUF001 ava's mark
def test_what_others_write_is_read_too(log: str, name: str) -> None:
    assert failures(log) == Failures(Counter([name]), passed=1)


@pytest.mark.parametrize(
    "log", [TAPE.replace("1..2", "1..3"), TAPE + "\nBail out! no database\n", TAPE.replace("1..2", ""), "1..2 of all\n"]
)
def test_a_log_that_is_not_whole_tells_nothing(log: str) -> None:
    assert failures(log) is None
