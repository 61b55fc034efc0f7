"""People close a pull request without merging it: its report's thread says so, and asks why."""

from __future__ import annotations

import pytest

from storage.status import Dismissal, Mover, Status
from tests.bot.life import Life
from tests.bot.workplace import Workplace, text_of


@pytest.mark.parametrize("status", [Status.AWAITING_CHECKS, Status.AWAITING_REVIEW])
def test_a_pull_request_that_people_close_is_told_of_and_the_thread_asks_why(place: Workplace, status: Status) -> None:
    life = Life(place)
    life.researched()
    life.approved()
    life.fixed()
    if status is Status.AWAITING_REVIEW:
        life.green()
    because = "the pull request was closed without merging"
    life.move(Status.DISMISSED, Mover.HUMAN, "world", because, dismissed_because=because)

    told = [text_of(message) for message in life.draw() if "Dismissed" in message.text]

    assert any(because in each and "Why?" in each and "Won't fix" in each for each in told)


def test_a_report_that_fell_silent_is_told_of_by_its_card_alone(place: Workplace) -> None:
    life = Life(place)
    life.move(Status.DISMISSED, Mover.WORLD, "world", "nothing more was heard of it", dismissal=Dismissal.QUIET)

    _, *thread = life.draw()

    assert [message.text for message in thread if message.text.startswith("Dismissed")] == []
