"""What goes on says on its card, in its thread and in the Home tab how far it is; what waits, since when and why."""

from __future__ import annotations

import datetime as dt

import pytest

from agents.running import run_key
from bot.views.home import Listed
from playground.workspace import Message
from storage.columns import now
from storage.judgments import Outcome, Stage
from storage.records import Report
from storage.status import Mover, Status
from tests.bot.test_how import a_use, progress_of
from tests.bot.workplace import ADA, BOB, SOLAR, Workplace
from tests.factories import a_report


def test_what_goes_on_says_how_far_it_is_and_no_more_once_it_ended(place: Workplace) -> None:
    report, key = begun(place)
    report_id = report.id or 0
    for turn in (1, 2):
        place.store.spending.reserve("research", "S", "claude-x", 0.42, report_id=report_id, run=key, turn=turn)
        place.store.runs.turned(key, turn, [a_use("read <!channel>.py")])

    shown = progress_of(place, report).blocks
    used = " 2 turns of at most 40, $0.84 of at most $2.00"
    assert used in str(shown)
    assert used in str(card_of(place, report).blocks)
    assert {"type": "text", "text": "read <!channel>.py", "style": {"code": True}} in shown[0]["elements"][0][
        "elements"
    ]

    place.store.runs.end(key, Outcome.OUT_OF_STEPS, "It stopped at its limit of 40 turns.", 240.0)
    place.store.reports.move(report_id, Status.GATHERING, mover=Mover.MACHINE, who="machine", because="nothing found")
    assert "at most $" not in str(progress_of(place, report).blocks)
    assert "at most $" not in str(card_of(place, report).blocks)


def test_what_goes_on_says_in_the_home_tab_how_far_it_is(place: Workplace) -> None:
    report, key = begun(place)
    place.store.spending.reserve("research", "S", "claude-x", 0.42, report_id=report.id, run=key, turn=1)
    assert "1 turn, $0.42 so far." in home_of(place)

    place.store.runs.end(key, Outcome.FINISHED, "Done.", 2.0)
    assert "so far" not in home_of(place)


def test_who_draws_it_after_a_restart_says_the_same_and_edits_nothing(place: Workplace) -> None:
    report, key = begun(place)
    place.store.spending.reserve("research", "S", "claude-x", 0.42, report_id=report.id, run=key, turn=1)
    before, posts = card_of(place, report), len(place.thread(report.id or 0))
    assert "1 turn of at most 40" in str(before.blocks)

    place.store.reports.touch(report.id or 0)
    after = card_of(place, report)
    assert (after.blocks, after.edited_ts) == (before.blocks, before.edited_ts)
    assert len(place.thread(report.id or 0)) == posts


def test_what_is_in_line_says_that_it_waits_for_its_turn_until_it_begins(place: Workplace) -> None:
    report = asked(place)
    next_up = "Next: I look for the cause when it is its turn. Nobody has to do anything now."
    assert next_up in str(card_of(place, report).blocks)
    assert next_up in home_of(place)
    waits = "Next: looking for the cause. It waits for its turn since "
    assert waits in str(progress_of(place, report).blocks)

    place.store.runs.begin(run_key(Stage.RESEARCH, report), Stage.RESEARCH, report.id or 0)
    shown = str(card_of(place, report).blocks)
    assert "Looking for the cause. Nobody has to do anything now." in shown
    assert "at most $" not in shown, "before the first turn there is nothing to tell"
    assert "Looking for the cause, since " in str(progress_of(place, report).blocks)


def test_while_all_is_paused_what_is_worked_on_says_so_and_by_whom_until_it_goes_on(place: Workplace) -> None:
    report, _ = begun(place)
    gathering = a_report(place.store, channel=SOLAR)
    others = [a_report(place.store, channel=SOLAR, status=status) for status in (Status.AWAITING_PROOF, Status.STUCK)]
    for each in (report, gathering, *others):
        place.draw(each.id or 0)
    place.types(ADA, "/signalbox", "pause")
    place.types(ADA, "/signalbox", "pause")

    undrawn = [report_id for report_id, _ in place.store.due.now(now()).undrawn]
    assert undrawn == [report.id, others[0].id], "nothing else looks as if it went on"
    shown = str(card_of(place, report).blocks)
    assert "Paused: I look for the cause once work goes on." in shown
    assert " All work is paused" in shown
    assert f"'user_id': '{ADA}'" in shown
    assert "Paused: looking for the cause, since " in str(progress_of(place, report).blocks)
    assert "Paused: merged, and I watch whether it comes back once work goes on." in str(
        card_of(place, others[0]).blocks
    )

    place.types(ADA, "/signalbox", "resume")
    assert "aused" not in str(card_of(place, report).blocks)
    assert "Looking for the cause, since " in str(progress_of(place, report).blocks)


