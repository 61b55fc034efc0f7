"""The proof of a fix by a runner that writes what vitest writes: a script that takes files, and `-t` with a pattern."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.terms import Repository
from storage.judgments import Proof
from tests.agents.proving import proven
from tests.fake_workspaces import make_repository

# A test file holds lines of "name: condition"; the condition knows `price`, and whether the test is run by itself.
VITEST = r"""
import pathlib, re, sys
words = sys.argv[2:]
pattern = words[words.index("-t") + 1] if "-t" in words else ""
files = [w for w in words if w.endswith(".test.ts")]
known = {"price": int(pathlib.Path("price.ts").read_text()), "alone": bool(files)}
failed = passed = skipped = 0
for path in sorted(pathlib.Path("test").glob("*.test.ts")):
    if files and str(path) not in files:
        continue
    for line in path.read_text().splitlines():
        name, condition = line.split(": ")
        if pattern and not re.search(pattern, name.replace(" > ", " ")):
            skipped += 1
        elif eval(condition, known):
            passed += 1
        else:
            failed += 1
            print(f" FAIL  |web| {path} > {name}\nAssertionError: expected {known['price']}\n      1| {line}")
counts = [f"{n} {w}" for n, w in ((failed, "failed"), (passed, "passed"), (skipped, "skipped")) if n]
print(f" Test Files  1 ran (1)\n      Tests  {' | '.join(counts)} ({failed + passed + skipped})")
sys.exit(failed > 0)
"""
OLD = "cart > is there: price > 0\ncart > asks the network: False\n"
NEW = OLD + "cart > is dearer: price == 2\n"
SHOP = Repository(name="acme/web", test_command=("python", "vitest", "run"))
ID = "test/cart.test.ts > cart > is dearer"


def fixed(folder: Path, other: str = "", test_id: str = ID, expected: str = "expected 1") -> Proof:
    files = {"vitest": VITEST, "price.ts": "1", "test/cart.test.ts": OLD, "test/other.test.ts": other}
    make_repository(folder, files)
    changed = {"price.ts": "2", "test/cart.test.ts": NEW}
    terms = {"test_ids": (test_id,), "test_files": ("test/cart.test.ts",), "expected_failure": expected}
    return proven(folder, changed, repository=SHOP, **terms)


def test_a_new_test_is_proven_beside_one_in_its_file_that_fails_anyway(tmp_path: Path) -> None:
    proof = fixed(tmp_path)

    assert proof.holds, proof.why_not
    assert proof.known_failures == ("|web| test/cart.test.ts > cart > asks the network",)


def test_what_fails_in_the_suite_and_passes_in_the_next_is_not_held_against_the_fix(tmp_path: Path) -> None:
    ran = (
        f"__import__('os').path.exists({str(tmp_path / 'ran')!r}) or __import__('os').mkdir({str(tmp_path / 'ran')!r})"
    )

    proof = fixed(tmp_path / "web", other=f"page > is unsteady: alone or price == 1 or {ran}\n")

    assert proof.holds, proof.why_not
    assert proof.unsteady == ("|web| test/other.test.ts > page > is unsteady",)


def test_what_fails_in_every_suite_and_passes_by_itself_is_held_against_the_fix(tmp_path: Path) -> None:
    proof = fixed(tmp_path, other="page > is leaked to: alone or price == 1\n")

    assert "is leaked to fails in the whole suite" in proof.why_not


def test_what_the_change_breaks_is_held_against_it(tmp_path: Path) -> None:
    proof = fixed(tmp_path, other="page > is cheap: price == 1\n")

    assert not proof.holds
    assert "With the change |web| test/other.test.ts > page > is cheap fails in the whole suite" in proof.why_not


@pytest.mark.parametrize(
    ("changes", "why_not"),
    [
        (
            {"test_id": "test/cart.test.ts > cart > is not there"},
            "None of test/cart.test.ts > cart > is not there runs",
        ),
        ({"expected": "price == 2"}, "not with “price == 2”"),
    ],
)
def test_neither_skipped_tests_nor_the_tests_source_show_anything(
    tmp_path: Path, changes: dict[str, str], why_not: str
) -> None:
    assert why_not in fixed(tmp_path, **changes).why_not
