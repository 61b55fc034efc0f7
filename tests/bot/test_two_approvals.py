"""Where the policy asks for two approvals: what people read at the plan, and what whoever presses is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.workspace import Message
from storage.status import Mover, Status
from storage.store import Store
from tests.bot.site import Site
from tests.bot.workplace import ADA, BOB, GUS, KIM, POLICY, SOLAR, Workplace, a_workplace, labels, text_of
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
    assert "have to approve it" in text_of(shown)
    assert "2 of" not in text_of(shown)

    place.presses(ADA, shown, "Approve")
    place.presses(ADA, shown, "Approve")

    noted = "Your approval is noted. One more approver has to approve the plan before I begin."
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


def test_who_left_the_policy_is_no_longer_counted_among_those_who_approved(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    place.presses(ADA, the_plan(place, report.id or 0), "Approve")

    told = text_of(drawn_by(place, report.id or 0, approvers=(BOB, KIM, GUS)))
    assert (told.count(ADA), "approved this" in told, "2 of these: " in told) == (0, False, True)


def test_a_plan_stays_approved_when_more_approvals_are_asked_for_later(
    site: Site, sqlite_store: Store, tmp_path: Path
) -> None:
    with a_workplace(site, sqlite_store, tmp_path) as place:
        report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
        place.presses(ADA, the_plan(place, report.id or 0), "Approve")

        told = text_of(drawn_by(place, report.id or 0))
        assert (told.count(ADA), "approved this, " in told) == (1, True)


def test_a_plan_that_expires_between_two_approvals_does_not_say_that_nobody_decided(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    place.presses(ADA, the_plan(place, report.id or 0), "Approve")
    place.store.reports.move(report.id or 0, Status.GATHERING, mover=Mover.WORLD, who="world", because="it expired")

    assert "expired: too few approved it in time" in text_of(the_plan(place, report.id or 0))


def drawn_by(place: Workplace, report_id: int, **changes: object) -> Message:
    """The plan as it is drawn under `TWO` with other terms, after a restart."""
    place.messenger(policy=TWO.model_copy(update=changes)).draw(report_id, "restarted")
    return next(each for each in place.thread(report_id) if each.text.startswith("The plan"))
