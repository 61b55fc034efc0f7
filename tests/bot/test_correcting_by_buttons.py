"""Signals picked and split off, near misses told apart, reasons of dismissals: by buttons, through a real Bolt app."""

from __future__ import annotations

import json

import pytest

from storage.groups import PairKind
from storage.status import Dismissal, Status, Visibility
from tests.bot.corrections import a_joined, a_public, button, purpose, shown
from tests.bot.workplace import ADA, BOB, SECRET, SOLAR, Workplace, labels, text_of
from tests.factories import a_report, a_signal, a_summary


def test_signals_are_picked_and_split_off_and_the_split_is_undone(place: Workplace) -> None:
    report = a_public(place)
    for title in ("Logins are slow", "Logins are slow too"):
        a_signal(place.store, report_id=report.id, channel=SOLAR, summary=a_summary(title=title))
    evidence = purpose(place, report, "evidence")
    assert labels(evidence) == ["Why are these here?", "Split…"]
    place.presses(BOB, evidence, "Split…")
    first = shown(place, BOB)
    assert [each["elements"][0]["text"]["text"] for each in first.blocks if each["type"] == "actions"] == ["Pick"] * 3

    for action in ("pick:3", "pick:2"):
        value = next(each["elements"][0]["value"] for each in shown(place, BOB).blocks
                     if each["type"] == "actions" and each["elements"][0]["action_id"] == action)  # fmt: skip
        place.press(BOB, evidence, action, value)
    picked = shown(place, BOB)
    split = button(picked, "Split off 2 signals")
    place.press(BOB, evidence, split["action_id"], split["value"])

    assert "2 of its signals became SB-2" in place.whispers(BOB)[-1]
    new = place.store.reports.get(2)
    assert (new.title, len(place.store.signals.of_report(2))) == ("Logins are slow", 2)
    note = purpose(place, new, "correction:1")
    assert "split this off SB-1, with 2 signals" in text_of(note)
    place.presses(BOB, note, "Undo")
    assert len(place.store.signals.of_report(report.id or 0)) == 3


def test_what_was_picked_can_be_left_again(place: Workplace) -> None:
    report = a_public(place, signals=2)
    evidence = purpose(place, report, "evidence")
    place.press(BOB, evidence, "pick:2", '{"report_id":1,"signals":[2],"this":2}')
    assert "Split off" not in json.dumps(shown(place, BOB).blocks)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("undo:1", "{}"), ("undo:1", '{"correction_id":99}'), ("same:1", '{"report_id":1}'), ("different:1", ""),
        ("reason:1", '{"report_id":1,"dismissal":"else"}'), ("pick:1", '{"report_id":1,"signals":"x"}'),
        ("why", '{"report_id":99}'), ("take_out", '{"report_id":0}'), ("duplicate", "other_id"),
    ],
)  # fmt: skip
def test_a_button_that_is_not_of_our_making_changes_nothing(place: Workplace, action: str, value: str) -> None:
    report = a_public(place)
    place.press(BOB, place.draw(report.id or 0)[0], action, value)
    assert "out of date" in place.whispers(BOB)[-1]
    assert len(place.store.reports.all()) == 1


def test_a_near_miss_is_offered_once_and_different_ends_it(place: Workplace) -> None:
    report, other = a_joined(place)
    place.draw(other)
    near = purpose(place, report, "near")
    assert labels(near) == ["Same problem", "Different"]
    assert "31% likely by words and labels" in text_of(near)
    place.presses(BOB, near, "Different")
    assert "keep SB-1 and SB-2 apart" in place.whispers(BOB)[-1]
    (pair,) = place.store.pairs.of_report(other)
    assert (pair.kind, pair.by) == (PairKind.APART, BOB)
    assert labels(purpose(place, report, "near")) == []
    place.press(BOB, near, "different:2", '{"report_id":1,"other_id":2}')
    assert "said so before" in place.whispers(BOB)[-1]


