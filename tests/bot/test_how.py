"""How I got here: what was done, in a window, in plain words; nothing of a private report for anybody else."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.exchange import Message as Said
from agents.exchange import TurnRequest
from bot.actions import Picked
from bot.views.how import RUNS, Told, how, lately
from bot.views.limits import VIEW_BLOCKS, VIEW_PAYLOAD
from playground.workspace import Message
from storage.judgments import Outcome, Stage
from storage.records import Decision, Report
from storage.run_rows import ToolUse
from storage.runs import RunSeen
from storage.status import Mover, Status, Visibility
from tests.bot.scenes import NASTY, faults
from tests.bot.workplace import ADA, BOB, EVE, GUS, SECRET, SOLAR, Workplace, labels, text_of
from tests.factories import a_moment, a_report
from tests.fake_workspaces import make_repository
from tests.fakes import RecordingCheckpoint, ScriptedModel, calls

HOW = "How I got here"


def a_use(line: str = "read shop.py, lines 1 to 80", *, failed: bool = False) -> ToolUse:
    return ToolUse(run="", turn=1, place=0, tool="read_file", line=line, failed=failed)


def researched(place: Workplace, **columns: Any) -> Report:
    """A report whose research ended."""
    report = a_report(place.store, status=Status.GATHERING, **columns)
    report_id = report.id or 0
    place.store.reports.move(report_id, Status.AWAITING_RESEARCH, mover=Mover.WORLD, who="world", because="it is ripe")
    key = f"research:{report_id}:1"
    place.store.runs.begin(key, Stage.RESEARCH, report_id)
    call = place.store.spending.reserve("research", "S", "claude-x", 0.1, report_id=report_id, run=key, turn=1)
    place.store.spending.settle(call, input_tokens=100, cached_tokens=900, output_tokens=50, usd=0.42, seconds=61)
    place.store.runs.turned(key, 1, [a_use(), a_use("ran a command: pytest -q", failed=True)])
    place.store.runs.end(key, Outcome.OUT_OF_STEPS, "It stopped at its limit of 40 turns.", 240.0)
    return report


def progress_of(place: Workplace, report: Report) -> Message:
    return next(each for each in place.draw(report.id or 0) if HOW in labels(each))


def window(place: Workplace, user: str) -> str:
    """Everything that the window on somebody's screen shows; empty without one."""
    view = place.workspace.modal(user)
    return "" if view is None else json.dumps(view.content, ensure_ascii=False)


def test_the_window_tells_the_steps_the_cost_and_why_it_stopped_without_a_tools_name(place: Workplace) -> None:
    report = researched(place, channel=SOLAR)

    place.presses(BOB, progress_of(place, report), HOW)

    shown = window(place, BOB)
    for words in ("Looking for the cause", "Read shop.py, lines 1 to 80", "Ran a command: pytest -q", "did not work",
                  "1 turn by claude-x, 2 steps", "4 min", "$0.42", "900 of them from the cache",
                  "It stopped at its limit of 40 turns."):  # fmt: skip
        assert words in shown
    assert "read_file" not in shown
    assert place.whispers(BOB) == []
    assert window(place, ADA) == ""


def test_many_questions_hide_no_research(place: Workplace) -> None:
    report = researched(place, channel=SOLAR)
    for number in range(1, RUNS + 1):
        place.store.runs.begin(f"inquire:{number}:1", Stage.INQUIRE, report.id or 0)
    place.presses(BOB, progress_of(place, report), HOW)
    shown = window(place, BOB)
    assert "Looking for the cause" in shown
    assert shown.count("Answering a question") == RUNS - 1
    assert "1 earlier run not shown" in shown


def test_a_private_reports_window_opens_for_its_channels_people_only_and_only_there(place: Workplace) -> None:
    report = researched(place, channel=SECRET, visibility=Visibility.PRIVATE)
    message = progress_of(place, report)

    place.presses(ADA, message, HOW)
    assert "Read shop.py" in window(place, ADA)

    elsewhere = dataclasses.replace(message, channel=SOLAR, thread_ts=None)
    value = Picked(report_id=report.id or 0).json_text
    for user, where in ((BOB, message), (BOB, elsewhere)):
        place.press(user, where, "how", value)
        assert window(place, user) == ""
    assert "out of date" in place.whispers(BOB)[-1]
    place.press(ADA, elsewhere, "how", value)
    assert "out of date" in place.whispers(ADA)[-1]


