"""The command that runs some tests is the suite's, without what the suite's command names itself."""

from __future__ import annotations

import pytest

from agents.suites.naming import running, running_again, saying_all, stops_early

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
    ],
)
def test_what_the_command_names_itself_is_left_out_where_tests_are_named(suite: str, some: str) -> None:
    assert running(suite.split(), ONE) == (*some.split(), *ONE)
    assert running(suite.split(), ()) == tuple(suite.split())


@pytest.mark.parametrize("command", ["python manage.py test", "python -m unittest -v", "manage.py test shop"])
def test_unittest_and_django_are_given_modules_however_the_tests_are_called(command: str) -> None:
    tests = ("shop/tests/test_a.py::A::test_b", "./shop/test_c.py", "shop.test_d.D.test_e", "shop/tests")
    named = ("shop.tests.test_a.A.test_b", "shop.test_c", "shop.test_d.D.test_e", "shop/tests")
    assert running(command.split(), tests) == (*command.split(), *named)


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


@pytest.mark.parametrize(
    ("command", "tests", "ran"),
    [
        ("npx mocha", ["cart > is (nearly) empty", "b"],
         ["npx", "mocha", "-g", r"^(?:cart is \(nearly\) empty|b)(?: |$)"]),
        ("mocha spec", ["test/a.js > cart > b"], ["mocha", "spec", "-g", "^(?:cart b)(?: |$)"]),
        ("mocha", ['cart > "before all" hook for "b"'], ["mocha", "-g", "^(?:cart)(?: |$)"]),
        ("mocha", ["test/a.js"], ["mocha", "test/a.js"]),
        ("npx ava", ["test/a.mjs > cart › b"], ["npx", "ava", "--match", "cart › b"]),  # noqa: RUF001 ava's mark
        ("node --test t", ["a.test.js > cart > b."], ["node", "--test", r"--test-name-pattern=^(?:b\.)$", "t"]),
        ("node --test", ["t/a.test.js"], ["node", "--test", "t/a.test.js"]),
        ("go test ./...", ["example.com/x/cart.TestA/b", "TestC"],
         ["go", "test", "./...", "-run", "^(?:TestA|TestC)$"]),
        ("/opt/go/bin/go test ./...", ["whatever"], ["/opt/go/bin/go", "test", "./...", "whatever"]),
        ("cargo test --no-fail-fast", ["tests::a", "tests/it.rs::b"],
         ["cargo", "test", "--no-fail-fast", "--", "--exact", "tests::a", "b"]),
        ("cargo test -- --test-threads=1", ["a"], ["cargo", "test", "--", "--exact", "a", "--test-threads=1"]),
    ],
)  # fmt: skip
def test_each_runner_is_told_the_names_in_its_own_way(command: str, tests: list[str], ran: list[str]) -> None:
    assert list(running(command.split(), tests)) == ran


def test_a_runner_that_takes_no_names_of_its_log_runs_all_again() -> None:
    assert running_again(("npm", "test"), ["cart > b"]) == ("npm", "test")
    assert running_again(("mocha",), ["cart > b"]) == ("mocha", "-g", "^(?:cart b)(?: |$)")


def test_a_command_that_ends_with_the_first_failure_is_known() -> None:
    for word in ("--bail", "--bail=1", "-failfast", "--fail-fast", "--failfast"):
        assert stops_early(("runner", word))
    for word in ("--bail=0", "--no-fail-fast", "bail"):
        assert not stops_early(("runner", word))


def test_pytest_is_asked_to_name_all_that_fails_and_its_own_command_has_the_last_word() -> None:
    asked = ("-rfE", "--maxfail=0", "--verbosity=0")
    assert saying_all(("coverage", "run", "-m", "pytest", "-x", "tests")) == (
        "coverage", "run", "-m", "pytest", *asked, "-x", "tests",
    )  # fmt: skip
    for command in (
        ("make", "test"),
        ("make", "pytest"),
        ("tox", "-e", "pytest"),
        ("env", "-C", "a", "nox", "-s", "pytest"),
    ):
        assert saying_all(command) == command


@pytest.mark.parametrize("begin", ["env -C backend", "env --chdir=backend", "env --chdir backend/", "env -C backend/"])
def test_a_command_that_runs_in_a_folder_is_given_tests_as_they_are_called_there(begin: str) -> None:
    command = f"{begin} python -m pytest -q".split()
    tests = ("backend/tests/test_a.py::test_b", "tests/test_c.py", "./backend/test_d.py")
    assert running(command, tests) == (*command, "tests/test_a.py::test_b", "tests/test_c.py", "test_d.py")
    vitest = f"{begin} npx --no-install vitest run".split()
    assert running(vitest, ("backend/a.test.ts",)) == (*vitest, "a.test.ts")
    assert running(["env", "CI=1", "pytest"], ("CI=1/a.py",)) == ("env", "CI=1", "pytest", "CI=1/a.py")
