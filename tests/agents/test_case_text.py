"""A case as agents read it."""

from __future__ import annotations

from agents.case_text import base_text
from agents.cases import ResearchCase


def test_a_release_that_is_the_tip_is_not_told_as_two_commits(case: ResearchCase) -> None:
    released = case.model_copy(update={"release": "4.3.0", "tip_sha": case.base_sha})
    assert base_text(released) == f"{case.base_sha[:12]}, its release 4.3.0 and the base branch's tip"
    behind = released.model_copy(update={"tip_sha": "f" * 40})
    assert "(the base branch's tip is ffffffffffff, and a fix is made there)" in base_text(behind)
