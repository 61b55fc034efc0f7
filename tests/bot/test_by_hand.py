"""An approver says in the thread that they mend it themselves."""

from __future__ import annotations

import pytest

from bot.views.words import status_line
from storage.outcome import Outcome
from storage.status import Mover, Status
from tests.bot.life import with_a_plan
from tests.bot.workplace import ADA, BOB, Workplace


def test_who_mends_it_by_hand_has_no_plan_revised(place: Workplace) -> None:
    life = with_a_plan(place)
    root = place.thread(life.id)[0].ts
    place.says(BOB, "I'll take this one", thread_ts=root)
    assert place.whispers(BOB) == []

    place.says(ADA, "I will take this one by hand, Bob", thread_ts=root)
    (told,) = place.whispers(ADA)
    assert "nothing was changed" in told
    assert "*Fixed elsewhere*" in told
    assert life.report.status == "awaiting_approval"
    assert place.store.plans.approvals(life.id) == []

    place.says(ADA, "approve", thread_ts=root)
    assert life.report.status is Status.AWAITING_FIX


@pytest.mark.parametrize("status", [Status.AWAITING_FIX, Status.AWAITING_RESEARCH, Status.STUCK])
def test_nor_is_it_kept_as_guidance_for_the_next_try(place: Workplace, status: Status) -> None:
    life = with_a_plan(place)
    if status is Status.AWAITING_RESEARCH:
        life.move(status, Mover.HUMAN, ADA)
    else:
        life.approved()
    if status is Status.STUCK:
        life.move(status)
    decided = len(place.store.plans.approvals(life.id))
    place.says(ADA, "I'm on it", thread_ts=place.thread(life.id)[0].ts)

    assert "nothing was changed" in place.whispers(ADA)[-1]
    assert len(place.store.plans.approvals(life.id)) == decided
    assert life.report.status is status


def test_what_is_stuck_since_its_repository_left_the_policy_is_not_said_to_have_none(place: Workplace) -> None:
    life = with_a_plan(place)
    life.approved()
    life.move(Status.STUCK, because="acme/app is no longer in the policy file.", stuck_because=Outcome.NO_REPOSITORY)
    assert "because the policy names no repository for it" in status_line(life.report)


def test_where_words_would_do_nothing_they_are_left_alone(place: Workplace) -> None:
    life = with_a_plan(place)
    life.approved()
    life.fixed()
    life.green()
    place.says(ADA, "on it!", thread_ts=place.thread(life.id)[0].ts)
    assert place.whispers(ADA) == []
