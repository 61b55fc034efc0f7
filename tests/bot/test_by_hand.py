"""Somebody says in the thread that they mend it themselves: what that does not do."""

from __future__ import annotations

import pytest

from bot.views.words import status_line
from storage.outcome import Outcome
from storage.status import Mover, Status
from tests.bot.life import with_a_plan
from tests.bot.workplace import ADA, Workplace


@pytest.mark.parametrize("status", [Status.AWAITING_FIX, Status.AWAITING_RESEARCH, Status.STUCK])
def test_who_mends_it_by_hand_decides_and_guides_nothing(place: Workplace, status: Status) -> None:
    life = with_a_plan(place)
    if status is Status.AWAITING_RESEARCH:
        life.move(status, Mover.HUMAN, ADA)
    else:
        life.approved()
    if status is Status.STUCK:
        life.move(status)
    decided = len(place.store.plans.approvals(life.id))
    place.says(ADA, "I'm on it", thread_ts=place.thread(life.id)[0].ts)

    assert place.whispers(ADA)[-1].startswith("SB-1 is yours.")
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
