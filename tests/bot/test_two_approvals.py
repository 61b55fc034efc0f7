"""Where the policy asks for two approvals: what people read at the plan, and what whoever presses is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.workspace import Message
from storage.status import Status
from storage.store import Store
from tests.bot.site import Site
from tests.bot.workplace import ADA, BOB, POLICY, SOLAR, Workplace, a_workplace, labels, text_of
from tests.factories import a_report

TWO = POLICY.model_copy(
    update={
        "approvers": (ADA, BOB),
        "repositories": (POLICY.repositories[0].model_copy(update={"approvals": 2}),),
    }
)


@pytest.fixture
def place(site: Site, sqlite_store: Store, tmp_path: Path) -> Iterator[Workplace]:
    with a_workplace(site, sqlite_store, tmp_path, policy=TWO) as built:
        yield built


def the_plan(place: Workplace, report_id: int) -> Message:
    return next(each for each in place.draw(report_id) if each.text.startswith("The plan"))


def test_the_plan_says_who_has_approved_and_who_still_has_to(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    report_id = report.id or 0
    shown = the_plan(place, report_id)
    assert "2 of " in text_of(shown)
    assert "have to decide" in text_of(shown)

    place.presses(ADA, shown, "Approve")
    place.presses(ADA, shown, "Approve")

    noted = "Your approval is noted. I begin after 1 more of others."
    assert place.whispers(ADA) == [noted, noted]
    shown = the_plan(place, report_id)
    assert "approved this. " in text_of(shown)
    assert "has to decide" in text_of(shown)
    assert "Approve" in labels(shown)

    place.presses(BOB, shown, "Approve")

    assert place.store.reports.get(report_id).status is Status.AWAITING_FIX
    told = text_of(the_plan(place, report_id))
    assert (told.count(ADA), told.count(BOB), "approved this, " in told) == (1, 1, True)


def test_one_who_says_not_now_is_enough_and_is_named(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    shown = the_plan(place, report.id or 0)
    place.presses(ADA, shown, "Approve")
    place.presses(BOB, shown, "Not now")

    assert place.store.reports.get(report.id or 0).status is Status.DISMISSED
    told = text_of(the_plan(place, report.id or 0))
    assert "said: not now" in told
    assert (told.count(ADA), told.count(BOB)) == (0, 1)
