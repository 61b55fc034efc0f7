"""The word that a pull request is ready: what is not green is said."""

from __future__ import annotations

import pytest

from agents.stages.follow import FOREIGN
from bot.views.limits import within
from bot.views.pull_request import ready
from storage.records import Entry, EntryKind, Fix
from storage.status import Status
from tests.bot.scenes import a_scene

FIX = Fix(
    id=1, report_id=1, plan_revision=1, repository="acme/app", branch="b", base_sha="0", number=7, url="https://x/7"
)


@pytest.mark.parametrize(
    ("because", "is_green", "shown"),
    [
        ("all 2 checks are green", True, ""),
        ("all 2 checks are green; ignored, as the policy says: codecov", True, "codecov"),
        (f"all 2 other checks are green; tests fails on main too; {FOREIGN}", False, "tests fails on main too"),
    ],
)
def test_who_reviews_is_told_what_is_not_green(because: str, shown: str, *, is_green: bool) -> None:
    entry = Entry(id=1, report_id=1, kind=EntryKind.MOVE, text=because, after=Status.AWAITING_REVIEW)

    drawn = ready(a_scene(status=Status.AWAITING_REVIEW), entry, FIX, latest=True)

    assert (" is green and ready" in drawn.text) is is_green
    assert shown in str(within(drawn.blocks))
    assert ("checks are green" in str(within(drawn.blocks))) is ("; ignored" in because or "other" in because)
