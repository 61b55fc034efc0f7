"""What linters say of a fix, on a real git repository with a linter of its own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from agents.cases import FixCase, SeenSignal
from agents.proof.linting import linted
from agents.suites.suite import lint_said
from agents.terms import Repository
from storage.judgments import Proof, Stage
from tests.agents import fixed
from tests.fake_workspaces import FakeWorkspaces, make_repository
from tests.fakes import ScriptedModel, calls

LINT = "import sys\nlong = [l for l in open('shop.py') if len(l) > 20]\nprint(*long)\nsys.exit(bool(long))\n"
BOUGHT = Proof(test_ids=("t",), failed_before=True, passed_after=True, suite_passed=True, before_log="", after_log="",
               suite_log="1 passed")  # fmt: skip
STRICT = ("python", "lint.py")
ABSENT = ("no-such-linter",)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lint")
    make_repository(folder, {"shop.py": "PRICE = 1\n", "lint.py": LINT})
    return folder


def judged(origin: Path, text: str, *commands: tuple[str, ...], before: str = "") -> Proof:
    if before:
        make_repository(origin, {"shop.py": before, "lint.py": LINT})
    workspaces, repository = FakeWorkspaces(origin), Repository(name="acme/shop", lint_commands=commands)
    sha = workspaces.head(repository)
    workspace = workspaces.open(repository, sha)
    workspace.write("shop.py", text)
    patch = workspace.patch()
    workspace.close()
    proof = linted(workspaces, repository, sha, patch, BOUGHT)
    assert all(opened.closed for opened in workspaces.opened)
    return proof


def test_what_only_the_change_makes_a_linter_object_to_is_refused_with_its_words(origin: Path) -> None:
    proof = judged(origin, "PRICE = 1_000_000_000_000\n", STRICT, ABSENT)

    assert not proof.holds
    assert proof.why_not == "With the change `python lint.py` (exit code 1) objects, and not without it."
    assert proof.suite_log.startswith("1 passed\n\n$ python lint.py\nPRICE = 1_000_000_000_000")


def test_a_change_that_keeps_what_is_demanded_is_said_to_and_a_linter_that_cannot_run_is_left_out(origin: Path) -> None:
    proof = judged(origin, "PRICE = 2\n", STRICT, ABSENT)

    assert proof.holds
    assert lint_said(proof) == "python lint.py has nothing against it"


def test_what_objects_without_the_change_too_says_nothing_of_it(tmp_path: Path) -> None:
    proof = judged(
        tmp_path / "long", "PRICE = 3  # still as long as it was\n", STRICT, before="PRICE = 1  # much too long\n"
    )

    assert proof.holds
    assert lint_said(proof) == ""


def test_where_nothing_is_demanded_nothing_is_run(origin: Path) -> None:
    assert judged(origin, "PRICE = 1_000_000_000_000\n") is BOUGHT


def test_an_agent_whose_change_a_linter_objects_to_hears_that_and_mends_it(tmp_path: Path) -> None:
    make_repository(
        tmp_path, {"shop/__init__.py": "", "shop/prices.py": fixed.PRICES, "tests/test_prices.py": fixed.TESTS}
    )
    workspaces = FakeWorkspaces(tmp_path)
    demanding = fixed.REPOSITORY.model_copy(
        update={"lint_commands": (("sh", "-c", "! grep -n ' if ' shop/prices.py"),)}
    )
    seen = SeenSignal(external_id="C1/17", source="slack", happened_at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    case = FixCase(
        subject="C1/17", report_id=7, title="Empty baskets crash", gist="It crashes.", signals=(seen,),
        repository=demanding, base_sha=workspaces.head(demanding), plan=fixed.PLAN, approved_by="U1",
        research=fixed.RESEARCH,
    )  # fmt: skip
    mend = {"path": "shop/prices.py", "old": "/ len(prices) if prices else 0", "new": "/ max(len(prices), 1)"}
    model = ScriptedModel(
        {Stage.FIX: [fixed.WRITE_TEST, fixed.WRITE_CURE, fixed.SUBMIT, calls(("edit_file", mend)), fixed.SUBMIT]}
    )

    done = fixed.run(case, workspaces, model)

    assert done.may_be_pushed
    assert "objects, and not without it." in fixed.fed_back(model, 4)
    assert "2:    return sum(prices) / len(prices) if prices else 0" in fixed.fed_back(model, 4)
    assert "it is demanded, too, that these end as without it: `sh -c" in str(model.asked[0].messages)
