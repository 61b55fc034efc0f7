"""Buttons and replies in threads, through a real Bolt app, and what they decide."""

from __future__ import annotations

import json
from threading import Timer
from typing import Any

import pytest
from sqlalchemy import delete

from agents.cases import Guidance
from agents.research.case_of import guidance_of
from playground.faults import Fault, Kind, Moment
from storage.judgments import Question
from storage.plumbing import OutboxRow
from storage.records import Decision
from storage.status import Status
from tests.bot.thread_events import after
from tests.bot.workplace import (
    ADA,
    BOB,
    GUS,
    KIM,
    SOLAR,
    Workplace,
    buttons,
    labels,
)
from tests.factories import a_plan, a_report


@pytest.mark.parametrize("said", ["approve", "stop", "merge this into SB-2", "repository: acme/app"])
def test_words_that_somebody_passes_on_decide_nothing_in_their_name(place: Workplace, said: str) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root, plan = place.draw(report.id or 0)[0].ts, place.store.plans.latest(report.id or 0)
    assert plan is not None
    passed_on = {"is_share": True, "author_id": BOB, "text": said, "fallback": said}
    event = {"type": "message", "channel": SOLAR, "user": ADA, "text": "", "ts": after(root, 60), "thread_ts": root}
    place.event({**event, "attachments": [passed_on]})
    place.settles()

    decided = [each.decision for each in place.store.plans.approvals(report.id or 0)]
    assert decided in ([], [Decision.GUIDE])  # what is no phrase is guidance
    assert place.store.reports.get(report.id or 0).merged_into is None


