"""A small shop whose average of nothing fails, and the proof of a fix of it: real git, real pytest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from agents.proof.proving import prove_patch
from agents.terms import Repository
from storage.judgments import Proof
from storage.submissions import FixSubmission
from tests.fake_workspaces import FakeWorkspaces

PRICES = "def average(prices):\n    return sum(prices) / len(prices)\n"
FIXED = "def average(prices):\n    return sum(prices) / len(prices) if prices else 0\n"
TESTS = "from shop.prices import average\n\n\ndef test_average():\n    assert average([1, 3]) == 2\n"
NEW_TEST = "\n\ndef test_average_of_nothing():\n    assert average([]) == 0\n"
QUICK = {"PYTHONPATH": ".", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
REPOSITORY = Repository(name="acme/shop", test_environment=QUICK)
SUBMISSION = FixSubmission(
    title="Give 0 as the average of nothing",
    summary="The empty list is handled.",
    test_files=("tests/test_prices.py",),
    test_ids=("tests/test_prices.py::test_average_of_nothing",),
    expected_failure="ZeroDivisionError: division by zero",
    risk="None known.",
    undo="Revert the commit.",
)


def proven(
    origin: Path,
    files: Mapping[str, str],
    *,
    repository: Repository = REPOSITORY,
    planned: Sequence[str] = (),
    **changes: object,
) -> Proof:
    workspaces = FakeWorkspaces(origin)
    sha = workspaces.head(REPOSITORY)
    workspace = workspaces.open(REPOSITORY, sha)
    for path, text in files.items():
        workspace.write(path, text)
    patch = workspace.patch()
    workspace.close()
    submission = SUBMISSION.model_copy(update=changes)
    proof = prove_patch(workspaces, repository, sha, patch, submission, planned=planned)
    assert all(opened.closed for opened in workspaces.opened)
    assert proof.holds == (not proof.why_not)
    return proof
