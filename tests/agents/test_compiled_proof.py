"""A test that does not compile without the change shows no problem, whatever it is said to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.terms import Repository
from tests.agents.proving import proven
from tests.fake_workspaces import make_repository

GO = """\
# example.com/shop [example.com/shop.test]
./zz_test.go:3:40: undefined: NoSuch
FAIL\texample.com/shop [build failed]
ok  \texample.com/shop/english\t0.003s [no tests to run]
FAIL
"""
CARGO = """\
error[E0425]: cannot find function `nosuch` in this scope
   --> src/lib.rs:251:22
error: could not compile `shlex` (lib test) due to 1 previous error
"""


@pytest.mark.parametrize(
    ("log", "test", "expected"),
    [
        (GO, "TestNew", "undefined: NoSuch"),
        (GO.replace("build", "setup"), "TestNew", "undefined: NoSuch"),
        (CARGO, "tests::new", "cannot find function `nosuch` in this scope"),
    ],
)
def test_what_does_not_compile_shows_no_problem(tmp_path: Path, log: str, test: str, expected: str) -> None:
    make_repository(tmp_path, {"log": log, "run.py": "import sys; print(open('log').read()); sys.exit(1)"})
    told = {"test_ids": (test,), "test_files": ("zz_test.go",), "expected_failure": expected}

    proof = proven(
        tmp_path,
        {"zz_test.go": "x", "log": "ok"},
        repository=Repository(name="acme/shop", test_command=("python", "run.py")),
        **told,
    )

    assert "the new tests do not compile" in proof.why_not
    assert expected in proof.before_log
