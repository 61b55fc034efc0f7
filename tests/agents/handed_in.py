"""A case that was fixed, what the agent handed in, and the proof."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agents.cases import FixCase, SeenSignal
from agents.terms import Repository
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
from storage.submissions import FixSubmission

AT = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
THREAD = "https://acme.slack.example/archives/C07/p17"
ISSUE = SeenSignal(
    external_id="acme/shop#31", source="shop-issues", title="Zero fails", url="https://code.example/acme/shop/issues/31",
    happened_at=AT,
)  # fmt: skip
MESSAGE = SeenSignal(
    external_id="C07/17", source="slack", title="",
    body="Every night when the inverters sleep Nordhang's wall is blank for Marit.\n\n"
    "ValueError: math domain error at 3",
    happened_at=AT,
)  # fmt: skip
SUBMISSION = FixSubmission(
    title="Say zero as zero",
    summary="Guard the logarithm.",
    test_files=("tests/test_x.py",),
    test_ids=("tests/test_x.py::test_zero",),
    expected_failure="math domain error",
    risk="None seen.",
    undo="Revert the commit.",
)
PROOF = Proof(
    test_ids=SUBMISSION.test_ids,
    failed_before=True,
    passed_after=True,
    suite_passed=True,
    before_log="E ValueError",
    after_log="1 passed",
    suite_log="468 passed",
)
RESEARCH = Research(
    headline="The logarithm of 0",
    cause="log10 of 0 raises.",
    confidence=Confidence.REPRODUCED,
    findings=(
        Finding(
            claim="No case for 0.",
            evidence=(Evidence(kind=EvidenceKind.CODE, where="src/x.py", line=5, quote="log10(value)"),),
        ),
    ),
    hypotheses=(
        Hypothesis(statement="log", standing=Standing.SUPPORTED),
        Hypothesis(statement="net", standing=Standing.REJECTED),
    ),
    priority=Priority.P2,
    priority_reason="One page.",
)


def a_case(**changes: Any) -> FixCase:
    case = FixCase(
        subject=MESSAGE.external_id,
        report_id=3,
        title="Zero crashes",
        gist="Zero crashes the page.",
        signals=(MESSAGE, ISSUE),
        pages=(ISSUE.url,),
        repository=Repository(name="acme/shop"),
        base_sha="b" * 40,
        plan=Plan(
            repository="acme/shop", title="t", approach="a", files=("src/x.py",), test="t", risk="r", measure="m"
        ),
        approved_by="U1",
        research=RESEARCH,
        thread=THREAD,
    )
    return case.model_copy(update=changes)


def handed_in(**changes: Any) -> FixSubmission:
    return SUBMISSION.model_copy(update=changes)
