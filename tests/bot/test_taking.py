"""Who works on a report: taken, given and let go as people do it in Slack, and what others read of it."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.actions import Action
from bot.notes.waiting import WaitingNotes
from storage.columns import now
from storage.status import Mover, Status, Visibility
from storage.taking import LetGo
from tests.bot.corrections import a_public, said
from tests.bot.life import Life, with_a_plan
from tests.bot.workplace import ADA, BOB, EVE, GUS, KIM, SECRET, SOLAR, Workplace, labels, text_of
from tests.factories import a_report

DAY = dt.timedelta(days=1)
FREE = "SB-1 is yours."


def holder(life: Life) -> str:
    return life.report.taken_by


def test_who_says_that_they_take_it_has_it_and_the_plan_stays_for_an_approver(place: Workplace) -> None:
    life = with_a_plan(place)
    root = place.thread(life.id)[0].ts
    place.says(BOB, "I'll take this one", thread_ts=root)

    assert place.whispers(BOB)[-1].startswith(f"{FREE} The plan stays")
    assert (life.report.status, holder(life)) == (Status.AWAITING_APPROVAL, BOB)
    assert place.store.plans.approvals(life.id) == []
    messages = life.draw()
    assert "works on this by hand" in text_of(messages[0])
    assert "Let go" in labels(messages[0])
    (told,) = [each for each in messages if "Nobody else is reminded of it" in text_of(each)]
    assert BOB in text_of(told)

    place.says(ADA, "approve", thread_ts=root)
    assert life.report.status is Status.AWAITING_FIX
    assert f"<@{BOB}> works on SB-1 by hand: tell them." in place.whispers(ADA)[-1]
    assert any("you have this, and " in text_of(each) for each in life.draw())


@pytest.mark.parametrize(
    ("user", "words", "told"),
    [
        (BOB, "take SB-1", FREE),
        (BOB, "claim 1", FREE),
        (BOB, "give SB-1 me", FREE),
        (ADA, f"give SB-1 <@{BOB}|bob>", f"<@{BOB}> has SB-1 now"),
        (ADA, f"assign SB-1 to <@{BOB}>", f"<@{BOB}> has SB-1 now"),
        (ADA, f"give SB-1 to <@{KIM}>", f"<@{KIM}> has SB-1 now"),
    ],
)
def test_a_command_gives_it_to_whoever_may_see_it(place: Workplace, user: str, words: str, told: str) -> None:
    life = Life(place)
    assert said(place, user, words).startswith(told)
    assert holder(life) == (KIM if KIM in words else BOB)


@pytest.mark.parametrize(
    ("user", "words", "told"),
    [
        (GUS, "take SB-1", "Guests cannot do this"),
        (ADA, f"give SB-1 <@{GUS}>", "is a guest or of another workspace"),
        (ADA, f"give SB-1 <@{EVE}>", "is a guest or of another workspace"),
        (ADA, "give SB-1 <@U05ALERT>", "is no person who could work on it"),
        (ADA, "give SB-1 @anna", "I cannot tell who that is"),
        (ADA, "give SB-1", "Name the report and the person"),
        (ADA, "take", "Name the report, such as"),
        (ADA, "take SB-9", "There is no SB-9"),
        (ADA, "release SB-1", "Nobody has SB-1"),
    ],
)
def test_who_cannot_have_it_is_told_why(place: Workplace, user: str, words: str, told: str) -> None:
    life = Life(place)
    assert told in said(place, user, words)
    assert holder(life) == ""


def test_the_second_hears_who_has_it_and_how_it_becomes_theirs(place: Workplace) -> None:
    life = Life(place)
    said(place, BOB, "take SB-1")
    assert said(place, ADA, "take SB-1").startswith(f"<@{BOB}> has SB-1 since ")
    assert holder(life) == BOB
    assert said(place, BOB, "take SB-1").startswith("SB-1 is still yours.")

    assert said(place, ADA, "give SB-1 me").startswith(FREE)
    assert [(each.by, each.ended_because) for each in place.store.takings.of_report(life.id)] == [
        (BOB, LetGo.GIVEN),
        (ADA, None),
    ]
    life.draw()
    assert any(f"{ADA}" in text_of(each) and "given by" not in text_of(each) for each in place.thread(life.id))


def test_a_private_report_is_taken_in_its_channel_alone_and_given_to_who_is_in_there(place: Workplace) -> None:
    report = a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE)
    assert "There is no SB-1 that I could speak of here" in said(place, BOB, "take SB-1")
    assert "is not in there" in said(place, ADA, f"give SB-1 <@{BOB}>", SECRET)
    assert said(place, ADA, "take SB-1", SECRET).startswith(FREE)
    assert place.store.reports.get(report.id or 0).taken_by == ADA


def test_by_the_cards_buttons_it_is_taken_and_let_go(place: Workplace) -> None:
    life = Life(place)
    place.presses(BOB, life.card(), "I take this")
    assert holder(life) == BOB
    place.presses(ADA, life.card(), "Let go")
    assert holder(life) == ""
    assert f"It was <@{BOB}>'s." in place.whispers(ADA)[-1]
    assert any("let it go for them" in text_of(each) for each in life.draw())
    assert "I take this" in labels(life.card())


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("I'll take this", BOB),
        ("Ill fix it", BOB),
        ("I\u2019ve got this", BOB),
        ("take this", BOB),
        (f"give this to <@{KIM}>", KIM),
        (f"assign it to <@{KIM}> pls", KIM),
        (f"assign to <@{KIM}>", KIM),
        (f"<@{KIM}> has this", KIM),
        (f"give SB-1 to <@{KIM}>", KIM),
    ],
)
def test_words_to_us_in_its_thread_do_the_same(place: Workplace, words: str, taken: str) -> None:
    life = Life(place)
    root = life.card().ts
    text = f"<@{place.bot}> {words}"
    ts = place.says(BOB, text, thread_ts=root)
    mention = {"type": "app_mention", "channel": SOLAR, "user": BOB, "text": text, "ts": ts, "thread_ts": root}
    place.event(mention)
    place.settles()
    assert holder(life) == taken

    text = f"<@{place.bot}> release this"
    place.event({**mention, "text": text, "ts": place.says(BOB, text, thread_ts=root)})
    place.settles()
    assert holder(life) == ""


def test_it_ends_with_the_report_and_goes_along_where_that_is_merged(place: Workplace) -> None:
    life, heir = Life(place), a_public(place, "The export is slow")
    said(place, BOB, "take SB-1")
    said(place, ADA, "merge SB-1 into SB-2")
    assert holder(life) == ""
    assert place.store.reports.get(heir.id or 0).taken_by == BOB

    place.store.reports.move(heir.id or 0, Status.DISMISSED, mover=Mover.HUMAN, who=ADA, because="no")
    assert place.store.reports.get(heir.id or 0).taken_by == ""
    assert said(place, BOB, "take SB-2") == (
        "SB-2 is dismissed, so nobody can have it. `/investigate` has the problem looked at again."
    )


def test_home_and_lists_show_ones_own_first_and_who_works_on_the_others(place: Workplace) -> None:
    Life(place)
    a_public(place, "The import fails")
    said(place, BOB, "take SB-1")
    assert "works on it" in str(place.types(ADA, "/signalbox", "find", SOLAR).body)
    assert "SB-1" in (mine := str(place.types(BOB, "/signalbox", "mine", SOLAR).body))
    assert "SB-2" not in mine
    place.event({"type": "app_home_opened", "user": BOB, "tab": "home"})
    place.settles()
    home = str(place.workspace.home(BOB))
    assert home.index("Yours") < home.index("SB-1") < home.index("SB-2")


def test_nobody_is_reminded_of_it_but_who_has_it_once_they_are_silent_for_a_week(place: Workplace) -> None:
    life = with_a_plan(place)
    said(place, BOB, "take SB-1")
    days = ((now() + each * DAY).replace(hour=10, minute=0) for each in (4, 5, 6))
    at = next(each for each in days if each.weekday() < 5)
    WaitingNotes(place.store, place.writer, place.policy, lambda: at).post()
    assert not [each for each in place.workspace.messages(SOLAR) if "waits for a person" in each.text]

    WaitingNotes(place.store, place.writer, place.policy, lambda: at + 7 * DAY).post()
    (note,) = [each for each in place.workspace.messages(SOLAR) if "waits for a person" in each.text]
    assert BOB in text_of(note)
    assert "Still at it?" in text_of(note)
    assert ADA not in text_of(note)
    assert life.report.status is Status.AWAITING_APPROVAL


def test_what_people_press_is_kept_when_it_is_pressed_twice_at_once(place: Workplace) -> None:
    life = Life(place)
    card = life.card()
    for user in (BOB, ADA, BOB):
        place.press(user, card, Action.TAKE, '{"report_id": 1}')
    assert [each.by for each in place.store.takings.of_report(life.id)] == [BOB]