def runs_of(place: Workplace, user: str, channel: str = SOLAR) -> str:
    """Everything that `/signalbox runs` shows somebody in a channel."""
    return json.dumps(json.loads(place.types(user, "/signalbox", "runs", channel).body), ensure_ascii=False)


def test_runs_are_told_in_slack_to_those_who_may_see_the_report_and_a_private_ones_only_there(place: Workplace) -> None:
    researched(place, channel=SOLAR, title="The export fails")
    researched(place, channel=SECRET, visibility=Visibility.PRIVATE, title="A private thing")

    shown = runs_of(place, BOB)
    for words in ("SB-1", "The export fails", "Looking for the cause", "It stopped at its limit of 40 turns.",
                  "about $0.42"):  # fmt: skip
        assert words in shown
    there = {who: "A private thing" in runs_of(place, *who) for who in ((BOB, SOLAR), (ADA, SOLAR), (BOB, SECRET))}
    assert set(there.values()) == {False}
    assert "A private thing" in runs_of(place, ADA, SECRET)


def test_runs_are_the_last_ones_and_guests_hear_of_none(place: Workplace) -> None:
    assert "no report that I could speak of" in place.types(BOB, "/signalbox", "runs").body
    for number in range(RUNS + 1):
        researched(place, channel=SOLAR, title=f"Fault number {number}")

    shown = runs_of(place, BOB)

    told = [shown.find(f"Fault number {number}") for number in range(RUNS, -1, -1)]
    assert told[-1] == -1
    assert told[:-1] == sorted(told[:-1])
    assert min(told[:-1]) > 0
    assert "Guests" in place.types(GUS, "/signalbox", "runs").body


@pytest.mark.parametrize("user", [GUS, EVE])
def test_guests_and_strangers_see_no_window(place: Workplace, user: str) -> None:
    message = progress_of(place, researched(place, channel=SOLAR))

    place.presses(user, message, HOW, team_id="T09OTHER" if user == EVE else "T07ACME")

    assert window(place, user) == ""


def test_a_window_that_comes_too_late_for_slack_is_said_to_be(place: Workplace) -> None:
    message = progress_of(place, researched(place, channel=SOLAR))

    place.presses(BOB, message, HOW, trigger="trigger.gone")

    assert window(place, BOB) == ""
    assert "press it again" in place.whispers(BOB)[0]


@pytest.mark.parametrize("value", ['{"report_id":999}', '{"report_id":"1"}', "", "[]"])
def test_a_press_that_names_no_report_is_answered(place: Workplace, value: str) -> None:
    message = progress_of(place, researched(place, channel=SOLAR))

    place.press(BOB, message, "how", value)

    assert window(place, BOB) == ""
    assert "out of date" in place.whispers(BOB)[0]


def test_the_window_keeps_slacks_limits_with_any_words_and_any_number_of_steps() -> None:
    run = RunSeen(
        key="k", stage="research", models=(NASTY,), began_at=a_moment(), outcome=Outcome.FINISHED, why=NASTY, turns=3
    )
    told = [Told(run, [a_use(NASTY), a_use(""), *(a_use(f"step {n}" + "x" * 300) for n in range(200))])] * (RUNS + 3)

    blocks = how(Report(id=1, title=NASTY), told)

    assert faults(blocks, VIEW_BLOCKS, VIEW_PAYLOAD) == []
    shown = json.dumps([block.to_dict() for block in blocks], ensure_ascii=False)
    assert "3 earlier runs not shown" in shown
    assert "157 more" in shown
    assert "What this was asked is erased" in shown
    assert faults(how(Report(id=1, title="x"), []), VIEW_BLOCKS, VIEW_PAYLOAD) == []
    assert faults(lately([(Report(id=1, title=NASTY), run)] * RUNS)) == []


def a_told(key: str, *uses: ToolUse, strands: Sequence[Told] = (), **columns: Any) -> Told:
    return Told(RunSeen(key=key, stage="research", began_at=a_moment(), **columns), uses, strands)


