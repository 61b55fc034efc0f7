"""Who asks about a dismissed problem has it looked at again, and hears by whom it was dismissed and why."""

from __future__ import annotations

import pytest

from storage.status import SignalStatus, Status
from tests.bot.desk import WORDS, Desk, reacts
from tests.bot.test_commands import shortcut
from tests.bot.workplace import ADA, BOB, SOLAR, Workplace, text_of
from tests.factories import a_signal, a_summary


def test_who_asks_about_a_dismissed_problem_gets_a_linked_report_that_says_by_whom_and_why(desk: Desk) -> None:
    desk.says()
    desk.dismisses(1)
    desk.investigates()

    report = desk.place.store.reports.get(2)
    assert (report.regression_of, report.status) == (1, Status.AWAITING_RESEARCH)
    card = text_of(desk.place.thread(2)[0])
    assert "SB-1 was dismissed" in card
    assert ADA in card
    assert "we meant it so" in card
    assert "same coming back" not in card
    assert "was dismissed" in desk.place.store.reports.journal(2)[0].text
    assert "SB-2" in text_of(desk.heard()[-1])
    assert "It is looked at again in " in text_of(desk.place.draw(1)[-1])


def test_who_does_not_ask_is_absorbed_and_is_told_so_and_how_to_ask(desk: Desk) -> None:
    desk.says()
    desk.dismisses(1)
    again = desk.says(user=ADA)

    assert len(desk.place.store.reports.all()) == 1
    told = desk.beneath(again)
    assert "SB-1" in told
    assert "It was dismissed" in told
    assert "we meant it so" in told
    assert "'name': 'mag'" in told
    assert "/investigate" in told
    assert "told there" not in told


@pytest.mark.parametrize(("title", "end"), [("The PDF is empty.", ""), ("The PDF is empty", "."), ("Is it empty?", "")])
def test_a_title_that_ends_a_sentence_is_not_ended_twice(place: Workplace, title: str, end: str) -> None:
    ts = place.workspace.say(BOB, SOLAR, title)
    signal = a_signal(place.store, filed=True, channel=SOLAR, external_id=f"{SOLAR}/{ts}", thread_ts=ts,
                      summary=a_summary(title=title))  # fmt: skip
    place.draw(signal.report_id or 0)
    (told,) = place.workspace.thread(SOLAR, ts)[1].blocks[0]["elements"]
    said = "".join(each["text"] for each in told["elements"])
    assert said == f"Thanks. I opened SB-1: {title}{end} What becomes of it is told there."


def test_the_reporter_hears_that_their_report_was_dismissed_where_it_stood(desk: Desk) -> None:
    first = desk.says()
    assert "What becomes of it is told there" in desk.beneath(first)
    desk.dismisses(1)

    assert "It was dismissed" in desk.beneath(first)
    assert "told there" not in desk.beneath(first)


@pytest.mark.parametrize("opened_it", [True, False])
def test_the_emoji_on_a_message_under_a_dismissed_report_has_it_looked_at_again(desk: Desk, *, opened_it: bool) -> None:
    first = desk.says()
    desk.dismisses(1)
    ts = first if opened_it else desk.says(user=ADA)
    number = 1 if opened_it else 2
    reacts(desk, BOB, ts)

    assert "SB-1" in desk.place.whispers(BOB)[-1]
    assert "a new report" in desk.place.whispers(BOB)[-1]
    assert desk.place.store.signals.get(number).status is SignalStatus.AWAITING_DIGEST
    assert desk.place.told.signals[-1] == number
    assert desk.digests(number).report_id == 2
    assert desk.place.store.reports.get(2).regression_of == 1
    assert desk.place.store.reports.get(2).status is Status.AWAITING_RESEARCH
    assert "SB-2" in desk.beneath(ts)


def test_the_shortcut_on_such_a_message_too_and_a_second_one_changes_nothing(desk: Desk) -> None:
    ts = desk.says()
    desk.dismisses(1)
    for _ in range(2):
        shortcut(desk.place, ADA, SOLAR, {"type": "message", "user": BOB, "ts": ts, "text": WORDS})
    desk.digests(1)
    shortcut(desk.place, ADA, SOLAR, {"type": "message", "user": BOB, "ts": ts, "text": WORDS})

    assert [report.regression_of for report in desk.place.store.reports.all()] == [None, 1]
    assert "SB-2" in desk.place.whispers(ADA)[-1]
    assert desk.place.store.reports.get(1).weight == pytest.approx(0.0)


def test_two_who_ask_about_one_dismissed_problem_share_the_new_report(desk: Desk) -> None:
    desk.says()
    desk.dismisses(1)
    desk.investigates()
    desk.investigates(user=ADA)

    assert [report.regression_of for report in desk.place.store.reports.all()] == [None, 1]
    assert "This belongs to SB-2" in desk.heard(ADA)[-1].text


def test_what_left_a_dismissed_report_is_erased_there_too(desk: Desk) -> None:
    ts = desk.says()
    desk.dismisses(1)
    reacts(desk, BOB, ts)
    desk.digests(1)
    reports = desk.place.store.signals.erase("slack", f"{SOLAR}/{ts}")

    assert reports == [1, 2]
    assert {report.title for report in desk.place.store.reports.all()} == {"(deleted where it was reported)"}
