"""What approvers say among people in a report's thread: it moves nothing, and they see that it was heard so."""

from __future__ import annotations

import pytest

from bot.listeners.overhearing import HEARD_AS_TALK
from playground.faults import Fault, Kind, Moment
from storage.records import Decision
from storage.status import Status
from tests.bot.workplace import ADA, BOB, SOLAR, Workplace
from tests.factories import a_report


def _report(place: Workplace, status: Status = Status.AWAITING_APPROVAL) -> str:
    report = a_report(place.store, status=status, channel=SOLAR, repository="acme/app")
    return place.draw(report.id or 0)[0].ts


def _reactions(place: Workplace, ts: str, root: str) -> list[str]:
    return [*next(each for each in place.workspace.thread(SOLAR, root) if each.ts == ts).reactions]


@pytest.mark.parametrize(
    "words",
    ["haha, that one again", f"FYI on call today is <@{BOB}>", f"<@{BOB}> I would wait until Thursday", "thanks!",
     ":joy:", "https://acme.slack.com/archives/C03FLEET/p1795000000000100"],
)  # fmt: skip
def test_talk_under_a_plan_moves_nothing_and_is_marked(place: Workplace, words: str) -> None:
    root = _report(place)
    ts = place.says(ADA, words, thread_ts=root)

    assert place.store.reports.get(1).status is Status.AWAITING_APPROVAL
    assert place.store.plans.approvals(1) == []
    assert _reactions(place, ts, root) == [HEARD_AS_TALK]


def test_how_it_becomes_guidance_is_said_once_and_then_it_is(place: Workplace) -> None:
    root = _report(place)
    for words in ("haha", "nice", f"<@{BOB}> you know them"):
        place.says(ADA, words, thread_ts=root)
    (told,) = place.whispers(ADA)
    assert f"say to me: <@{place.bot}> and the words" in told

    place.says(ADA, f"<@{place.bot}> haha, use a lock", thread_ts=root)
    assert [each.decision for each in place.store.plans.approvals(1)] == [Decision.GUIDE]
    assert place.store.reports.get(1).status is Status.AWAITING_RESEARCH


@pytest.mark.parametrize(
    "status", [Status.AWAITING_RESEARCH, Status.AWAITING_FIX, Status.STUCK, Status.AWAITING_ANSWER]
)
def test_talk_is_neither_kept_for_the_next_try_nor_the_answer_to_a_question(place: Workplace, status: Status) -> None:
    root = _report(place, status)
    ts = place.says(ADA, "haha, that one again", thread_ts=root)

    assert place.store.plans.approvals(1) == []
    assert place.store.reports.get(1).status is status
    assert _reactions(place, ts, root) == [HEARD_AS_TALK]


def test_a_sign_may_answer_a_question_and_decides_on_no_plan(place: Workplace) -> None:
    root = _report(place, Status.AWAITING_ANSWER)
    place.says(ADA, ":bulb:", thread_ts=root)
    assert [each.decision for each in place.store.plans.approvals(1)] == [Decision.ANSWER]


@pytest.mark.parametrize("words", ["👍", "ok"])
def test_what_may_be_meant_as_a_decision_is_answered(place: Workplace, words: str) -> None:
    root = _report(place)
    ts = place.says(ADA, words, thread_ts=root)

    assert "I take only plain words for a decision" in place.whispers(ADA)[0]
    assert _reactions(place, ts, root) == []


def test_others_talk_without_being_marked(place: Workplace) -> None:
    root = _report(place)
    ts = place.says(BOB, "haha, that one again", thread_ts=root)

    assert _reactions(place, ts, root) == []
    assert place.whispers(BOB) == []


def test_where_slack_refuses_the_reaction_its_author_is_told_all_the_same(place: Workplace) -> None:
    root = _report(place)
    place.faults.plan(Fault("slack:reactions.add", Moment.RECEIPT, Kind.REFUSE, error="too_many_reactions"))
    place.says(ADA, "haha", thread_ts=root)

    assert len(place.whispers(ADA)) == 1
    assert place.store.plans.approvals(1) == []
