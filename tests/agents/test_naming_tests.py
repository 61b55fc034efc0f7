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
