"""Words that leave: what a code host or a tracker would act on says the same, and closes nothing."""

from __future__ import annotations

import pytest

from agents.pull_requests.outward import inert, plain, title


@pytest.mark.parametrize(
    ("foreign", "left"),
    [
        ("fixes #3", "fixes issue #3"),
        ("Closes: acme/shop#3", "Closes: issue acme/shop#3"),
        ("resolves https://code.example/acme/shop/issues/3", "resolves issue https://code.example/acme/shop/issues/3"),
        ("Fixes SHOP-12 at last", "Fixes issue SHOP-12 at last"),
        (
            "fix https://linear.app/acme/issue/SHOP-12/a-title",
            "fix issue https://linear.app/acme/issue/SHOP-12/a-title",
        ),
        ("Fix UTF-8 names", "Fix UTF-8 names"),
        ("implement AES-256, fix GMT-5", "implement AES-256, fix GMT-5"),
        ("Fixed CVE-2026 and the day-1 bug", "Fixed CVE-2026 and the day-1 bug"),
        ("fix day-1 bugs", "fix day-1 bugs"),
        ("see SHOP-12", "see SHOP-12"),
        ("fixing SHOP-12, SHOP-13", "fixing issue SHOP-12, SHOP-13"),
        ("Completes SHOP-12", "Completes issue SHOP-12"),
        ("Part of [SHOP-12](https://x.example)", "Part of issue [SHOP-12](https://x.example)"),
        ("refs: **SHOP-12**", "refs: issue **SHOP-12**"),
        ("related to https://linear.app/acme/issue/SHOP-12", "related to issue https://linear.app/acme/issue/SHOP-12"),
        ("the Linear issue SHOP-12", "the Linear issue called SHOP-12"),
        ("fixes\n  #3", "fixes\n  issue #3"),
        ("towards\nSHOP-12", "towards\nissue SHOP-12"),
        ("towards UTF-8, part of #3", "towards UTF-8, part of #3"),
        ("prefix SHOP-12, ref shop-12", "prefix SHOP-12, ref shop-12"),
    ],
)
def test_foreign_words_close_no_issue_of_a_code_host_or_a_tracker(foreign: str, left: str) -> None:
    assert inert(foreign) == left


def test_a_name_on_the_next_line_is_no_bare_name_either() -> None:
    assert plain("It fixes\n#3 and the rest") == "It fixes\nissue #3 and the rest"
    assert "fixes issue #3" in " ".join(plain("- fixes\n  #3").split())


@pytest.mark.parametrize(
    ("foreign", "left"),
    [
        ("SHOP-12: Keep totals", "SHOP-\u200b12: Keep totals"),
        ("Keep totals (SHOP-12, PAY-3)", "Keep totals (SHOP-\u200b12, PAY-\u200b3)"),
        ("SHOP-7: Keep totals", "SHOP-7: Keep totals"),
        ("Read UTF-8 and CVE-2026-1234", "Read UTF-8 and CVE-2026-1234"),
    ],
)
def test_a_title_names_no_issue_of_a_tracker_but_the_reports_own(foreign: str, left: str) -> None:
    assert title(foreign, "SHOP-7") == left
