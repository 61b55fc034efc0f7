"""Words that leave: what a code host or a tracker would act on says the same, and closes nothing."""

from __future__ import annotations

import pytest

from agents.pull_requests.outward import inert


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
        ("Fixed CVE-2026 and the day-1 bug", "Fixed CVE-2026 and the day-1 bug"),
        ("fix day-1 bugs", "fix day-1 bugs"),
        ("see SHOP-12", "see SHOP-12"),
    ],
)
def test_foreign_words_close_no_issue_of_a_code_host_or_a_tracker(foreign: str, left: str) -> None:
    assert inert(foreign) == left
