"""Which lines of two changes are the same, and which are merely in one file."""

from __future__ import annotations

import pytest

from agents.evidence.same_lines import lines_of, shared
from storage.judgments import Evidence, EvidenceKind, Finding, Research
from tests.factories import a_plan, a_research

QUOTE = "return total / people"


def cites(line: int | None, quote: str = QUOTE, where: str = "shop.py") -> Research:
    evidence = Evidence(kind=EvidenceKind.CODE, where=where, line=line, quote=quote)
    return a_research(plan=a_plan(files=(where,)), findings=(Finding(claim="It fails.", evidence=(evidence,)),))


def patch(path: str, first: int, *before: str) -> str:
    body = "".join(f" {line}\n" for line in before)
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
    return f"{head}@@ -{first},{len(before)} +{first},{len(before) + 1} @@ def share(total, people):\n{body}+new\n"


NOTHING = a_research(plan=a_plan(), findings=())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (lines_of(cites(10)), lines_of(cites(12, "x = 1")), True),  # near
        (lines_of(cites(10)), lines_of(cites(90, "x = 1")), False),
        (lines_of(cites(10)), lines_of(cites(90)), True),  # the same line: commits lie between
        (lines_of(cites(10, "else:")), lines_of(cites(90, "else:")), False),  # which tells nothing
        (lines_of(cites(None)), lines_of(cites(None)), True),
        (lines_of(cites(None, "x = 1")), lines_of(cites(1, "y = 2")), False),
        (lines_of(cites(10)), lines_of(NOTHING, patch("shop.py", 9, "a", "b", "c")), True),
        (lines_of(cites(10)), lines_of(NOTHING, patch("shop.py", 60, "a", f"    {QUOTE}", "c")), True),
        (lines_of(cites(10)), lines_of(NOTHING, patch("shop.py", 60, "a", "b", "c")), False),
        (lines_of(cites(10)), lines_of(NOTHING, patch("other.py", 9, "a", "b", "c")), False),
    ],
)
def test_lines_are_the_same_that_git_would_show_together_or_that_say_the_same(
    one: tuple[object, ...], other: tuple[object, ...], *, same: bool
) -> None:
    for mine, theirs in ((one, other), (other, one)):
        assert (shared(mine, theirs) == ("shop.py",)) is same  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["CHANGELOG.md", "CHANGES", "docs/news.rst", "poetry.lock", "test_shop.py"])
def test_what_belongs_to_every_fix_says_nothing(path: str) -> None:
    assert lines_of(NOTHING, patch(path, 1, "# Unreleased changes of the shop")) == ()


def test_a_file_that_a_fix_adds_had_no_lines() -> None:
    new = (
        "diff --git a/shop.py b/shop.py\nnew file mode 100644\n--- /dev/null\n+++ b/shop.py\n@@ -0,0 +1,1 @@\n+x = 1\n"
    )

    assert not shared(lines_of(NOTHING, new), lines_of(cites(1, "x = 1")))
