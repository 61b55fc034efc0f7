"""What ends a run before its agent does: turns, money, time, and what cannot be cured."""

from __future__ import annotations

import pytest

from agents.errors import ModelRefused, SandboxUnusable, Stopped
from agents.exchange import (
    Message,
    TurnRequest,
    Usage,
)
from agents.terms import Limits
from storage.judgments import Outcome, Stage
from tests.agents.room import SCRIPT, Room, text_of
from tests.fakes import RecordingCheckpoint, ScriptedModel, calls, words


def look_forever(request: TurnRequest) -> Message:
    return calls(("look", {"path": "a.txt"}))


def test_it_stops_at_its_limit_of_turns_and_says_before_how_many_are_left() -> None:
    room = Room(limits=Limits(steps=5))
    model = ScriptedModel({Stage.FIX: [look_forever] * 9})

    trail = room.run_with(model)

    assert (trail.outcome, trail.turns) == (Outcome.OUT_OF_STEPS, 5)
    assert trail.sentence == "It stopped at its limit of 5 turns."
    heard = [text_of(request.messages[-1]) for request in model.asked]
    assert "left" not in heard[1]
    assert "3 turns are left" in heard[2]
    assert "2 turns are left" in heard[3]
    assert "your last turn: call `submit` now" in heard[4]


def test_it_stops_at_its_limit_of_money_and_warns_before() -> None:
    room = Room(limits=Limits(usd=1.0))
    model = ScriptedModel({Stage.FIX: [look_forever] * 9}, usage=Usage(usd=0.3))

    trail = room.run_with(model)

    assert (trail.outcome, trail.turns) == (Outcome.OUT_OF_MONEY, 4)
    assert "submit soon" in text_of(model.asked[3].messages[-1])


def test_it_stops_at_its_limit_of_time_as_the_turns_recorded_it() -> None:
    room = Room(limits=Limits(minutes=1))
    whole = RecordingCheckpoint()
    room.run(SCRIPT, whole)
    slow = {name: value.replace('"seconds":', '"seconds":30.5,"was":') for name, value in whole.kept.items()}

    trail = room.run(SCRIPT, RecordingCheckpoint(kept=slow))

    assert (trail.outcome, trail.turns, trail.seconds) == (Outcome.OUT_OF_TIME, 2, 61.0)


def test_time_that_the_stage_took_to_verify_counts() -> None:
    room = Room(limits=Limits(minutes=1), refusals=["no"], seconds=61.0)

    trail = room.run([calls(("submit", {"text": "x"}))] * 3)

    assert (trail.outcome, trail.turns) == (Outcome.OUT_OF_TIME, 1)


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (ModelRefused("It will not."), Outcome.REFUSED),
        (Stopped(Outcome.OUT_OF_MONEY, "The day's budget is used up."), Outcome.OUT_OF_MONEY),
        (SandboxUnusable("No user namespaces."), Outcome.NO_SANDBOX),
    ],
)
def test_what_cannot_be_cured_by_trying_again_is_an_outcome_and_is_kept(trouble: Exception, outcome: Outcome) -> None:
    room = Room()
    checkpoint = RecordingCheckpoint()

    trail = room.run([SCRIPT[0], trouble], checkpoint)

    assert (trail.outcome, trail.sentence) == (outcome, str(trouble))
    again = room.run_with(ScriptedModel(), checkpoint.resumed(after=2))
    assert (again.outcome, again.sentence) == (outcome, str(trouble))


def test_a_refusal_by_stop_reason_is_an_outcome() -> None:
    assert (
        Room().run_with(ScriptedModel({Stage.FIX: [words("I cannot.")]}, stop_reason="refusal")).outcome
        is Outcome.REFUSED
    )


def test_without_a_model_that_can_use_tools_there_is_no_run() -> None:
    trail = Room().run_with(ScriptedModel({Stage.FIX: SCRIPT}, can_research=False))

    assert trail.outcome is Outcome.NO_MODEL
    assert "ANTHROPIC_API_KEY" in trail.sentence
