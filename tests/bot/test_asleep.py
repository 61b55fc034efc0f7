"""Snooze, mute and wake, as people do it in Slack, and what they read of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from agents.gathering.ripening import Ripening
from agents.gathering.rousing import slept_since
from agents.gathering.weighing import Weighing
from agents.people.sleeping import Waker
from bot.notes.waiting import WaitingNotes
from playground.workspace import Ephemeral, Message
from storage.columns import now
from storage.records import Report
from storage.sleep import Waking
from storage.status import Mover, Status
from tests.bot.corrections import button, said, shown
from tests.bot.life import Life
from tests.bot.workplace import ADA, BOB, SOLAR, Workplace, labels, text_of
from tests.factories import a_report, a_signal
from tests.fakes import PlainCheckpoint

DAY = dt.timedelta(days=1)


def a_stuck(place: Workplace) -> Report:
    """One whose thread has its messages, in a channel of which Ada is an approver."""
    life = Life(place)
    life.researched()
    life.draw()
    return life.report


def choices(seen: Ephemeral) -> list[str]:
    return [each["text"]["text"] for block in seen.blocks if block["type"] == "actions" for each in block["elements"]]


def saying(place: Workplace, report: Report, words: str) -> list[Message]:
    return [each for each in place.thread(report.id or 0) if words in text_of(each)]


def wake_at(place: Workplace, at: dt.datetime) -> None:
    Waker(replace(place.deps.pipeline.means, clock=lambda: at)).wake_in_time(PlainCheckpoint())


def test_by_the_cards_button_a_report_is_left_alone_and_by_the_other_it_wakes(place: Workplace) -> None:
    report = a_stuck(place)
    card = place.draw(report.id or 0)[0]
    place.presses(ADA, card, "Snooze…")
    assert choices(shown(place, ADA)) == ["1 hour", "4 hours", "Tomorrow", "3 days", "Monday", "2 weeks", "Mute"]
    chosen = button(shown(place, ADA), "3 days")
    place.press(ADA, card, chosen["action_id"], chosen["value"])

    until = place.store.reports.get(report.id or 0).asleep_until
    assert until is not None
    assert dt.timedelta(days=2, hours=23) < until - now() <= 3 * DAY
    assert f"SB-1 sleeps until <!date^{int(until.timestamp())}^" in place.whispers(ADA)[-1]
    card = place.draw(report.id or 0)[0]
    assert ("Asleep until " in text_of(card), "Wake" in labels(card)) == (True, True)
    (note,) = saying(place, report, "I post nothing here.")
    assert labels(note) == ["Wake"]

    place.presses(ADA, note, "Wake")
    place.draw(report.id or 0)

    assert place.whispers(ADA)[-1] == "SB-1 is awake again."
    assert saying(place, report, "is awake") == []  # Ada knows, and nobody else had asked to hear it
    assert "Snooze…" in labels(place.thread(report.id or 0)[0])
    assert len(saying(place, report, "had this left alone from ")) == 1


def test_while_it_sleeps_nothing_new_is_posted_and_all_of_it_comes_when_it_wakes(place: Workplace) -> None:
    life = Life(place)
    life.researched()
    life.approved()
    life.draw()
    place.store.sleeps.lay(life.id, now() + DAY, by=ADA)
    life.draw()
    before = [each.ts for each in place.thread(life.id)]
    assert saying(place, life.report, "The fix that is under way goes on")

    a_signal(place.store, report_id=life.id, weight=0.1, channel=SOLAR)
    life.fixed()
    life.move(Status.STUCK, because="the checks stayed red")
    card = life.card()

    assert [each.ts for each in place.thread(life.id)] == before
    assert ("2 signals" in text_of(card), "the checks stayed red" in text_of(card)) == (True, True)

    wake_at(place, now() + 2 * DAY)
    life.draw()

    new = [text_of(each) for each in place.thread(life.id) if each.ts not in before]
    assert "its time has come" in new[0]
    assert ADA in new[0]
    assert "1 signal joined" in new[0]
    assert any("I am stuck. " in each for each in new[1:])
    assert any("pull request" in each.lower() for each in new[1:])


def test_who_reports_it_meanwhile_is_answered_under_their_own_message(place: Workplace) -> None:
    life = Life(place)
    place.store.sleeps.lay(life.id, None, by=ADA)
    ts = place.workspace.say(BOB, SOLAR, "the export fails again")
    a_signal(
        place.store, report_id=life.id, channel=SOLAR, external_id=f"{SOLAR}/{ts}", thread_ts=ts, weight=0.1
    )  # fmt: skip
    life.draw()
    assert "This belongs to" in place.workspace.thread(SOLAR, ts)[-1].text


def test_who_may_not_decide_may_not_put_it_to_sleep(place: Workplace) -> None:
    report = a_stuck(place)
    assert "The policy file allows it to" in said(place, BOB, "snooze SB-1 3d")
    place.presses(BOB, place.draw(report.id or 0)[0], "Snooze…")
    assert "The policy file allows it to" in place.whispers(BOB)[-1]
    assert place.store.sleeps.of_report(report.id or 0) == []


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("snooze SB-1 3d", "SB-1 sleeps until <!date^"),
        ("snooze sb-1 until monday, please", "SB-1 sleeps until <!date^"),
        ("snooze 1 soon", "I do not know when that is."),
        ("snooze SB-1 2020-01-01", "That moment is over."),
        ("snooze SB-1 52w", "That is too far: a report sleeps 90 days at most."),
        ("snooze", "Name the report, and for how long"),
        ("mute SB-1", "SB-1 is muted, and wakes if somebody acts on it"),
        ("wake SB-1", "SB-1 is awake already."),
        ("snooze SB-9 3d", "There is no SB-9"),
        ("unmute SB-1", "`/signalbox wake SB-12` wakes what sleeps"),
    ],
)
def test_the_command_says_until_when_or_what_it_did_not_understand(place: Workplace, words: str, answer: str) -> None:
    a_stuck(place)
    assert answer in said(place, ADA, words)


@pytest.mark.parametrize("words", ["snooze 3d", "Please mute this until monday.", "<@{bot}> snooze for 2 weeks"])
def test_words_in_the_thread_that_are_wholly_that_put_it_to_sleep(place: Workplace, words: str) -> None:
    report = a_stuck(place)
    root = place.thread(report.id or 0)[0]
    place.says(ADA, words.format(bot=place.bot), thread_ts=root.ts)
    if "<@" in words:  # Slack tells of it twice
        mention = {
            "type": "app_mention",
            "channel": SOLAR,
            "user": ADA,
            "thread_ts": root.ts,
            "ts": "1800000000.000100",
        }
        place.event({**mention, "text": words.format(bot=place.bot)})
        place.settles()
    assert place.store.reports.get(report.id or 0).asleep_until is not None
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL

    place.says(ADA, "wake up", thread_ts=root.ts)
    assert place.store.reports.get(report.id or 0).asleep_since is None


def test_snooze_alone_shows_what_there_is_to_choose_from(place: Workplace) -> None:
    report = a_stuck(place)
    place.says(ADA, "snooze", thread_ts=place.thread(report.id or 0)[0].ts)
    assert "Mute" in choices(shown(place, ADA))
    assert place.store.sleeps.of_report(report.id or 0) == []


def test_other_words_of_an_approver_wake_it_and_change_the_plan_and_who_snoozed_it_hears_why(place: Workplace) -> None:
    report = a_stuck(place)
    place.store.sleeps.lay(report.id or 0, None, by=BOB)
    place.says(ADA, "guard negative numbers too", thread_ts=place.thread(report.id or 0)[0].ts)

    place.draw(report.id or 0)
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_RESEARCH
    (told,) = saying(place, report, "this is awake again: ")
    assert (BOB in text_of(told), ADA in text_of(told), " acted on it." in text_of(told)) == (True, True, True)


def test_a_plan_that_research_ends_with_is_shown_when_its_report_wakes(place: Workplace) -> None:
    life = Life(place)
    life.draw()
    place.store.sleeps.lay(life.id, None, by=ADA)
    life.researched()
    life.draw()
    root = place.thread(life.id)[0]
    assert not saying(place, life.report, "The plan")
    place.says(ADA, "approve", thread_ts=root.ts)
    assert "its plan is shown when it wakes" in place.whispers(ADA)[-1]

    place.says(ADA, "wake", thread_ts=root.ts)
    life.draw()
    assert "Approve" in labels(saying(place, life.report, "The plan")[0])
    assert place.store.plans.of(life.id, 1).expires_at is not None


def test_by_the_number_of_its_signals_it_is_not_researched_while_it_sleeps_but_when_it_wakes(place: Workplace) -> None:
    report = a_report(place.store, channel=SOLAR, signals=3, research_passes=1, weight=30.0)
    report_id = report.id or 0
    place.store.sleeps.lay(report_id, now() + DAY, by=ADA)
    signal = a_signal(place.store, report_id=report_id, channel=SOLAR)

    Weighing(place.deps.pipeline.means).again(signal.id or 0, asked=False)
    assert place.store.reports.get(report_id).status is Status.GATHERING

    wake_at(place, now() + 2 * DAY)
    assert place.store.reports.get(report_id).status is Status.AWAITING_RESEARCH
    assert place.told.reports[-1] == report_id


def test_who_dies_over_waking_it_has_it_looked_into_by_the_next_tick(place: Workplace) -> None:
    report_id = a_report(place.store, channel=SOLAR, signals=3, research_passes=1, weight=30.0).id or 0
    place.store.sleeps.lay(report_id, now(), by=ADA)
    a_signal(place.store, report_id=report_id, channel=SOLAR)
    assert place.store.sleeps.wake_in_time(report_id, now()) is not None  # and then it is struck
    for _ in range(2):
        wake_at(place, now())
    moves = [each for each in place.store.reports.snapshot(report_id).moves if each.after is Status.AWAITING_RESEARCH]
    assert len(moves) == 1


def test_who_asks_to_have_it_looked_into_wakes_it(place: Workplace) -> None:
    report_id = a_report(place.store, channel=SOLAR).id or 0
    place.store.sleeps.lay(report_id, None, by=ADA)
    Ripening(place.deps.pipeline.means).ripen(report_id, asked_by=BOB, asked=True, because="x", step="x")

    (sleep,) = place.store.sleeps.of_report(report_id)
    assert (sleep.woke_because, sleep.woke_by) == (Waking.ASKED, BOB)
    assert place.store.reports.get(report_id).status is Status.AWAITING_RESEARCH


def test_what_somebody_asked_with_before_it_slept_does_not_wake_it_when_that_is_edited(place: Workplace) -> None:
    before = a_signal(place.store, filed=True, channel=SOLAR, asked_by=BOB)
    report_id = before.report_id or 0
    place.store.sleeps.lay(report_id, None, by=ADA)
    after = a_signal(place.store, report_id=report_id, channel=SOLAR, asked_by=BOB, weight=0.1)
    means = place.deps.pipeline.means
    assert [slept_since(means, report_id, each) for each in (before, after)] == [True, False]


def test_what_sleeps_is_in_no_note_of_what_waits_and_in_the_lists_with_its_day(place: Workplace) -> None:
    life = Life(place)
    life.researched()
    life.approved()
    life.move(Status.STUCK, because="no")
    life.draw()
    place.store.sleeps.lay(life.id, now() + 30 * DAY, by=ADA)
    a_tuesday = (now() + 4 * DAY).replace(hour=10)
    a_tuesday += (1 - a_tuesday.weekday()) % 7 * DAY
    roots = len(place.workspace.messages(SOLAR))
    WaitingNotes(place.store, place.writer, place.policy, lambda: a_tuesday).post()
    assert len(place.workspace.messages(SOLAR)) == roots

    place.event({"type": "app_home_opened", "user": BOB, "tab": "home"})
    place.settles()
    listed = str(place.workspace.home(BOB))
    assert ("'Asleep'" in listed, "asleep until " in listed, "Waiting for people" in listed) == (True, True, False)
    assert "1 open report, 1 of them asleep or muted" in said(place, BOB, "status")


def test_what_is_merged_by_people_is_told_to_who_had_it_left_alone(place: Workplace) -> None:
    life = Life(place)
    life.researched()
    life.approved()
    life.fixed()
    place.store.sleeps.lay(life.id, now() + DAY, by=ADA)
    life.move(Status.AWAITING_PROOF, Mover.HUMAN, "octocat", "merged", soak_until=now() + DAY)
    life.draw()
    (told,) = saying(place, life.report, "this is awake before its time: ")
    assert "octocat" in text_of(told)
