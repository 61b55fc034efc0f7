"""A repository's own template of pull requests is kept, and filled in with nothing but what is known."""

from __future__ import annotations

from typing import Any

import pytest

from agents.checkout.conventions import Conventions
from agents.pull_requests.template import Part, Seen, arranged, unfilled
from agents.pull_requests.text import headings_left, pull_request_draft
from storage.submissions import Answered
from tests.agents.handed_in import ISSUE, PROOF, a_case, handed_in

USUAL = """\
---
name: change
---
<!-- Thanks for your pull request! -->
# Description

Please include a summary of the change.

Fixes # (issue)

## Type of change

- [ ] Bug fix (non-breaking change which fixes an issue)
- [x] New feature

## How Has This Been Tested?

- Test A

## Rollout

## Checklist:

- [ ] My code follows the style guidelines of this project
- [ ] I have added tests that prove my fix is effective or that my feature works
- [ ] New and existing unit tests pass locally with my changes
- [ ] I have added an entry to the changelog
- [ ] I have added integration tests
- [ ] I have made corresponding changes to the documentation
"""
ENTRY = (
    "diff --git a/CHANGELOG.md b/CHANGELOG.md\n--- a/CHANGELOG.md\n+++ b/CHANGELOG.md\n@@ -1 +1,2 @@\n x\n+- Zero.\n"
)


def body(template: str, patch: str = "", proof: Any = PROOF, answers: dict[str, str] | None = None, **case: Any) -> str:
    told = tuple(Answered(heading=heading, text=text) for heading, text in (answers or {}).items())
    filled = a_case(conventions=Conventions(template=template), **case)
    return pull_request_draft(filled, [], handed_in(sections=told), proof, branch="b", patch=patch).body


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def test_its_headings_are_kept_with_what_is_known_below_and_ours_come_before_what_is_left_to_people() -> None:
    text = body(USUAL)

    assert headings(text) == [
        "# Description", "## Type of change", "## How Has This Been Tested?", "## Risk", "## How to undo", "## Rollout",
        "## Checklist:",
    ]  # fmt: skip
    assert "# Description\n\nZero crashes the page.\n\nFixes #31\n\nGuard the logarithm.\n\n##" in text
    assert "Tested?\n\nOn fresh checkouts" in text
    assert "## Rollout\n\n_Left to a person" in text
    for left_out in ("Thanks", "Please include", "(issue)", "Test A", "name: change"):
        assert left_out not in text


def test_boxes_are_ticked_only_for_what_code_has_seen() -> None:
    ticked = [line for line in body(USUAL).splitlines() if "[x]" in line]

    assert ticked == [
        "- [x] I have added tests that prove my fix is effective or that my feature works",
        "- [x] New and existing unit tests pass locally with my changes",
    ]
    assert "- [ ] New feature" in body(USUAL)


def test_a_suite_with_known_failures_is_not_said_to_pass() -> None:
    text = body(USUAL, proof=PROOF.model_copy(update={"known_failures": ("t::a",)}))

    assert "- [ ] New and existing unit tests pass" in text


def test_a_changelog_entry_is_ticked_when_the_change_holds_one() -> None:
    assert "- [x] I have added an entry to the changelog" in body(USUAL, patch=ENTRY)
    assert "- [ ] I have added an entry to the changelog" in body(USUAL, patch=ENTRY.replace("CHANGELOG.md", "a.py"))


def test_the_agent_may_fill_what_code_does_not_know_and_nothing_else() -> None:
    text = body(
        USUAL, answers={"rollout": "Nothing is to be done, @ada.", "How has this been tested": "On my machine."}
    )

    assert "## Rollout\n\nNothing is to be done, @\u200bada." in text
    assert "On my machine" not in text
    assert headings(text).index("## Rollout") < headings(text).index("## Risk")


def test_a_template_without_headings_keeps_its_leading_lines() -> None:
    text = body("Fixes #\n\nChanges proposed in this pull request:\n\n* \n* \n")

    assert text.startswith("Changes proposed in this pull request:\n\nZero crashes the page.\n\nFixes #31\n\nGuard the")
    assert "* " not in text.split("## Proof")[0]


def test_issues_go_under_a_heading_of_their_own() -> None:
    text = body("## Related issues\n\n## Motivation\n\n## What changes\n", signals=(ISSUE,))

    assert text.startswith(
        "## Related issues\n\nFixes #31\n\n## Motivation\n\nZero crashes the page.\n\n## What changes\n"
    )


def test_words_of_a_template_bring_no_markup_and_none_changes_nothing() -> None:
    loud = body("## What <img src=x> @acme/all\n\n```\nunclosed\n")

    assert "<img" not in loud
    assert "@acme" not in loud
    assert "unclosed" not in loud
    assert body("") == body("<!-- nothing -->\n\nJust words, no heading\n")
    assert headings(body(""))[:2] == ["## What was wrong", "## What this changes"]


def test_a_huge_template_is_bounded() -> None:
    assert len(body("## x\n" * 3_000)) < 20_000


@pytest.mark.parametrize(
    ("words", "ticked"),
    [
        ("Tests added", True),
        ("I've added unit tests to cover my changes.", True),
        ("Tests have been added/updated", True),
        ("I have read the contributing guide and added tests", False),
        ("I added type hints and tests", False),
        ("Tests have been added and the change was tried on staging", False),
        ("This needs a migration; tests added", False),
    ],
)
def test_a_box_that_says_more_than_that_tests_were_added_is_left_to_a_person(words: str, ticked: bool) -> None:
    assert (f"- [x] {words}" in body(f"## Checklist\n\n- [ ] {words}\n")) is ticked


GO = """\
# Change

## Description

## Related issue

Fixes #

## API compatibility

## Benchmarks

## How was this tested?

"""
BOXES = "## Checklist\n\n- [ ] I added tests\n\n**Rollout:**\n"


def test_the_agent_is_told_which_headings_nothing_stands_under_by_itself() -> None:
    assert unfilled(GO + BOXES, list(Part)) == ("Description", "Benchmarks", "**Rollout:**")
    assert unfilled(GO + BOXES, [part for part in Part if part is not Part.ISSUES]) == (
        "Description", "Related issue", "Benchmarks", "**Rollout:**",
    )  # fmt: skip
    assert unfilled("", list(Part)) == ()


def test_what_is_said_under_a_heading_that_was_left_stands_there() -> None:
    told = arranged(dict.fromkeys(Part, "x"), GO + BOXES, {"**Rollout:**": "All at once.", "Nowhere": "lost"}, Seen())

    assert "**Rollout:**\n\nAll at once." in told
    assert "lost" not in told


def test_what_was_wrong_is_the_agents_to_tell_where_the_report_may_not_be_told() -> None:
    case = a_case(conventions=Conventions(template="## Motivation\n\n## What changes\n\n## Rollout\n"))

    assert headings_left(case) == ("Rollout",)
    assert headings_left(case.model_copy(update={"discreet": True})) == ("Motivation", "Rollout")