def test_same_problem_merges_the_younger_into_the_older(place: Workplace) -> None:
    report, other = a_joined(place)
    place.presses(BOB, purpose(place, report, "near"), "Same problem")
    assert place.store.reports.get(other).merged_into == report.id
    assert labels(purpose(place, report, "near")) == []
    place.press(BOB, place.draw(report.id or 0)[0], "different:2", '{"report_id":1,"other_id":2}')
    assert place.whispers(BOB)[-1] == (
        "SB-1 and SB-2 have been merged. If they are two problems, take that back: `/signalbox undo SB-2`."
    )
    assert place.store.pairs.of_report(other) == []


def test_same_problem_goes_the_other_way_when_the_younger_has_a_plan(place: Workplace) -> None:
    older = a_public(place)
    younger = a_public(place, status=Status.AWAITING_APPROVAL)
    place.press(BOB, place.draw(older.id or 0)[0], "same:2", '{"report_id":1,"other_id":2}')
    assert place.store.reports.get(older.id or 0).merged_into == younger.id


def test_after_a_dismissal_the_reason_is_asked_and_kept(place: Workplace) -> None:
    report = a_public(place)
    card = place.draw(report.id or 0)[0]
    place.presses(ADA, card, "Dismiss")
    (asked,) = [each for each in place.draw(report.id or 0) if "Why?" in text_of(each)]
    assert labels(asked) == [
        "Won't fix", "Fixed elsewhere", "Not a problem", "Duplicate of…", "Analysis is wrong", "Unclear", "Not now",
    ]  # fmt: skip
    place.presses(BOB, asked, "Won't fix")
    assert "may not do this" in place.whispers(BOB)[-1]
    place.presses(ADA, asked, "Fixed elsewhere")
    assert "If it happens again" in place.whispers(ADA)[-1]
    assert place.store.reports.get(report.id or 0).dismissal is Dismissal.FIXED_ELSEWHERE
    card, *_ = drawn = place.draw(report.id or 0)
    (told,) = [each for each in drawn if "Fixed elsewhere" in text_of(each)]
    assert (told.ts, labels(told)) == (asked.ts, [])
    assert "no reason was given" not in str(told.blocks)
    assert "Dismissed: fixed elsewhere" in text_of(card)


@pytest.mark.parametrize(
    ("label", "why", "told", "shown_as"),
    [
        ("Analysis is wrong", Dismissal.ANALYSIS_WRONG, "look for another cause", "the analysis is wrong"),
        ("Unclear", Dismissal.UNCLEAR, "they may say more", "unclear"),
    ],
)
def test_what_research_is_to_learn_is_a_reason_too(
    place: Workplace, label: str, why: Dismissal, told: str, shown_as: str
) -> None:
    report = a_public(place)
    place.presses(ADA, place.draw(report.id or 0)[0], "Dismiss")
    (asked,) = [each for each in place.draw(report.id or 0) if "Why?" in text_of(each)]
    place.presses(ADA, asked, label)

    assert told in place.whispers(ADA)[-1]
    assert place.store.reports.get(report.id or 0).dismissal is why
    assert f"Dismissed: {shown_as}" in text_of(place.draw(report.id or 0)[0])


def test_a_duplicate_is_chosen_among_those_that_are_alike(place: Workplace) -> None:
    heir = a_public(place)
    report = a_public(place)
    a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE)
    place.presses(ADA, place.draw(report.id or 0)[0], "Dismiss")
    (asked,) = [each for each in place.draw(report.id or 0) if "Why?" in text_of(each)]
    place.presses(ADA, asked, "Duplicate of…")
    choice = button(shown(place, ADA), "Of SB-1")
    assert "SB-3" not in json.dumps(shown(place, ADA).blocks)
    place.press(ADA, asked, choice["action_id"], choice["value"])
    after = place.store.reports.get(report.id or 0)
    assert (after.dismissal, after.merged_into) == (Dismissal.DUPLICATE, heir.id)


def test_not_now_is_a_reason_by_itself(place: Workplace) -> None:
    report = a_public(place, status=Status.AWAITING_APPROVAL)
    (plan,) = [each for each in place.draw(report.id or 0) if "Not now" in labels(each)]
    place.presses(ADA, plan, "Not now")
    closed = place.store.reports.get(report.id or 0)
    assert (closed.status, closed.dismissal) == (Status.DISMISSED, Dismissal.NOT_NOW)
    assert not [each for each in place.draw(report.id or 0) if "Why?" in text_of(each)]
