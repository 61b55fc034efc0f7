"""Why is this here, merge, split and undo: by commands and buttons, through a real Bolt app."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.workspace import Ephemeral, Message
from storage.filing import NewReport
from storage.groups import Considered, PairKind, Route, Weighed
from storage.judgments import Grouping, Screening
from storage.records import Report
from storage.status import Dismissal, Mover, Status, Visibility
from tests.bot.conversation import connected
from tests.bot.workplace import ADA, BOB, ELSEWHERE, EVE, GUS, QUIET, SECRET, SOLAR, Workplace, labels, text_of
from tests.factories import a_plan, a_report, a_signal, a_summary, a_vector
from tests.storage.together import together


def a_public(place: Workplace, title: str = "The export fails", **columns: Any) -> Report:
    return a_report(place.store, channel=SOLAR, title=title, **columns)


def said(place: Workplace, user: str, text: str, channel: str = SOLAR) -> str:
    """What a command answers."""
    return str(place.types(user, "/signalbox", text, channel).body)


def purpose(place: Workplace, report: Report, name: str) -> Message:
    """A message of the report's thread, drawn just now."""
    messages = place.draw(report.id or 0)
    ts = place.store.outbox.of_report(report.id or 0)[name].ts
    return next(message for message in messages if message.ts == ts)


def shown(place: Workplace, user: str) -> Ephemeral:
    return place.workspace.ephemerals(user)[-1]


def button(seen: Ephemeral, label: str) -> dict[str, Any]:
    rows = [block["elements"] for block in seen.blocks if block["type"] == "actions"]
    return next(each for row in rows for each in row if each["text"]["text"] == label)


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
        "Name the report, such as: `/signalbox why SB-12`",
    ]
    assert place.store.signals.counts().total == 3
    assert place.whispers(BOB)[0] == "Why these signals are in SB-1"
    assert "exports hang" in json.dumps(place.workspace.ephemerals(BOB)[0].blocks)
    assert "Older" not in json.dumps(place.workspace.ephemerals(BOB)[0].blocks)
    assert place.store.signals.get(3).body == "exports hang"


@pytest.mark.parametrize("words", ["merge this into the next release", "why is this so slow?", "undo that", "split it"])
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


def a_joined(place: Workplace) -> tuple[Report, int]:
    """A report with a signal that a judgment put there."""
    report = a_public(place)
    other = a_public(place, "Something <!channel> else")
    signal = a_signal(place.store, channel=SOLAR, title="Exports hang")
    summary = a_summary(title="Exports hang", queries=("export hangs", "timeout"))
    place.store.signals.describe(signal.id or 0, Screening(), summary, a_vector(1.0), b"")
    weighed = [
        Weighed(report_id=number or 0, subject="s", status=Status.GATHERING, ranks={Route.TEXT: rank}, score=0.1,
                similarity=0.71, likelihood=likelihood, shared_keys=())
        for rank, (number, likelihood) in enumerate(((report.id, 0.64), (other.id, 0.31)), start=1)
    ]  # fmt: skip
    place.store.filing.file(
        signal.id or 0, report_id=report.id, grouping=Grouping(candidate="s", reason="One change cures both."),
        candidates=("s",), epoch=place.store.filing.epoch(), weight=1.0, keys=(), step="x",
        new_report=NewReport(title="t", gist="", subject="s", channel=SOLAR, visibility=Visibility.PUBLIC),
        considered=Considered(queries=summary.queries, candidates=tuple(weighed), judge="claude-x", near_miss=other.id),
    )  # fmt: skip
    return report, other.id or 0


def test_why_tells_who_judged_what_was_compared_and_how_it_was_found(place: Workplace) -> None:
    a_joined(place)
    for answer in (said(place, BOB, "why SB-1"), said(place, BOB, "why 1", ELSEWHERE)):
        for words in (
            "Exports hang", "2 candidates were compared by claude-x", "One change cures both.", "Chosen: ",
            "SB-1 The export fails", "64% likely by words alone", "Not chosen: ", "by its words (place 2)",
            "I looked for: export hangs",
        ):  # fmt: skip
            assert words in answer


