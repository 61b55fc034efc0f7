"""Proven fixes to be reviewed, good and flawed: read from files, and made into what a reviewer is shown."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.cases import FixCase, SeenSignal
from agents.checkout.around import Surroundings, excerpt
from agents.errors import BadSettings
from agents.proof.proven import ProvenFix
from agents.terms import Repository
from storage.columns import now
from storage.judgments import (
    Confidence,
    Evidence,
    EvidenceKind,
    Finding,
    Hypothesis,
    Plan,
    Priority,
    Proof,
    Research,
    Standing,
)
from storage.reviews import Angle
from storage.submissions import FixSubmission

_GREEN = "All passed."  # what a runner printed is not kept: only that it was so, which a test of ours checks


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(_Part):
    """A signal of the report."""

    source: str
    text: str


class Planned(_Part):
    """What people approved."""

    title: str
    approach: str
    files: tuple[str, ...]
    test: str
    risk: str
    measure: str


class Seen(_Part):
    """One claim of the research and the line that it rests on."""

    claim: str
    where: str
    line: int
    quote: str


class Found(_Part):
    """What research said."""

    headline: str
    cause: str
    findings: tuple[Seen, ...]


class Change(_Part):
    """The files that a fix leaves, what its author says of it, and the log of its new tests without it."""

    said: str
    before: str
    files: Mapping[str, str]


class Flawed(Change):
    """A change that must not be merged: where, under which angle, and why, for people."""

    angle: Angle
    where: str
    flaw: str


class Problem(_Part):
    """A file of the data folder. It may lack either change."""

    title: str
    gist: str
    signals: tuple[Said, ...]
    plan: Planned
    research: Found
    base: Mapping[str, str]
    good: Change | None = None
    flawed: Flawed | None = None


def problems_of(data: Path) -> dict[str, Problem]:
    """The problems by name. Raises BadSettings for a folder without any, and for a file that is none."""
    found: dict[str, Problem] = {}
    for path in sorted(data.glob("*.toml")):
        try:
            found[path.stem] = Problem.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise BadSettings(f"{path} is no problem with changes to review: {error}") from error
    if not found:
        raise BadSettings(f"There is no problem to review in {data}: name a folder such as evals/reviews.")
    return found


def patch_of(base: Mapping[str, str], files: Mapping[str, str]) -> str:
    """The change as git writes it."""
    parts = []
    for path in sorted(files):
        old, new = base.get(path, ""), files[path]
        lines = difflib.unified_diff(
            old.splitlines(keepends=True),
            new.splitlines(keepends=True),
            f"a/{path}" if old else "/dev/null",
            f"b/{path}",
        )
        head = f"diff --git a/{path} b/{path}\n" + ("" if old else "new file mode 100644\n")
        parts.append(head + "".join(lines))
    return "".join(parts)


def _case(subject: str, problem: Problem) -> FixCase:
    at = now()
    signals = tuple(
        SeenSignal(external_id=f"signal-{number}", source=one.source, body=one.text, happened_at=at)
        for number, one in enumerate(problem.signals, 1)
    )
    plan = Plan(repository="acme/product", **problem.plan.model_dump())
    return FixCase(
        subject=subject,
        report_id=0,
        title=problem.title,
        gist=problem.gist,
        signals=signals,
        repository=Repository(name=plan.repository),
        base_sha="0" * 40,
        plan=plan,
        approved_by="Ada",
        research=_research(problem, plan),
    )


def _research(problem: Problem, plan: Plan) -> Research:
    told = problem.research
    findings = tuple(
        Finding(
            claim=one.claim,
            evidence=(Evidence(kind=EvidenceKind.CODE, where=one.where, line=one.line, quote=one.quote),),
        )
        for one in told.findings
    )
    return Research(
        headline=told.headline,
        cause=told.cause,
        confidence=Confidence.REPRODUCED,
        findings=findings,
        hypotheses=(
            Hypothesis(statement=told.headline, standing=Standing.SUPPORTED),
            Hypothesis(statement="It comes from elsewhere.", standing=Standing.REJECTED),
        ),
        plan=plan,
        priority=Priority.P2,
        priority_reason="It is met by several people.",
    )


def subject_of(name: str, change: Change) -> str:
    """What a change goes by: by its name nobody could tell which of the two it is."""
    return "change-" + hashlib.sha256(f"{name}{sorted(change.files.items())}".encode()).hexdigest()[:8]


def proven_of(subject: str, problem: Problem, change: Change) -> ProvenFix:
    """The change as a reviewer is handed it, with its files whole."""
    tests = tuple(sorted(path for path in change.files if path.startswith("tests/")))
    submission = FixSubmission(
        title=problem.plan.title,
        summary=change.said,
        test_files=tests,
        test_ids=tests,
        expected_failure="",
        risk=problem.plan.risk,
        undo="Revert it.",
    )
    proof = Proof(
        test_ids=tests,
        failed_before=True,
        passed_after=True,
        suite_passed=True,
        before_log=change.before,
        after_log=_GREEN,
        suite_log=_GREEN,
    )
    files = "\n\n".join(f"{path}\n{excerpt(text, ())}" for path, text in sorted(change.files.items()))
    return ProvenFix(
        case=_case(subject, problem),
        submission=submission,
        patch=patch_of(problem.base, change.files),
        proof=proof,
        around=Surroundings(files=files),
    )
