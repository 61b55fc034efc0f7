"""The command that runs some tests is the suite's, without what the suite's command names itself."""

from __future__ import annotations

import pytest

from agents.naming_tests import running

ONE = ("tests/test_a.py::test_b",)


@pytest.mark.parametrize(
    ("suite", "some"),
    [
        ("python -m pytest -q", "python -m pytest -q"),
        ("python -m pytest -q tests", "python -m pytest -q"),
        ("pytest tests/unit src --strict-markers docs", "pytest --strict-markers"),
        ("pytest -n 4 -k slow -m net --ignore tests/net tests", "pytest -n 4 -k slow -m net --ignore tests/net"),
        ("pytest --cov=src --maxfail=3 tests", "pytest --cov=src --maxfail=3"),
        ("/opt/bin/py.test tests", "/opt/bin/py.test"),
        ("python manage.py test shop", "python manage.py test shop"),
    ],
)
def test_what_the_command_names_itself_is_left_out_where_tests_are_named(suite: str, some: str) -> None:
    assert running(suite.split(), ONE) == (*some.split(), *ONE)
    assert running(suite.split(), ()) == tuple(suite.split())


@pytest.mark.parametrize(
    ("tests", "handed_on"),
    [
        (
            ["test/a.test.ts > cart > is (nearly) empty"],
            ["test/a.test.ts", "-t", r"^(?:cart is \(nearly\) empty)(?: |$)"],
        ),
        (["|@acme/web| test/a.test.ts > b"], ["test/a.test.ts", "-t", "^(?:b)(?: |$)"]),
        (["a.spec.tsx > b", "a.spec.tsx > c › d"], ["a.spec.tsx", "-t", "^(?:b|c d)(?: |$)"]),  # noqa: RUF001 jest's mark
        (["test/a.test.js::b"], ["test/a.test.js", "-t", "^(?:b)(?: |$)"]),
        (["test/a.test.ts > b", "test/c.test.ts"], ["test/a.test.ts", "test/c.test.ts"]),
        (["|web| test/a.test.ts [ web/test/a.test.ts ]"], ["web/test/a.test.ts"]),
        (["test/a.test.js > Test suite failed to run"], ["test/a.test.js"]),
        (["test/a.test.js", "whatever"], ["test/a.test.js", "whatever"]),
    ],
)
def test_vitest_and_jest_are_given_the_files_and_a_pattern_of_the_names(tests: list[str], handed_on: list[str]) -> None:
    for command in (("npx", "vitest", "run"), ("node", "node_modules/jest/bin/jest.js")):
        assert running(command, tests) == (*command, *handed_on)


def test_a_script_that_may_run_anything_is_given_files_alone() -> None:
    assert running(("npm", "test"), ["test/a.test.ts > b", "test/a.test.ts > c"]) == ("npm", "test", "test/a.test.ts")