def test_why_and_the_evidence_name_reports_and_not_the_ids_of_their_first_signals(place: Workplace) -> None:
    report = a_public(place)
    signal = a_signal(place.store, channel=SOLAR, title="Exports hang")
    place.store.signals.describe(signal.id or 0, Screening(), a_summary(), a_vector(1.0), b"")
    weighed = Weighed(report_id=report.id or 0, subject=report.subject, status=Status.GATHERING, ranks={Route.KEY: 1},
                      score=0.1, similarity=1.0, likelihood=0.9, shared_keys=("text:1",))  # fmt: skip
    place.store.filing.file(
        signal.id or 0, report_id=report.id, candidates=(report.subject,), epoch=0, weight=1.0, keys=(), step="x",
        grouping=Grouping(candidate=report.subject, reason=f"It has this in common with {report.subject}: all."),
        new_report=None, considered=Considered(candidates=(weighed,)),
    )  # fmt: skip
    for told in (said(place, BOB, "why SB-1"), text_of(purpose(place, report, "evidence"))):
        assert report.subject not in told
        assert "It has this in common with SB-1: all." in told


def test_why_tells_that_the_same_problem_was_closed_before(place: Workplace) -> None:
    before = a_public(place, status=Status.RESOLVED)
    signal = a_signal(place.store, channel=SOLAR, title="Exports hang again")
    place.store.signals.describe(signal.id or 0, Screening(), a_summary(), a_vector(1.0), b"")
    weighed = Weighed(report_id=before.id or 0, subject=before.subject, status=Status.RESOLVED, ranks={}, score=0.1,
                      similarity=1.0, likelihood=0.9, shared_keys=("text:1",))  # fmt: skip
    place.store.filing.file(
        signal.id or 0, report_id=None, candidates=(before.subject,), epoch=place.store.filing.epoch(), weight=1.0,
        keys=(), step="x", grouping=Grouping(candidate=before.subject, reason=f"Like {before.subject}."),
        new_report=NewReport(title="t", gist="", subject=signal.external_id, channel=SOLAR,
                             visibility=Visibility.PUBLIC, regression_of=before.id),
        considered=Considered(candidates=(weighed,)),
    )  # fmt: skip
    place.draw(2)
    assert place.store.reports.get(1).version > before.version
    back = text_of(purpose(place, before, "after:2"))
    assert "It may have come back, so I opened " in back
    assert place.store.outbox.permalink(2) in back
    told = said(place, BOB, "why SB-2")
    assert "The same problem, but it was closed: " in told
    assert "Not chosen" not in told
    assert "Here because: Like SB-1." in text_of(purpose(place, place.store.reports.get(2), "evidence"))


def test_the_evidence_says_that_people_brought_a_signal_here_and_not_what_was_said_elsewhere(place: Workplace) -> None:
    report, _ = a_joined(place)
    third = a_public(place)
    said(place, BOB, f"merge SB-{report.id} into SB-{third.id}")
    told = text_of(purpose(place, third, "evidence"))
    assert told.count("Here because a person merged SB-1 into this.") == 2
    assert "One change cures both." not in told
    said(place, BOB, "undo SB-1")
    assert "Here because: One change cures both." in text_of(purpose(place, report, "evidence"))


def test_why_tells_of_one_signal_by_its_link_or_its_id(place: Workplace) -> None:
    report, _ = a_joined(place)
    first = place.store.signals.of_report(report.id or 0)[0]
    channel, _, ts = first.external_id.partition("/")
    link = f"https://acme.example/archives/{channel}/p{ts.replace('.', '')}?thread_ts={ts}&cid={channel}"
    for name in (first.external_id, link, f"<{link}>"):
        told = said(place, BOB, f"why SB-1 {name}")
        assert "it opened this report. " in told
        assert "Exports hang" not in told
    assert (
        said(place, BOB, "why SB-1 https://else.example/1") == "That is no signal of SB-1, or none that may be shown."
    )
    assert "Only members" in said(place, EVE, f"why SB-1 {link}")


