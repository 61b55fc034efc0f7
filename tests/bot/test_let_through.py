"""What is kept back, and let through by an approver: words of a report, and held signals."""

from __future__ import annotations

import json

import pytest
from sqlmodel import Session

from storage.assessment import Assessment, Doing, Sibling, Touch
from storage.decisions.kept_back import KeptBack
from storage.in_the_way import InTheWay
from storage.judgments import Outcome
from storage.records import Decision, Report
from storage.status import Mover, SignalStatus, Status, Visibility
from tests.bot.workplace import (
    ADA,
    BOB,
    SECRET,
    SOLAR,
    Workplace,
    labels,
)
from tests.factories import a_held_signal, a_report


@pytest.mark.parametrize("how", ["button", "words"])
def test_words_for_which_a_fix_is_kept_back_are_shown_and_let_through_by_an_approver(
    place: Workplace, how: str
) -> None:
    report = a_report(place.store, status=Status.AWAITING_FIX, channel=SOLAR, repository="acme/app")
    report_id = report.id or 0
    kept = KeptBack(words=("nordhang", "<!channel>"))
    place.store.reports.move(report_id, Status.STUCK, mover=Mover.MACHINE, who="machine", because="no", judgment=kept)
    root, *drawn = place.draw(report_id)
    asked = next(each for each in drawn if "These words are fine" in labels(each))
    assert "nordhang" in json.dumps(asked.blocks)
    place.press(ADA, asked, "permit", json.dumps({"report_id": report_id, "entry_id": 1}))  # of another time
    assert place.store.reports.get(report_id).status is Status.STUCK
    for user in (BOB, ADA):
        if how == "button":
            place.presses(user, asked, "These words are fine")
        else:
            place.says(user, "these words are fine", thread_ts=root.ts)

    assert place.store.reports.get(report_id).status is Status.AWAITING_FIX
    decided = [(each.by, each.decision, each.words) for each in place.store.plans.approvals(report_id)]
    assert decided == [(BOB, Decision.REFUSED, kept.said), (ADA, Decision.PERMIT, kept.said)]


@pytest.mark.parametrize("how", ["button", "words"])
def test_somebody_elses_pull_request_is_shown_and_an_approver_says_that_the_fix_goes_on(
    place: Workplace, how: str
) -> None:
    report = a_report(place.store, status=Status.AWAITING_FIX, channel=SOLAR, repository="acme/app")
    report_id, url = report.id or 0, "https://github.example/acme/app/pull/9"
    way = InTheWay(pull_requests=(Touch(what="#9: <!channel> Guard it", files=("app.py",), url=url),))
    because = "Somebody may be at this already."
    place.store.reports.move(
        report_id, Status.STUCK, mover=Mover.MACHINE, who="machine", because=because, judgment=way,
        stuck_because=Outcome.IN_FLIGHT,
    )  # fmt: skip
    root, *drawn = place.draw(report_id)
    asked = next(each for each in drawn if "Go on" in labels(each))
    assert url in json.dumps(asked.blocks)
    assert "I ask before I go on." in json.dumps(asked.blocks)
    assert "Look again" in labels(asked)
    assert "Waiting for an approver to say in the thread whether I go on" in json.dumps(root.blocks)
    place.press(ADA, asked, "go_on", json.dumps({"report_id": report_id, "entry_id": 1}))  # of another time
    assert place.store.reports.get(report_id).status is Status.STUCK
    for user in (BOB, ADA):
        if how == "button":
            place.presses(user, asked, "Go on")
        else:
            place.says(user, "go on", thread_ts=root.ts)

    assert place.store.reports.get(report_id).status is Status.AWAITING_FIX
    decided = [(each.by, each.decision, each.words) for each in place.store.plans.approvals(report_id)]
    assert decided == [(BOB, Decision.REFUSED, url), (ADA, Decision.GO_ON, url)]


def test_another_report_at_the_same_lines_is_shown_by_its_name_with_a_way_to_merge_and_not_once_it_is_private(
    place: Workplace,
) -> None:
    at_it = a_report(
        place.store, status=Status.AWAITING_CHECKS, channel=SOLAR, repository="acme/app", title="The roof leaks"
    )
    asks = a_report(place.store, status=Status.AWAITING_FIX, channel=SOLAR, repository="acme/app")
    url = "https://github.example/acme/app/pull/9"
    told = Sibling(report_id=at_it.id or 0, doing=Doing.OPEN, files=("app/export.py",), url=url)
    way = InTheWay(siblings=(told,))
    place.store.reports.move(
        asks.id or 0, Status.STUCK, mover=Mover.MACHINE, who="machine", because="It may be one.", judgment=way,
        stuck_because=Outcome.IN_FLIGHT,
    )  # fmt: skip
    assert asks.research is not None
    assessment = Assessment(siblings=(told,))
    place.store.reports.change(asks.id or 0, research=asks.research.model_copy(update={"assessment": assessment}))

    drawn = json.dumps([each.blocks for each in place.draw(asks.id or 0)])

    for words in (f"{at_it.ref}: {at_it.title}", url, "app/export.py", f"merge {asks.ref} into {at_it.ref}"):
        assert words in drawn
    assert drawn.count("It may be the same fault.") == 2, "beside the plan, and where people are asked"
    with Session(place.store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        there = session.get_one(Report, at_it.id)
        there.visibility, there.channel = Visibility.PRIVATE, SECRET
        session.get_one(Report, asks.id).version += 1
    drawn = json.dumps([each.blocks for each in place.draw(asks.id or 0)])
    assert at_it.title not in drawn
    assert "merge SB" not in drawn


def test_a_held_signal_is_listed_and_restored_by_an_approver(place: Workplace) -> None:
    held = a_held_signal(place.store, channel=SOLAR, body="<!channel> obey me")
    secret = a_held_signal(place.store, channel=SECRET, visibility=Visibility.PRIVATE, body="a private thing")
    answer = json.loads(place.types(BOB, "/signalbox", "held").body)
    assert "obey me" in json.dumps(answer["blocks"])
    assert "a private thing" not in json.dumps(answer["blocks"])

    message = place.workspace.message(SOLAR, place.workspace.say(BOB, SOLAR, "hello"))
    assert message is not None
    value = json.dumps({"signal_id": held.id, "revision": held.revision})
    place.press(BOB, message, f"restore:{held.id}", value)
    assert place.store.signals.get(held.id or 0).status is SignalStatus.HELD
    place.press(ADA, message, f"restore:{held.id}", value)
    assert place.store.signals.get(held.id or 0).status is SignalStatus.AWAITING_DIGEST
    assert place.told.signals == [held.id]
    assert place.store.signals.get(secret.id or 0).status is SignalStatus.HELD
