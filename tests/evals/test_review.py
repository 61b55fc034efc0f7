"""The evaluation of reviews: its problems are what they claim to be, and what a model says of them is counted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from agents.errors import BadSettings
from agents.exchange import Usage
from agents.stages.review import AboutReview
from evals import review
from evals.engines import Variation
from evals.kept_judgments import Reply
from evals.review_cases import (
    Change,
    Flawed,
    Problem,
    patch_of,
    problems_of,
    proven_of,
    subject_of,
)
from evals.runs import Engine
from storage.judgments import Stage
from storage.reviews import Angle, Objection, Review

FOLDER = Path(review.__file__).parent / "reviews"
PROBLEMS = problems_of(FOLDER)
KINDS = ("good", "flawed")
_QUIETLY = ("-q", "-rA", "--tb=no", "-p", "no:cacheprovider", "-c", os.devnull)


def change(problem: Problem, kind: str) -> Change:
    found = problem.good if kind == "good" else problem.flawed
    assert found is not None
    return found


# ── what the problems claim ─────────────────────────────────────────────────────────────────────────────────────────


def run_all(top: Path, trees: Mapping[str, Mapping[str, str]]) -> dict[str, set[str]]:
    """Run the tests of all trees in one process; what passed and what failed, as `tree outcome`."""
    for name, files in trees.items():
        for path, text in files.items():
            (top / name / path).parent.mkdir(parents=True, exist_ok=True)
            (top / name / path).write_text(text, encoding="utf-8")
    (top / "conftest.py").write_text("")
    there = os.pathsep.join(str(top / name) for name in trees)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *_QUIETLY, "--rootdir", str(top), str(top)],
        cwd=top,
        env={**os.environ, "PYTHONPATH": there, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    outcomes: dict[str, set[str]] = {name: set() for name in trees}
    for line in ran.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word in {"PASSED", "FAILED", "ERROR"}:
            outcomes[rest.partition("/")[0]].add(word)
    return outcomes


@pytest.mark.parametrize("kind", KINDS)
def test_the_new_tests_of_every_change_fail_before_it_and_pass_with_it(kind: str, tmp_path: Path) -> None:
    before, after = {}, {}
    for name, problem in PROBLEMS.items():
        new = change(problem, kind).files
        tests = {path: text for path, text in new.items() if path.startswith("tests/")}
        before[name], after[name] = {**problem.base, **tests}, {**problem.base, **new}

    assert run_all(tmp_path / "after", after) == {name: {"PASSED"} for name in PROBLEMS}
    assert all("FAILED" in told and "ERROR" not in told for told in run_all(tmp_path / "before", before).values())


@pytest.mark.parametrize("name", sorted(PROBLEMS))
def test_what_research_quotes_and_where_the_flaw_is_are_there(name: str) -> None:
    problem = PROBLEMS[name]
    for finding in problem.research.findings:
        assert finding.quote in problem.base[finding.where].splitlines()[finding.line - 1]
    flawed = change(problem, "flawed")
    assert isinstance(flawed, Flawed)
    assert flawed.where in {*flawed.files, *problem.plan.files}


@pytest.mark.parametrize("kind", KINDS)
def test_a_patch_is_one_that_git_applies(kind: str, tmp_path: Path) -> None:
    problem = PROBLEMS["paging"]
    for path, text in problem.base.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    new = {**change(problem, kind).files, "admin/new.py": "LATER = 1\n"}

    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch_of(problem.base, new), text=True, check=True)

    assert {path: (tmp_path / path).read_text(encoding="utf-8") for path in new} == new


# ── what is counted ─────────────────────────────────────────────────────────────────────────────────────────────────


def answers(folder: Path, objections: Mapping[str, tuple[Objection, ...]]) -> Variation:
    """Replies to every change, kept; by name and kind those that object."""
    lines = []
    for name, problem in PROBLEMS.items():
        for kind in KINDS:
            held = objections.get(f"{name} {kind}", ())
            reply = Review(objections=held, reason="Read.").model_dump_json()
            subject = subject_of(name, change(problem, kind))
            one = Reply(stage=Stage.REVIEW, subject=subject, model="claude-x", calls=(Usage(usd=0.02),), reply=reply)
            lines.append(one.model_dump_json())
    folder.mkdir(exist_ok=True)
    (folder / "review.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Variation(replies=folder)


def objection(where: str, *, blocks: bool = True, angle: Angle = Angle.LOGIC) -> Objection:
    return Objection(angle=angle, where=where, why="It is wrong.", blocks=blocks)


def test_what_is_sent_back_is_counted_and_where(tmp_path: Path) -> None:
    given = answers(
        tmp_path / "kept",
        {
            "clock flawed": (objection("player/clock.py"),),
            "hooks flawed": (objection("tests/test_signing.py", angle=Angle.SAFETY),),  # the wrong file
            "days flawed": (objection("sales/daily.py", blocks=False),),  # seen, and let through
            "rights good": (objection("projects/rights.py"),),
            "signin good": (objection("site_/signin.py", blocks=False),),
            "ledger good": (objection("elsewhere.py"),),  # no valid answer
        },
    )

    first, flaws = review.evaluate(FOLDER, Engine.KEPT, 1, given)

    told = first.figures
    assert (told["flawed"], told["flawed sent back"], told["of them for the flawed file"]) == (12, 2, 1)
    assert (told["good"], told["good sent back"], told["remarks on good ones"]) == (12, 1, 1)
    assert told["without a valid answer"] == 1
    assert told["calls a review"] == 1
    assert told["usd a review"] == pytest.approx(0.02)
    assert sorted(flaws.figures.values()).count("let through") == 10


def test_the_replies_that_were_played_by_hand_give_the_figures_of_the_docs_again() -> None:
    first, _ = review.evaluate(FOLDER, Engine.KEPT, 1, Variation(replies=FOLDER.parent / "played"))

    told = first.figures
    assert (told["flawed sent back"], told["good sent back"], told["remarks on good ones"]) == (12, 0, 2)
    assert told["without a valid answer"] == 0


def test_no_two_changes_go_by_the_same_name() -> None:
    every = [subject_of(name, change(problem, kind)) for name, problem in PROBLEMS.items() for kind in KINDS]

    assert len(set(every)) == 2 * len(PROBLEMS)


def test_nothing_shown_tells_a_good_change_from_a_flawed_one() -> None:
    for name, problem in PROBLEMS.items():
        for kind in KINDS:
            one = change(problem, kind)
            shown = AboutReview(subject=subject_of(name, one), fix=proven_of(subject_of(name, one), problem, one))
            text = " ".join(shown.variables().values()) + shown.subject
            assert "flaw" not in text
            assert "good" not in shown.subject


def test_without_a_model_and_without_problems_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="--engine claude"):
        review.evaluate(FOLDER, Engine.OFFLINE, 1)
    with pytest.raises(BadSettings, match=r"evals/reviews"):
        problems_of(tmp_path)
    (tmp_path / "x.toml").write_text("title = 1")
    with pytest.raises(BadSettings, match=r"x\.toml"):
        problems_of(tmp_path)
