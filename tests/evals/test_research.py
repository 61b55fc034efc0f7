"""Research on cases whose truth is known: recorded replies, the real stage, the real sandbox, a real history."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agents.errors import BadSettings
from agents.exchange import About, TurnRequest
from agents.redaction.redact import Redactor
from evals.__main__ import cli, main
from evals.checkouts import Checkouts
from evals.located import located, subject_of
from evals.replies import Recording
from evals.research import Course, Ran, evaluate, named, scores
from evals.runs import Engine
from storage.judgments import Confidence, Evidence, EvidenceKind, Finding, Outcome, Stage
from tests.factories import a_research
from tests.fake_workspaces import make_repository
from tests.fakes import ScriptedModel, calls

PRICES = "def average(prices):\n    return sum(prices) / len(prices)\n"
MENDED = "def average(prices):\n    return sum(prices) / max(1, len(prices))\n"
CITED = {"kind": "code", "where": "shop/prices.py", "line": 2, "quote": "return sum(prices) / len(prices)"}
UNREAL = {"kind": "code", "where": "shop/prices.py", "line": 2, "quote": "return nothing at all"}
SUBMISSION: dict[str, Any] = {
    "headline": "average divides by the number of prices",
    "cause": "There may be none.",
    "confidence": "inferred",
    "findings": [{"claim": "it divides", "evidence": [CITED, UNREAL]}],
    "hypotheses": [
        {"statement": "average", "standing": "supported", "evidence_for": [CITED], "evidence_against": []},
        {"statement": "the page", "standing": "open", "evidence_for": [], "evidence_against": []},
    ],
    "missing": "A page that shows it.",
    "priority": "P2",
    "priority_reason": "Some pages crash.",
}
NAME = "acme__shop-12"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def clones(tmp_path: Path) -> Path:
    """A clone whose newest commit is the fix."""
    files = {"shop/__init__.py": "", "shop/prices.py": PRICES}
    make_repository(tmp_path / "clones" / "acme+shop", files, {"shop/prices.py": MENDED})
    return tmp_path / "clones"


@pytest.fixture
def data(tmp_path: Path, clones: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    line = {
        "id": NAME,
        "repo": "acme/shop",
        "base_commit": git(clones / "acme+shop", "rev-parse", "HEAD~1"),
        "created_at": "2026-01-01T00:00:00Z",
        "issue": "Empty baskets crash\nZeroDivisionError, write to ada@shop.example",
        "gold_files": ["shop/prices.py"],
    }
    (folder / "instances.jsonl").write_text(json.dumps(line) + "\n")
    return folder


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    """One recorded turn that hands in, with a citation that does not hold."""
    folder = tmp_path / "replies"
    asked = TurnRequest(Stage.RESEARCH, About(subject=subject_of(NAME)), 1, "", (), ())
    script = ScriptedModel({Stage.RESEARCH: [calls(("submit_research", SUBMISSION))]})
    Recording(script, folder, "played by a test").turn(asked)
    return folder


def test_a_replayed_run_is_scored_and_kept_with_everything_that_was_said(
    tmp_path: Path, data: Path, clones: Path, replies: Path
) -> None:
    arguments = ["research", "--data", data, "--clones", clones, "--replay", replies, "--out", tmp_path / "out"]

    done = CliRunner().invoke(cli, [*map(str, arguments), "--work", str(tmp_path / "work")])

    assert done.exit_code == 0, done.output
    (kept,) = (tmp_path / "out").glob("research-*.json")
    figures = json.loads(kept.read_text())["scores"][0]["figures"]
    assert figures["file named in the first 1"] == "1 of 1"
    assert (figures["citations made"], figures["citations dropped"]) == (3, 1)
    assert figures["dropped before, then corrected or left out"] == 1
    case = json.loads((kept.with_suffix("") / f"{NAME}.json").read_text())
    assert case["named"] == ["shop/prices.py"]
    assert [turn["message"]["blocks"][0]["name"] for turn in case["transcript"]] == ["submit_research"] * 2
    assert "the file does not say that" in case["why_dropped"][0]


def test_the_agent_can_see_neither_the_fix_nor_its_number_nor_private_words(
    tmp_path: Path, data: Path, clones: Path
) -> None:
    (one,) = located(data, Checkouts(tmp_path / "histories", clones), Redactor(b"test"))
    history = Path(one.case.repository.clone_url)
    fix = git(clones / "acme+shop", "rev-parse", "HEAD")

    everything = git(history, "cat-file", "--batch-check", "--batch-all-objects")

    assert fix not in everything
    assert one.case.base_sha in everything
    said = one.case.model_dump_json()
    assert NAME not in said
    assert "ada@shop.example" not in said
    assert one.gold == ("shop/prices.py",)


def test_a_case_without_a_clone_says_how_to_get_one(tmp_path: Path, data: Path, clones: Path) -> None:
    with pytest.raises(BadSettings, match="git clone --bare"):
        Checkouts(tmp_path / "work", tmp_path).at("acme/none", "0" * 40)
    with pytest.raises(BadSettings, match="with all of its history"):
        Checkouts(tmp_path / "work", clones).at("acme/shop", "0" * 40)


def test_the_offline_engine_and_an_empty_folder_of_replies_are_refused(
    tmp_path: Path, data: Path, clones: Path
) -> None:
    with pytest.raises(BadSettings, match="offline engine does no research"):
        evaluate(data, Engine.OFFLINE, Course(tmp_path / "work", clones))
    with pytest.raises(BadSettings, match="no recorded replies"):
        evaluate(data, Engine.CLAUDE, Course(tmp_path / "work", clones, replay=tmp_path))


def test_files_are_named_by_the_plan_first_and_tests_are_no_candidates() -> None:
    elsewhere = Evidence(kind=EvidenceKind.CODE, where="app/page.py", line=1, quote="export()")
    found = a_research(findings=(Finding(claim="It is called.", evidence=(elsewhere,)),))

    assert named(found) == ("app/export.py", "app/page.py")
    assert named(found.model_copy(update={"plan": None, "hypotheses": ()})) == ("app/page.py",)


def test_confidence_is_held_against_the_truth() -> None:
    def ran(case: str, where: tuple[str, ...], confidence: Confidence) -> Ran:
        return Ran(
            case=case, subject=case, repository="a/b", commit="0", gold=("a.py",), named=where,
            outcome=Outcome.FINISHED, confidence=confidence,
        )  # fmt: skip

    headline, sure, each = scores(
        [
            ran("one", ("a.py",), Confidence.REPRODUCED),
            ran("two", ("b.py", "a.py"), Confidence.INFERRED),
            ran("three", (), Confidence.INFERRED),
        ],
        "nobody",
    )

    assert headline.figures["file named in the first 1"] == "1 of 3"
    assert headline.figures["file named in the first 3"] == "2 of 3"
    assert sure.figures == {"reproduced": "1 of 1 right", "inferred": "0 of 2 right", "guessed": "none"}
    assert str(each.figures["two"]).startswith("named in place 2, inferred")
    assert str(each.figures["three"]).startswith("not named")


def test_what_cannot_be_measured_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "instances.jsonl").write_text("")
    words = ("research", "--data", str(tmp_path), "--clones", str(tmp_path), "--work", str(tmp_path / "work"))
    monkeypatch.setattr("sys.argv", ["evals", *words])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1
    assert "has no case of research that fits" in capsys.readouterr().err
