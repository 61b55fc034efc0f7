"""Questions that are deleted, by an event or while nobody listened."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.listening import MARK, Listening
from bot.views.drawing import Reaction
from bot.views.inquiry import inquiries
from bot.views.scene import Scene
from storage.columns import now
from storage.inquiries import InquiryStatus
from tests.bot.inquiries import ANSWER, asked, last, says
from tests.bot.life import Life, with_a_plan
from tests.bot.workplace import BOB, POLICY, SOLAR, Workplace, text_of


@pytest.fixture
def life(place: Workplace) -> Life:
    return with_a_plan(place)


def test_said_with_the_reports_number_it_is_asked_once_and_deleted_with_its_message(life: Life) -> None:
    place = life.place
    text = f"<@{place.bot}> ask SB-1 is Jane Doe hit?"
    ts = place.workspace.say(BOB, SOLAR, text)
    for _ in range(2):  # a bot that died before it was done with it hears it again
        place.event({"type": "app_mention", "channel": SOLAR, "user": BOB, "text": text, "ts": ts})
        place.settles()
    assert [each.words for each in asked(life)] == ["is Jane Doe hit?"]
    place.event({
        "type": "message", "subtype": "message_deleted", "channel": SOLAR, "deleted_ts": ts,
        "previous_message": {"ts": ts},
    })  # fmt: skip
    place.settles()
    assert [each.status for each in asked(life)] == [InquiryStatus.WITHDRAWN]


def test_a_question_that_is_deleted_goes_with_its_answer(life: Life) -> None:
    ts = says(life, "is Jane Doe hit?")
    (question,) = asked(life)
    life.store.inquiries.answer(question.id or 0, ANSWER)
    assert "Jane Doe" in text_of(last(life))
    life.place.workspace.delete(BOB, SOLAR, ts)
    card = life.card()
    life.place.event({
        "type": "message", "subtype": "message_deleted", "channel": card.channel, "deleted_ts": ts,
        "previous_message": {"ts": ts, "thread_ts": card.ts},
    })  # fmt: skip
    life.place.settles()
    assert "This answered a question that was deleted." in text_of(last(life))
    assert "Jane" not in asked(life)[0].model_dump_json()


def test_of_a_question_that_is_deleted_before_it_is_answered_nothing_is_posted(life: Life) -> None:
    before = len(life.draw())
    ts = says(life, "is Jane Doe hit?")
    life.store.inquiries.withdraw(f"{SOLAR}/{ts}")
    assert len([each for each in life.draw() if each.ts != ts]) == before


def test_a_message_that_is_gone_gets_no_sign(life: Life) -> None:
    ts = says(life, "is Jane Doe hit?")
    life.store.inquiries.withdraw(f"{SOLAR}/{ts}")
    scene = Scene(life.store.reports.snapshot(life.id), POLICY)
    assert [each for each in inquiries(scene) if isinstance(each, Reaction)] == []


def test_a_question_that_was_deleted_while_nobody_listened_goes_too(life: Life) -> None:
    ts = says(life, "is Jane Doe hit?")
    life.place.types(BOB, "/signalbox", "ask SB-1 since when?")  # no message, so nothing to be deleted
    life.place.workspace.delete(BOB, SOLAR, ts)
    life.store.cursors.advance(MARK, now().isoformat(), [])
    Listening(life.place.deps, lambda: True, lambda: now() + dt.timedelta(hours=62)).note()
    assert [each.status for each in asked(life)] == [InquiryStatus.WITHDRAWN, InquiryStatus.WAITING]
