"""Merge, split and undo by the words of commands and of threads: how they are understood, and what is refused."""

from __future__ import annotations

import json

import pytest

from storage.status import Status, Visibility
from tests.bot.conversation import connected
from tests.bot.corrections import a_public, purpose, said
from tests.bot.workplace import ADA, BOB, ELSEWHERE, EVE, GUS, QUIET, SECRET, SOLAR, Workplace, labels, text_of
from tests.factories import a_report, a_signal
from tests.storage.together import together


def test_a_merge_by_command_draws_both_and_undo_takes_it_back(place: Workplace) -> None:
    heir, away = a_public(place), a_public(place, "Exports time out")
    for report in (heir, away):
        place.draw(report.id or 0)
    assert "SB-2 was merged into SB-1" in said(place, BOB, "merge SB-2 into SB-1")
    assert set(place.told.published) == {heir.id, away.id}

    card = place.draw(away.id or 0)[0]
    assert "merged into SB-1" in text_of(card)
    note = purpose(place, away, "correction:1")
    assert "merged this into SB-1" in text_of(note)
    assert place.store.outbox.permalink(heir.id or 0) in text_of(note)
    assert "Its signals are in SB-1 now" in text_of(purpose(place, away, "evidence"))
    there = purpose(place, heir, "correction:1")
    assert ("merged SB-2 into this, with 1 signal" in text_of(there), labels(there)) == (True, ["Undo"])

    place.presses(ADA, there, "Undo")
    assert "was undone" in place.whispers(ADA)[-1]
    assert place.store.reports.get(away.id or 0).merged_into is None
    after = purpose(place, heir, "correction:1")
    assert ("undid that" in text_of(after), labels(after)) == (True, [])
    assert "told there" not in text_of(purpose(place, away, "correction:1"))
    place.press(ADA, there, "undo:1", '{"correction_id":1}')
    assert "undone already" in place.whispers(ADA)[-1]


@pytest.mark.parametrize("text", ["merge sb-2 into sb-1", "Merge SB-2 into SB-1.", "merge 2 with 1", "merge #2 in #1"])
def test_a_merge_is_understood_however_people_write_it_and_undone_by_command(place: Workplace, text: str) -> None:
    a_public(place)
    a_public(place)
    assert "SB-2 was merged into SB-1" in said(place, BOB, text)
    assert "SB-2 was merged into SB-1, and so its signals are there: `/signalbox why SB-1`" in said(
        place, BOB, "why SB-2?"
    )
    assert "`/signalbox split SB-1`" in said(place, BOB, "split SB-2")
    assert "undone" in said(place, ADA, "undo sb-2")
    assert place.store.reports.get(2).merged_into is None
    assert "nothing to undo" in said(place, ADA, "undo SB-1")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("<@bot> why is this here?", "Why these signals are in SB-2"),
        ("<@bot> why?", "Why these signals are in SB-2"),
        ("why are these here", "Why these signals are in SB-2"),
        ("<@bot> merge this into SB-1", "SB-2 was merged into SB-1"),
        ("<@bot>, merge this into <https://acme.slack.com/archives/C07SOLAR/p1|SB-1>", "SB-2 was merged into SB-1"),
        ("merge this into SB\u20111", "SB-2 was merged into SB-1"),
        ("<@bot> merge into sb-1 please :pray:", "SB-2 was merged into SB-1"),
        ("<@bot> merge SB-2", "Name both reports"),
        ("<@bot> this is the same as SB-1", "SB-2 was merged into SB-1"),
        ("merge this into SB-1", "SB-2 was merged into SB-1"),
        ("merge SB-1 into this", "SB-1 was merged into SB-2"),
        ("<@bot> merge SB-1 into this one", "SB-1 was merged into SB-2"),
        ("merge SB-2 into SB-1", "SB-2 was merged into SB-1"),
        ("<@bot> split this", "SB-2 holds one signal"),
        ("<@bot> undo that", "no merge and no split of SB-2"),
    ],
)
def test_in_a_reports_thread_this_is_that_report_and_no_plan_is_revised(
    place: Workplace, words: str, told: str
) -> None:
    a_public(place)
    report = a_public(place)
    root = place.draw(report.id or 0)[0].ts
    with connected(place) as talk:
        place.workspace.say(ADA, SOLAR, words.replace("<@bot>", f"<@{place.bot}>"), root)
        talk.rests()
    assert len(place.whispers(ADA)) == 1
    assert told in place.whispers(ADA)[0]
    assert place.store.plans.approvals(report.id or 0) == []


def test_under_a_reporters_message_this_is_the_report_it_belongs_to(place: Workplace) -> None:
    ts = place.workspace.say(BOB, SOLAR, "exports hang")
    older = a_public(place)
    a_signal(place.store, report_id=older.id, channel=SOLAR, title="Older")
    a_signal(place.store, report_id=older.id, channel=SOLAR, external_id=f"{SOLAR}/{ts}", thread_ts=ts,
             title="exports hang", body="exports hang")  # fmt: skip
    with connected(place) as talk:
        place.workspace.say(BOB, SOLAR, f"<@{place.bot}> why is this here?", ts)
        talk.rests()
        place.workspace.say(BOB, SOLAR, f"<@{place.bot}> why is this here?")
        place.workspace.say(BOB, ELSEWHERE, f"<@{place.bot}> merge this into SB-1")
        talk.rests()
    assert sorted(place.whispers(BOB)[1:]) == [
        "Name both reports, such as: `/signalbox merge SB-3 into SB-2`",
        "Name the report, or give the link of a message, an issue or a ticket: `/signalbox why SB-12`, `/signalbox why https://…/archives/…`",
    ]
    assert place.store.signals.counts().total == 3
    assert place.whispers(BOB)[0] == "Why these signals are in SB-1"
    assert "exports hang" in json.dumps(place.workspace.ephemerals(BOB)[0].blocks)
    assert "Older" not in json.dumps(place.workspace.ephemerals(BOB)[0].blocks)
    assert place.store.signals.get(3).body == "exports hang"


