"""Who is asked for review on the code host hears it in the report's thread, once, where the policy knows them."""

from __future__ import annotations

import pytest

from agents.fixes.answering import ANSWERED
from playground.workspace import Message
from storage.assessment import Assessment, Reviewer
from storage.status import Mover, Status
from tests.bot.life import Life, with_a_plan
from tests.bot.workplace import ADA, BOB, Workplace, text_of
from tests.factories import a_research

FOUND = (Reviewer(name="Bob", login="Bob-S"), Reviewer(name="Eve", login="eve"), Reviewer(name="Nobody's login"))
PEOPLE = {"bob-s": BOB, "ada": ADA}


def ready(place: Workplace) -> Life:
    """A pull request that is ready, drawn by nobody yet."""
    life = with_a_plan(place)
    found = a_research(assessment=Assessment(reviewers=FOUND))
    place.store.reports.change(life.id, research=found)
    life.approved()
    life.fixed()
    life.green()
    return life


def drawn(place: Workplace, **terms: object) -> list[Message]:
    """What the thread says of its being ready, newest last, with these terms of the policy."""
    place.messenger(policy=place.policy.model_copy(update=terms)).draw(1, f"drawn with {sorted(terms)}")
    return [each for each in place.thread(1) if "ready for review" in each.text]


def mentioned(message: Message) -> list[str]:
    return [user for user in (ADA, BOB) if f"'user_id': '{user}'" in str(message.blocks)]


def test_who_is_asked_for_review_and_known_in_slack_is_mentioned_when_it_is_ready(place: Workplace) -> None:
    ready(place)
    (told,) = drawn(place, people=PEOPLE)
    assert mentioned(told) == [BOB]
    assert "Asked for review: " in text_of(told)


@pytest.mark.parametrize("terms", [{}, {"people": {"eva": ADA}}, {"people": PEOPLE, "gone": ("bob-s",)}])
def test_without_a_line_for_them_nothing_is_said(place: Workplace, terms: dict[str, object]) -> None:
    ready(place)
    (told,) = drawn(place, **terms)
    assert mentioned(told) == []
    assert "Asked for review" not in text_of(told)


def test_whom_the_policy_names_comes_first_and_is_mentioned_once_however_often_it_gets_ready(place: Workplace) -> None:
    life = ready(place)
    repositories = tuple(each.model_copy(update={"reviewers": ("ada",)}) for each in place.policy.repositories)
    (first,) = drawn(place, people=PEOPLE, repositories=repositories)
    assert mentioned(first) == [ADA, BOB]

    life.move(Status.AWAITING_FIX, Mover.WORLD, "world", "red")
    life.move(Status.AWAITING_CHECKS)
    life.green()
    before, again = drawn(place, people=PEOPLE, repositories=repositories)
    assert (before.ts, again.ts > first.ts) == (first.ts, True)
    assert mentioned(again) == []


def test_where_people_were_only_answered_it_says_so_once_more_and_not_that_it_got_ready(place: Workplace) -> None:
    life = ready(place)
    drawn(place, people=PEOPLE)
    life.move(Status.AWAITING_FIX, Mover.WORLD, "world", "answers were asked for by bob")
    life.move(Status.AWAITING_CHECKS, because=f"pull request #7 is open, {ANSWERED}")
    life.green()

    _, again = drawn(place, people=PEOPLE)

    assert f"Pull request #7: {ANSWERED}. It is still ready for review." in text_of(again)
    assert "is green" not in text_of(again)
    assert mentioned(again) == []
