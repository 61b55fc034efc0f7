"""Which paths a policy means by a glob, and which are tests."""

from __future__ import annotations

import pytest

from agents.patches.guards import is_test
from agents.patches.paths import matches


@pytest.mark.parametrize(
    ("path", "glob", "expected"),
    [
        (".github/workflows/a/b.yml", ".github/**", True),
        ("x.github/a", ".github/**", False),
        ("CODEOWNERS", "**/CODEOWNERS", True),
        ("a/b/CODEOWNERS", "**/CODEOWNERS", True),
        ("src/a.py", "src/*.py", True),
        ("src/b/a.py", "src/*.py", False),
        ("src/b/c/a.py", "src/**/*.py", True),
        ("src/a.py", "src/**/*.py", True),
        ("a+b.py", "a+?.py", True),
    ],
)
def test_globs_mean_what_policies_mean_by_them(path: str, glob: str, expected: bool) -> None:
    assert matches(path, (glob,)) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/test_a.py", True),
        ("src/pkg/tests/data/x.json", True),
        ("web/a.test.ts", True),
        ("pkg/a_test.go", True),
        ("conftest.py", True),
        ("blog/tests.py", True),
        ("src/cart/tests.rs", True),
        ("src/cart_tests.rs", True),
        ("tests-unit/cart-test.js", True),
        ("Shop.Tests/CartTests.cs", True),
        ("Sources/CartTests.swift", True),
        ("Bundle/Tests/Cart.php", True),
        ("src/Contest.java", False),
        ("src/latests.py", False),
        ("src/latest.py", False),
        ("src/contest.py", False),
        ("src/attest/a.py", False),
    ],
)
def test_tests_are_known_by_their_paths(path: str, expected: bool) -> None:
    assert is_test(path) is expected