@pytest.mark.parametrize("words", ["merge this into the next release", "this is so slow", "undo that", "split it"])
def test_other_words_of_an_approver_still_revise_the_plan(place: Workplace, words: str) -> None:
    report = a_public(place, status=Status.AWAITING_APPROVAL, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    with connected(place) as talk:
        place.workspace.say(ADA, SOLAR, words, root)
        talk.rests()
    assert [each.words for each in place.store.plans.approvals(report.id or 0)] == [words]


@pytest.mark.parametrize(
    ("user", "text", "why"),
    [
        (GUS, "merge SB-2 into SB-1", "Guests"),
        (EVE, "merge SB-2 into SB-1", "another one"),
        (BOB, "merge SB-2 into SB-3", "you are not in there"),
        (BOB, "merge SB-2 into SB-4", "no SB-4 that I could speak of"),
        (BOB, "merge SB-2 into SB-99", "no SB-99 that I could speak of"),
        (BOB, "merge SB-2 into SB-2", "itself"),
        (BOB, "merge SB-5 into SB-1", "a plan or a fix under way"),
        (BOB, "merge", "Name both"),
        (BOB, "merge SB-2", "Name both"),
        (BOB, "split", "Name the report"),
        (BOB, "why SB", "Name the report"),
        (BOB, "undo", "Name the report"),
        (BOB, "undo SB-1", "no merge and no split of SB-1 that stands"),
        (BOB, "undo SB-4", "no SB-4 that I could speak of"),
        (GUS, "undo SB-1", "Guests"),
        (BOB, "split SB-1", "one signal"),
        (BOB, "split SB-3", "you are not in there"),
        (GUS, "why SB-1", "Guests"),
        (BOB, "why SB-4", "no SB-4 that I could speak of"),
    ],
)
def test_what_may_not_be_corrected_is_answered_with_why(place: Workplace, user: str, text: str, why: str) -> None:
    a_public(place)
    a_public(place)
    a_report(place.store, channel="C10SHARED")
    a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE)
    a_public(place, status=Status.AWAITING_APPROVAL)
    place.workspace.say(ADA, SOLAR, "x")

    assert why in said(place, user, text)
    assert place.store.corrections.of_report(2) == []


def test_a_report_is_said_to_be_of_another_repository_and_is_researched_there(place: Workplace) -> None:
    report = a_public(place, status=Status.AWAITING_ANSWER, repository="")

    stranger = said(place, EVE, "repository SB-1 acme/app")
    refused = said(place, BOB, "repository SB-1 acme/app")
    unknown = said(place, ADA, "repository SB-1 acme/elsewhere")
    told = said(place, ADA, "repository SB-1 `acme/app`")

    after = place.store.reports.get(report.id or 0)
    assert "Only members of this workspace can do this" in stranger
    assert "You may not do this" in refused
    assert "`acme/elsewhere` is not a repository of the policy file; there are `acme/app`." in unknown
    assert told == "SB-1 is about `acme/app`: I look into it there, and remember that."
    assert (after.status, after.repository, after.repository_by) == (Status.AWAITING_RESEARCH, "acme/app", ADA)
    assert place.told.reports == [report.id]
    assert "SB-1 is about `acme/app` already." in said(place, ADA, "repository SB-1 acme/app")


def test_a_private_report_is_corrected_only_where_it_lives(place: Workplace) -> None:
    for _ in range(2):
        a_report(place.store, channel=SECRET, visibility=Visibility.PRIVATE)
    assert "no SB-2" in said(place, ADA, "merge SB-2 into SB-1", SOLAR)
    assert "was merged into SB-1" in said(place, ADA, "merge SB-2 into SB-1", SECRET)


def test_of_two_people_at_once_one_corrects_and_the_other_is_told_so(place: Workplace) -> None:
    for _ in range(2):
        place.draw(a_public(place).id or 0)
    answers = together(
        lambda: said(place, BOB, "merge SB-1 into SB-2"), lambda: said(place, ADA, "merge SB-2 into SB-1")
    )
    assert sorted("was merged into" in str(each) for each in answers) == [False, True]
    assert sorted("already; nothing was changed" in str(each) for each in answers) == [False, True]
    note = purpose(place, place.store.reports.get(1), "correction:1")
    together(*[lambda user=user: place.presses(user, note, "Undo") for user in (ADA, BOB)])
    place.settles()

    heard = [place.whispers(user)[-1] for user in (ADA, BOB)]
    assert sorted("undone already, by" in each for each in heard) == [False, True]
    assert [report.merged_into for report in place.store.reports.all()] == [None, None]


def test_who_is_in_a_channel_is_asked_of_slack_once_a_minute(place: Workplace) -> None:
    asked = [place.writer.is_member(channel, BOB) for channel in (SOLAR, SECRET, QUIET, "C99NOWHERE", SOLAR)]
    assert asked == [True, False, True, False, True]