def test_a_trouble_says_when_it_is_tried_again_and_goes_once_the_work_went_on(place: Workplace) -> None:
    report, key = begun(place)
    again = now() + dt.timedelta(hours=1)
    place.store.reports.postpone(report.id or 0, "Today's budget is used up.", again, anew=False)
    shown = str(card_of(place, report).blocks)
    assert "Today's budget is used up." in shown
    assert f"I try it again by myself: <!date^{int(again.timestamp())}^" in shown

    place.store.reports.change(report.id or 0, not_before=now() - dt.timedelta(seconds=1))
    place.store.spending.reserve("research", "S", "claude-x", 0.42, report_id=report.id, run=key, turn=1)
    place.store.reports.touch(report.id or 0)
    shown = str(card_of(place, report).blocks)
    assert "budget is used up" not in shown
    assert "by myself" not in shown
    assert "1 turn of at most 40" in shown


@pytest.mark.parametrize("status", [Status.AWAITING_ANSWER, Status.AWAITING_REVIEW, Status.STUCK])
def test_the_card_says_since_when_people_are_waited_for(place: Workplace, status: Status) -> None:
    report = a_report(place.store, status=status, channel=SOLAR)
    assert f"Since <!date^{int(report.since.timestamp())}^" in str(card_of(place, report).blocks)


def test_the_card_says_until_when_checks_are_waited_for(place: Workplace) -> None:
    report = a_report(place.store, status=Status.AWAITING_CHECKS, channel=SOLAR)
    until = report.since + dt.timedelta(seconds=place.deps.policy.waits.checks)
    assert f"I wait until <!date^{int(until.timestamp())}^" in str(card_of(place, report).blocks)


def test_the_home_tab_says_what_holds_the_work_up_and_when_it_is_tried_again_until_it_goes_on(place: Workplace) -> None:
    report, key = begun(place)
    report_id, again = report.id or 0, now() + dt.timedelta(hours=2)
    place.store.reports.postpone(report_id, "Today's budget of $50.00 is spent.", again, anew=False)

    listed = home_of(place)
    assert "Today's budget of $50.00 is spent." in listed
    assert "I try it again by myself: " in listed
    assert f"'timestamp': {int(again.timestamp())}" in listed

    place.store.reports.postpone(report_id, "Today's budget of $50.00 is spent.", now(), anew=False)
    place.store.spending.reserve("research", "S", "claude-x", 0.42, report_id=report_id, run=key, turn=1)
    assert "1 turn, $0.42 so far." in home_of(place)
    assert "budget" not in home_of(place)


def test_what_gathers_says_nothing_of_since_when(place: Workplace) -> None:
    report = a_report(place.store, status=Status.GATHERING, channel=SOLAR)
    assert "Since <!date" not in str(card_of(place, report).blocks)


def test_a_list_says_how_far_it_is_after_what_it_waits_for() -> None:
    line = Listed(
        Report(id=1, status=Status.AWAITING_FIX, title="The export fails"), "", so_far="3 min, 4 turns, $0.20 so far."
    ).line
    assert line == "Writing the fix and proving it. Nobody has to do anything now. 3 min, 4 turns, $0.20 so far."


def asked(place: Workplace) -> Report:
    report = a_report(place.store, status=Status.GATHERING, channel=SOLAR)
    return place.store.reports.move(
        report.id or 0, Status.AWAITING_RESEARCH, mover=Mover.WORLD, who="world", because="it is ripe"
    )


def begun(place: Workplace) -> tuple[Report, str]:
    report = asked(place)
    key = run_key(Stage.RESEARCH, report)
    place.store.runs.begin(key, Stage.RESEARCH, report.id or 0)
    return report, key


def card_of(place: Workplace, report: Report) -> Message:
    return next(each for each in place.draw(report.id or 0) if not each.thread_ts)


def home_of(place: Workplace) -> str:
    place.event({"type": "app_home_opened", "user": BOB, "tab": "home"})
    place.settles()
    home = place.workspace.home(BOB)
    assert home is not None
    return str(home.content["blocks"])