def test_why_tells_which_person_brought_a_signal_here(place: Workplace) -> None:
    report, other = a_joined(place)
    said(place, BOB, f"merge SB-{other} into SB-{report.id}")
    answer = said(place, ADA, "why SB-1")
    assert "It is here because " in answer
    assert f"merged SB-{other} into it" in answer


def test_a_near_miss_is_offered_once_and_different_ends_it(place: Workplace) -> None:
    report, other = a_joined(place)
    place.draw(other)
    near = purpose(place, report, "near")
    assert labels(near) == ["Same problem", "Different"]
    assert "31% likely by words alone" in text_of(near)
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
    place.press(BOB, place.draw(other)[0], "different:2", '{"report_id":1,"other_id":2}')
    assert place.whispers(BOB)[-1] == (
        "SB-1 and SB-2 have been merged. If they are two problems, take that back: `/signalbox undo SB-2`."
    )
    assert place.store.pairs.of_report(other) == []


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
    assert labels(asked) == ["Won't fix", "Fixed elsewhere", "Not a problem", "Duplicate of…", "Not now"]
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


def test_what_joins_while_a_plan_waits_is_announced_in_one_message(place: Workplace) -> None:
    report = a_public(place)
    report_id = report.id or 0
    place.store.reports.move(report_id, Status.AWAITING_RESEARCH, mover=Mover.WORLD, who="world", because="so")
    place.store.plans.propose(report_id, a_plan())
    place.store.reports.move(report_id, Status.AWAITING_APPROVAL, mover=Mover.MACHINE, who="machine", because="so")
    before = len(place.draw(report_id))
    a_signal(place.store, report_id=report_id, channel=SOLAR, summary=a_summary(title="Exports hang"))
    after = place.draw(report_id)
    news = purpose(place, report, "joined:1")
    assert "1 signal joined since the plan was made" in text_of(news)
    assert "Exports hang" in text_of(news)
    a_signal(place.store, report_id=report_id, channel=SOLAR)
    again = purpose(place, report, "joined:1")
    assert (again.ts, "2 signals joined" in text_of(again)) == (news.ts, True)
    assert len(after) > before


def test_who_decides_on_a_plan_reads_that_signals_came_or_went_since(place: Workplace) -> None:
    other = a_public(place)
    report = a_public(place, signals=3, status=Status.AWAITING_APPROVAL)
    said(place, BOB, f"merge SB-{other.id} into SB-{report.id}")
    last = place.store.signals.of_report(report.id or 0)[-1].id
    place.store.corrections.split(report.id or 0, [last or 0], by=BOB)

    assert "The plan does not know of them. Words of an approver" in text_of(purpose(place, report, "correction:1"))
    assert "The plan was still made for them. Words of an approver" in text_of(purpose(place, report, "correction:2"))
    place.store.corrections.undo(2, by=BOB)
    assert "The plan" not in text_of(purpose(place, report, "correction:2"))


def test_people_whose_message_went_to_another_report_read_where_it_is(place: Workplace) -> None:
    heir = a_public(place)
    ts = place.workspace.say(BOB, SOLAR, "exports hang")
    signal = a_signal(
        place.store, filed=True, channel=SOLAR, external_id=f"{SOLAR}/{ts}", thread_ts=ts, body="exports hang"
    )
    away = signal.report_id or 0
    place.draw(away)
    said(place, BOB, f"merge SB-{away} into SB-{heir.id}")
    place.draw(away)
    place.draw(heir.id or 0)
    under = [text_of(each) for each in place.workspace.thread(SOLAR, ts)[1:]]
    assert any("This is in SB-1 now" in each for each in under)
    assert any("This belongs to" in each for each in under)


def test_who_is_in_a_channel_is_asked_of_slack_once_a_minute(place: Workplace) -> None:
    asked = [place.writer.is_member(channel, BOB) for channel in (SOLAR, SECRET, QUIET, "C99NOWHERE", SOLAR)]
    assert asked == [True, False, True, False, True]