def test_strands_are_shown_beneath_their_run_with_where_their_cause_stands(place: Workplace) -> None:
    report = researched(place, channel=SOLAR)
    key = f"research:{report.id}:1"
    for name, line, why in (
        ("1.2", "took up a possible cause: the cache", "Rejected. It is done."),
        ("1.1", "took up a possible cause: the clock", "Open. It stopped at its limit of 8 turns."),
    ):
        place.store.runs.branch(f"{key}/{name}")
        place.store.runs.turned(f"{key}/{name}", 0, [a_use(line)])
        place.store.runs.end(f"{key}/{name}", Outcome.FINISHED, why, 20.0)  # fmt: skip

    place.presses(BOB, progress_of(place, report), HOW)

    shown = window(place, BOB)
    told = ["Read shop.py", "Possible cause 1.1", "Open. It stopped", "Took up a possible cause: the clock",
            "Possible cause 1.2", "Rejected. It is done.", "Took up a possible cause: the cache",
            "It stopped at its limit of 40 turns."]  # fmt: skip
    places = [shown.find(words) for words in told]
    assert -1 not in places
    assert places == sorted(places)
    assert shown.count("Looking for the cause") == 1


def test_the_window_keeps_slacks_limits_with_any_number_of_strands() -> None:
    uses = [a_use(f"step {number}" + "x" * 300) for number in range(40)]
    strands = [a_told(f"k/1.{number}", *uses, why=NASTY, outcome=Outcome.FINISHED) for number in range(8)]
    told = [a_told("k", *uses, *uses, strands=strands, why=NASTY, outcome=Outcome.FINISHED)] * RUNS

    blocks = how(Report(id=1, title=NASTY), told)

    assert faults(blocks, VIEW_BLOCKS, VIEW_PAYLOAD) == []
    shown = json.dumps([block.to_dict() for block in blocks], ensure_ascii=False)
    assert shown.count("Possible cause 1.") == 8
    assert shown.count("8 possible causes that it had looked into not shown") == RUNS - 1


def test_who_pressed_stop_is_named_in_the_thread(place: Workplace, tmp_path: Path) -> None:
    make_repository(tmp_path, {"a.py": "1\n"})
    report = a_report(place.store, channel=SOLAR, repository="acme/app")
    report_id = report.id or 0
    place.store.reports.move(report_id, Status.AWAITING_RESEARCH, mover=Mover.WORLD, who="world", because="so")

    def meanwhile(_: TurnRequest) -> Said:
        place.presses(ADA, progress_of(place, report), "Stop")
        return calls(("read_file", {"path": "a.py"}))

    model = place.deps.pipeline.means.model
    assert isinstance(model, ScriptedModel)
    model.turns = {Stage.RESEARCH: [meanwhile]}
    place.deps.pipeline.research(report_id, RecordingCheckpoint())

    thread = place.draw(report_id)
    trouble = next(each for each in thread if each.text.startswith("I am stuck"))
    for message in (thread[0], trouble):
        assert "Stop was pressed. Retry begins anew." in text_of(message)
    for message in (thread[0], trouble, progress_of(place, report)):
        assert f"'user_id': '{ADA}'" in text_of(message)
    assert ": stopped" in text_of(progress_of(place, report))


def test_stop_is_offered_while_it_works_and_only_deciders_may_press_it(place: Workplace) -> None:
    report = researched(place, channel=SOLAR, repository="acme/app")
    report_id = report.id or 0
    message = progress_of(place, report)
    assert labels(message) == [HOW, "Stop"]

    place.presses(BOB, message, "Stop")
    assert [each.decision for each in place.store.plans.approvals(report_id)] == [Decision.REFUSED]

    place.presses(ADA, message, "Stop")
    assert [each.decision for each in place.store.plans.approvals(report_id)][1:] == [Decision.STOP]
    assert place.whispers(ADA) == ["I stop before my next turn. The report stays; its Retry begins anew."]
    assert place.told.reports == [report_id]

    place.store.reports.move(
        report_id, Status.STUCK, mover=Mover.MACHINE, who="machine", because="so", stuck_because=Outcome.STOPPED
    )
    assert labels(progress_of(place, report)) == [HOW]
    assert "because a person stopped it" in str(place.draw(report_id)[0].blocks)
    place.presses(ADA, message, "Stop")
    assert "nothing to stop" in place.whispers(ADA)[-1]