def test_an_approver_approves_by_button(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    plan = next(each for each in place.draw(report.id or 0) if "Approve" in labels(each))
    place.presses(ADA, plan, "Approve")

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_FIX
    assert place.whispers(ADA) == ["Approved. I am writing the fix now."]


@pytest.mark.parametrize("user", [BOB, GUS])
def test_somebody_without_the_right_is_told_so_privately_and_nothing_happens(place: Workplace, user: str) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    plan = next(each for each in place.draw(report.id or 0) if "Approve" in labels(each))
    before = place.workspace.posts_by_bot()
    place.presses(user, plan, "Approve")

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert len(place.whispers(user)) == 1
    assert place.whispers(ADA) == []
    assert place.workspace.posts_by_bot() == before
    assert [each.decision for each in place.store.plans.approvals(report.id or 0)] == [Decision.REFUSED]


@pytest.mark.parametrize("user_fields", [{"team_id": "T09OTHER"}, {"team_id": None}, {"team_id": 7}])
def test_a_press_from_another_workspace_or_from_nowhere_is_refused(
    place: Workplace, user_fields: dict[str, object]
) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    plan = next(each for each in place.draw(report.id or 0) if "Approve" in labels(each))
    place.presses(ADA, plan, "Approve", **user_fields)

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert "another" in place.whispers(ADA)[0]


def test_who_is_in_our_workspace_and_in_a_sister_of_it_is_no_stranger(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    plan = next(each for each in place.draw(report.id or 0) if "Approve" in labels(each))
    place.presses(KIM, plan, "Approve", team_id="T08SISTER")

    assert place.whispers(KIM)[0].startswith("You may not do this. The policy file allows it to")


def test_nothing_is_decided_while_slack_does_not_say_who_it_is(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    plan = next(each for each in place.draw(report.id or 0) if "Approve" in labels(each))
    place.faults.plan(Fault("slack:users.info", Moment.RECEIPT, Kind.REFUSE, times=3, status=503))
    place.presses(ADA, plan, "Approve")

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert "did not tell me who you are" in place.whispers(ADA)[0]
    place.presses(ADA, plan, "Approve")
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_FIX


def test_a_stale_or_forged_button_changes_nothing_and_says_so(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    thread = place.draw(report.id or 0)
    forged = [
        '{"report_id": 1, "plan_revision": 1, "plan_hash": "00"}',
        '{"report_id": 99999, "plan_revision": 1, "plan_hash": ""}',
        '{"report_id": "1"}',
        '{"report_id": 1, "more": 2}',
        '{"report_id": 100000000000000000000000}',
        "not json",
        None,
    ]
    for value in forged:
        place.press(ADA, thread[0], "approve", value)

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert len(place.whispers(ADA)) == len(forged)
    assert all("replaced" in each or "out of date" in each for each in place.whispers(ADA))


def test_a_card_that_was_posted_after_a_backup_that_was_restored_decides_nothing(place: Workplace) -> None:
    lost = a_report(place.store, status=Status.STUCK, channel=SOLAR, repository="acme/app")
    posted = place.draw(lost.id or 0)
    with place.store.outbox._on.write() as session:  # the backup knew neither the report nor what was posted of it
        session.execute(delete(OutboxRow))
    for message in posted:
        for button in buttons(message):
            place.press(ADA, message, button["action_id"], button["value"])

    assert place.store.reports.get(lost.id or 0).status is Status.STUCK  # another report, which has its number now
    assert place.store.plans.approvals(lost.id or 0) == []
    assert all("perhaps because a backup was restored" in each for each in place.whispers(ADA))
    assert len(place.whispers(ADA)) >= 3


def test_replies_in_the_thread_guide_and_decide(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.says(BOB, "I would use floats", thread_ts=root)
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert place.whispers(BOB) == []

    place.says(ADA, "go ahead", thread_ts=root)
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_FIX


def test_a_yes_to_a_plan_that_is_only_just_posted_is_about_that_plan(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.store.plans.propose(report.id or 0, a_plan(title="Another way"), because="as you said", step="again")
    written_down = Timer(0.3, lambda: place.store.plans.shown(report.id or 0, 2, root, None))
    written_down.start()

    place.says(ADA, "go ahead", thread_ts=root)
    written_down.join()

    (approval,) = place.store.plans.approvals(report.id or 0)
    assert (approval.decision, approval.plan_revision) == (Decision.APPROVE, 2)


def test_guidance_moves_the_report_back_and_is_acknowledged(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.says(ADA, "test it with 0 &lt; x too", thread_ts=root)

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_RESEARCH
    assert place.store.plans.approvals(report.id or 0)[0].words == "test it with 0 < x too"
    assert "revising" in place.whispers(ADA)[0]


@pytest.mark.parametrize("words", ["Yes?", "ship it :x:", ":tada:", "ok", "&gt; approve"])
def test_what_is_only_nearly_a_yes_is_answered_and_changes_nothing(place: Workplace, words: str) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.says(ADA, words, thread_ts=root)

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_APPROVAL
    assert place.store.plans.approvals(report.id or 0) == []
    assert "plain words" in place.whispers(ADA)[0]


@pytest.mark.parametrize("words", ["<@bot> approve", "<@bot>: approve", "<@bot>, approve", "approve <@bot>"])
def test_a_yes_that_speaks_to_the_bot_is_a_yes(place: Workplace, words: str) -> None:
    report = a_report(place.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.says(ADA, words.replace("<@bot>", f"<@{place.bot}>"), thread_ts=root)

    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_FIX


@pytest.mark.parametrize(
    "status", [Status.AWAITING_FIX, Status.AWAITING_CHECKS, Status.AWAITING_REVIEW, Status.AWAITING_RESEARCH]
)
def test_stop_dismisses_a_report_that_is_worked_on(place: Workplace, status: Status) -> None:
    report = a_report(place.store, status=status, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.says(BOB, "stop", thread_ts=root)
    assert place.store.reports.get(report.id or 0).status is status

    place.says(ADA, "stop", thread_ts=root)
    assert place.store.reports.get(report.id or 0).status is Status.DISMISSED
    assert place.whispers(ADA)[0].startswith("Dismissed.")


def test_words_that_come_while_it_works_are_kept_and_answered(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_FIX, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.says(ADA, "use math.isclose instead please", thread_ts=root)
    place.says(ADA, "approve", thread_ts=root)
    place.says(BOB, "nice", thread_ts=root)

    kept = place.store.plans.approvals(report.id or 0)
    assert [(each.decision, each.words) for each in kept] == [(Decision.GUIDE, "use math.isclose instead please")]
    assert place.store.reports.get(report.id or 0).status is Status.AWAITING_FIX
    noted, nothing = place.whispers(ADA)
    assert noted.startswith("Noted.")
    assert "nothing to decide" in nothing
    assert place.whispers(BOB) == []


@pytest.mark.parametrize("words", ["no, better do X", "please use the other approach"])
def test_words_that_come_while_it_is_stuck_are_kept_for_the_next_try(place: Workplace, words: str) -> None:
    report = a_report(place.store, status=Status.STUCK, channel=SOLAR, repository="acme/app")
    report_id = report.id or 0
    root = place.draw(report_id)[0].ts
    place.says(BOB, words, thread_ts=root)
    place.says(ADA, words, thread_ts=root)

    assert place.store.reports.get(report_id).status is Status.STUCK
    assert guidance_of(place.store.plans.approvals(report_id)) == (Guidance(words=words, who=ADA),)
    assert (ADA, words) in [(each.who, each.text) for each in place.store.reports.journal(report_id)]
    assert place.whispers(ADA)[0].startswith("I keep that; press Retry")
    assert place.whispers(BOB) == []


@pytest.mark.parametrize("words", ["stop please", "Please stop!", "stop it"])
def test_a_polite_stop_is_a_stop(place: Workplace, words: str) -> None:
    report = a_report(place.store, status=Status.AWAITING_FIX, channel=SOLAR, repository="acme/app")
    root = place.draw(report.id or 0)[0].ts
    place.says(ADA, words, thread_ts=root)

    assert place.store.reports.get(report.id or 0).status is Status.DISMISSED


def test_a_press_on_an_option_answers_the_question_it_stood_under(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_ANSWER, channel=SOLAR, repository="acme/app")
    report_id = report.id or 0
    place.store.plans.ask(report_id, Question(text="Which?", options=("left", "right")), "s1")
    asked = next(each for each in place.draw(report_id) if "right" in labels(each))
    place.press(ADA, asked, "answer:1", json.dumps({"report_id": report_id, "question_id": 99, "option": 1}))
    assert place.store.reports.get(report_id).status is Status.AWAITING_ANSWER

    place.presses(ADA, asked, "right")
    assert place.store.reports.get(report_id).status is Status.AWAITING_RESEARCH
    assert place.store.plans.approvals(report_id)[0].words == "right"
    drawn = next(each for each in place.draw(report_id) if "Which?" in each.text)
    assert labels(drawn) == []
    assert "right" in text_of_blocks(drawn.blocks)


def text_of_blocks(blocks: list[dict[str, Any]]) -> str:
    return json.dumps(blocks)


def a_message(place: Workplace) -> Any:
    return place.workspace.message(SOLAR, place.workspace.say(BOB, SOLAR, "hello"))
