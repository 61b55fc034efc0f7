"""Where the policy asks for two approvals: what people read at the plan, and what whoever presses is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.notes.waiting import WaitingNotes
from playground.workspace import Message
from storage.columns import now
from storage.decisions.standing import Room
from storage.status import Mover, Status
from storage.store import Store
from tests.bot.site import Site
from tests.bot.workplace import ADA, BOB, GUS, KIM, POLICY, SOLAR, Workplace, a_workplace, labels, text_of
from tests.factories import a_plan, a_report

DAY = dt.timedelta(days=1)
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


def test_after_the_first_yes_the_thread_says_once_who_else_may_approve(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    report_id = report.id or 0
    shown = the_plan(place, report_id)
    assert about_another(place, report_id) == []
    place.presses(ADA, shown, "Approve")
    place.draw(report_id)
    place.presses(ADA, shown, "Approve")
    place.draw(report_id)

    (asked,) = about_another(place, report_id)
    assert asked.text == "One more approver has to approve the plan."
    assert "'user_id': '" + BOB in text_of(asked)  # mentioned, and so told

    place.presses(BOB, shown, "Approve")
    place.draw(report_id)
    (told,) = about_another(place, report_id)
    assert "has to approve" not in text_of(told)


def test_of_many_only_a_few_are_named(place: Workplace) -> None:
    many = tuple(f"U{number}MANY" for number in range(8))
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    place.presses(ADA, the_plan(place, report.id or 0), "Approve")
    policy = TWO.model_copy(update={"approvers": (ADA, *many)})
    place.messenger(policy=policy).draw(report.id or 0, "restarted")

    (asked,) = about_another(place, report.id or 0)
    assert [person in text_of(asked) for person in many] == [True] * 3 + [False] * 5
    assert ("or one of 5 others" in text_of(asked), "' may.'" in text_of(asked)) == (True, True)


def test_where_all_who_are_left_have_to_approve_none_of_them_reads_that_another_may_do(
    site: Site, sqlite_store: Store, tmp_path: Path
) -> None:
    three = POLICY.repositories[0].model_copy(update={"approvals": 3})
    policy = TWO.model_copy(update={"approvers": (ADA, BOB, KIM), "repositories": (three,)})
    with a_workplace(site, sqlite_store, tmp_path, policy=policy) as place:
        report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
        report_id = report.id or 0
        place.presses(ADA, the_plan(place, report_id), "Approve")
        place.draw(report_id)
        (asked,) = about_another(place, report_id)
        shown = text_of(asked)
        assert "2 more approvers have to approve the plan." in shown
        assert (shown.index("That is left to ") < shown.index(BOB), " or " in shown) == (True, False)

        place.presses(BOB, the_plan(place, report_id), "Not now")
        place.draw(report_id)
        (over,) = about_another(place, report_id)
        assert ("was approved" in text_of(over), ADA in text_of(over)) == (False, True)


def test_one_that_was_given_ahead_and_ended_reads_as_such_everywhere(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    report_id = report.id or 0
    the_plan(place, report_id)
    given_ahead(place, report_id)
    told = text_of(the_plan(place, report_id))
    assert "approved this. " in told
    assert "has to decide" in told

    (said,) = place.store.plans.approvals(report_id)
    place.store.standing.lapse(said.id or 0, "it has run out")
    told = text_of(the_plan(place, report_id))
    assert "approved this. " not in told
    assert "have to approve it" in told
    assert " gave a standing approval: it has run out." in told
    thread = " ".join(text_of(each) for each in place.thread(report_id))
    assert "It does not count any more: it has run out." in thread
    (another,) = about_another(place, report_id)
    assert "No approval of the plan counts any more." in text_of(another)

    place.presses(BOB, the_plan(place, report_id), "Approve")
    assert place.whispers(BOB) == [
        "Your approval is noted. One more approver has to approve the plan before I begin."
    ]  # fmt: skip
    place.presses(ADA, the_plan(place, report_id), "Approve")
    assert place.store.reports.get(report_id).status is Status.AWAITING_FIX
    told = text_of(the_plan(place, report_id))
    assert "standing approval" not in told
    assert "approved this, " in told


def test_the_reminder_asks_those_by_name_who_have_not_said_yes(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    place.presses(ADA, the_plan(place, report.id or 0), "Approve")
    at = (now() + 4 * DAY).replace(hour=10)
    at += (1 - at.weekday()) % 7 * DAY
    WaitingNotes(place.store, place.writer, TWO, lambda: at).post()

    note = next(each for each in place.workspace.messages(SOLAR) if "waits for a person" in each.text)
    assert ": a plan waits for one more approver for " in text_of(note)
    assert (BOB in text_of(note), ADA in text_of(note)) == (True, False)


def test_a_plan_names_its_restricted_files_and_how_many_have_to_say_yes(
    site: Site, sqlite_store: Store, tmp_path: Path
) -> None:
    restricted = POLICY.repositories[0].model_copy(update={"restricted": ("db/**",)})
    policy = TWO.model_copy(update={"repositories": (restricted,)})
    with a_workplace(site, sqlite_store, tmp_path, policy=policy) as place:
        plan = a_plan(files=("shop/prices.py", "db/001.sql"))
        report = a_report(
            place.store, status=Status.AWAITING_APPROVAL, plan=plan, channel=SOLAR, repository="acme/app"
        )  # fmt: skip
        shown = the_plan(place, report.id or 0)
        assert ": 2 approvers have to say yes; none of them so far." in text_of(shown)
        restricted_row = next(block for block in shown.blocks if "Restricted" in str(block))
        assert ("db/001.sql" in str(restricted_row), "prices" in str(restricted_row)) == (True, False)

        place.presses(ADA, shown, "Approve")
        assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
        assert "; 1 of them so far." in text_of(the_plan(place, report.id or 0))
        place.presses(BOB, shown, "Approve")
        assert place.store.reports.get(report.id or 0).status is Status.AWAITING_FIX
        assert ": 2 approvers have to say yes." in text_of(the_plan(place, report.id or 0))


def given_ahead(place: Workplace, report_id: int) -> None:
    """Ada's standing approval is a yes to the report's plan."""
    standing = place.store.standing.give("acme/app", by=ADA, until=now() + DAY, per_day=1, key="1", at=now() - DAY)
    plan = place.store.plans.latest(report_id)
    assert standing is not None
    assert plan is not None
    room = Room(now() - DAY, own=1, all=1)
    done = place.store.standing.allow(
        standing.id or 0, plan, room, at=now(), because="so", needed=2, named=(ADA, BOB)
    )  # fmt: skip
    assert not isinstance(done, str)


def about_another(place: Workplace, report_id: int) -> list[Message]:
    """The messages that say who has to join the first, or had to."""
    rows = place.store.outbox.of_report(report_id)
    stamps = {row.ts for name, row in rows.items() if name.startswith("another:")}
    return [each for each in place.thread(report_id) if each.ts in stamps]


def drawn_by(place: Workplace, report_id: int, **changes: object) -> Message:
    """The plan as it is drawn under `TWO` with other terms, after a restart."""
    place.messenger(policy=TWO.model_copy(update=changes)).draw(report_id, "restarted")
    return next(each for each in place.thread(report_id) if each.text.startswith("The plan"))
