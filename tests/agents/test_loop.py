"""The loop with a scripted model and a workspace in memory: same end however often it is resumed, and every limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.errors import ModelDown
from agents.exchange import (
    Message,
)
from agents.loop import MOST_PATCH
from agents.terms import Limits
from storage.judgments import Outcome, Stage
from tests.agents.room import SCRIPT, Room, results, text_of
from tests.fakes import RecordingCheckpoint, ScriptedModel, calls, words


def test_a_run_ends_with_the_judgment_that_the_agent_submits() -> None:
    room = Room()

    trail = room.run(SCRIPT)

    assert (trail.outcome, trail.turns, trail.ruling and trail.ruling.value) == (Outcome.FINISHED, 5, "done")
    assert room.verified == [("done", '{"a.txt": "two", "b.txt": "new"}')]
    assert trail.usd == pytest.approx(0.05)
    assert all(workspace.closed for workspace in room.opened)


@pytest.mark.parametrize("kept", range(6))
def test_a_run_resumed_after_any_turn_comes_to_the_same_end_and_repeats_none_of_the_kept_turns(kept: int) -> None:
    room = Room()
    whole = RecordingCheckpoint()
    expected = room.run(SCRIPT, whole)
    later = whole.resumed(after=kept)
    model = ScriptedModel({Stage.FIX: SCRIPT})

    trail = room.run_with(model, later)

    assert replace(trail, seconds=0) == replace(expected, seconds=0)
    assert [request.turn for request in model.asked] == list(range(kept + 1, 6))
    assert later.replayed == [f"turn:{turn}" for turn in range(1, kept + 1)]


@pytest.mark.parametrize(
    ("kept", "patch"),
    [(1, ""), (2, '{"a.txt": "one", "b.txt": "new"}'), (3, '{"a.txt": "one", "b.txt": "new"}')],
)
def test_a_resumed_run_works_in_a_fresh_workspace_with_the_last_patch(kept: int, patch: str) -> None:
    room = Room()
    whole = RecordingCheckpoint()
    room.run(SCRIPT, whole)

    room.run(SCRIPT, whole.resumed(after=kept))

    assert room.patches == [patch]


def test_a_run_that_is_wholly_kept_touches_neither_model_nor_workspace() -> None:
    room = Room()
    whole = RecordingCheckpoint()
    room.run(SCRIPT, whole)

    trail = room.run_with(ScriptedModel(), whole.resumed(after=5))

    assert trail.outcome is Outcome.FINISHED
    assert room.opened == []


def test_a_turn_that_broke_off_leaves_nothing_behind_for_the_next_try() -> None:
    room = Room()
    model = ScriptedModel({Stage.FIX: [SCRIPT[0], SCRIPT[1], ModelDown("busy"), *SCRIPT[3:]]})
    checkpoint = RecordingCheckpoint()
    with pytest.raises(ModelDown):
        room.run_with(model, checkpoint)

    assert all(workspace.closed for workspace in room.opened)
    trail = room.run(SCRIPT, checkpoint.resumed(after=2))
    assert trail.outcome is Outcome.FINISHED
    assert room.patches == ['{"a.txt": "one", "b.txt": "new"}']


def test_a_submission_that_does_not_fit_is_told_what_is_wrong() -> None:
    room = Room()
    model = ScriptedModel({Stage.FIX: [calls(("submit", {"txt": 1})), calls(("submit", {"text": "good"}))]})

    trail = room.run_with(model)

    (result,) = results(model.asked[1].messages[-1])
    assert result.failed
    assert "text: Field required" in result.text
    assert trail.outcome is Outcome.FINISHED
    assert room.verified == [("good", "")]


def test_a_refused_submission_is_fed_back_until_refusals_are_used_up() -> None:
    room = Room(refusals=["first", "second", "third", "fourth"])
    model = ScriptedModel({Stage.FIX: [calls(("submit", {"text": str(turn)})) for turn in range(9)]})

    trail = room.run_with(model)

    told = [text_of(request.messages[-1]) for request in model.asked]
    assert told[:3] == ["opening", "first", "second"]
    assert told[3].startswith("third\n\nIf the next submission is refused too, the run ends")
    assert (trail.outcome, trail.turns) == (Outcome.UNPROVEN, 4)
    assert trail.sentence == "What the agent handed in was refused 4 times."
    assert trail.ruling is not None
    assert trail.ruling.refusal == "fourth"


def test_submissions_that_never_fit_end_the_run() -> None:
    room = Room()
    model = ScriptedModel({Stage.FIX: [calls(("submit", {"wrong": str(turn)})) for turn in range(9)]})

    trail = room.run_with(model)

    assert (trail.outcome, trail.turns, room.verified) == (Outcome.REFUSED, 6, [])
    assert trail.sentence == "What the agent handed in did not have the form that is asked for, 6 times."


def test_words_without_a_tool_call_are_nudged_twice_and_then_end_the_run() -> None:
    room = Room()
    model = ScriptedModel({Stage.FIX: [words("hm")] * 5})

    trail = room.run_with(model)

    assert (trail.outcome, trail.turns) == (Outcome.REFUSED, 3)
    assert "without a tool call" in text_of(model.asked[1].messages[-1])


def test_an_answer_that_was_cut_off_is_said_to_be() -> None:
    model = ScriptedModel({Stage.FIX: [words("so lo")] * 9}, stop_reason="max_tokens")

    trail = Room(limits=Limits(steps=5)).run_with(model)

    assert "cut off" in text_of(model.asked[1].messages[-1])
    assert (trail.outcome, trail.nudges) == (Outcome.OUT_OF_STEPS, 0)


def test_an_empty_message_is_never_sent_back_to_the_model() -> None:
    model = ScriptedModel({Stage.FIX: [Message(by_model=True, blocks=()), calls(("submit", {"text": "x"}))]})

    trail = Room().run_with(model)

    assert trail.outcome is Outcome.FINISHED
    assert all(message.blocks for message in model.asked[1].messages)


def test_what_a_tool_cannot_do_is_told_to_the_model() -> None:
    asked = calls(("look", {"path": "no.txt"}), ("look", {"file": "a.txt"}), ("fly", {}))
    model = ScriptedModel({Stage.FIX: [asked, calls(("submit", {"text": "x"}))]})

    Room().run_with(model)

    no_file, no_path, no_tool = results(model.asked[1].messages[-1])
    assert (no_file.failed, no_file.text) == (True, "there is no no.txt")
    assert (no_path.failed, "path: Field required" in no_path.text) == (True, True)
    assert (no_tool.failed, no_tool.text) == (True, "There is no tool 'fly'; there are write, look, recall, submit.")


def test_tools_called_with_a_submission_are_carried_out_before_it_and_only_one_submission_counts() -> None:
    asked = calls(("submit", {"text": "x"}), ("write", {"path": "a.txt", "text": "late"}), ("submit", {"text": "y"}))
    room = Room(refusals=["no"])
    model = ScriptedModel({Stage.FIX: [asked, calls(("submit", {"text": "z"}))]})

    room.run_with(model)

    assert room.verified[0] == ("x", '{"a.txt": "late"}')
    assert [result.text for result in results(model.asked[1].messages[-1])] == [
        "no",
        "written",
        "Only one submission a turn is looked at.",
    ]


def test_a_change_too_big_to_keep_is_undone_and_said_so() -> None:
    flood = calls(("write", {"path": "big.txt", "text": "x" * (MOST_PATCH + 1)}))
    room = Room()
    script = [SCRIPT[1], flood, calls(("look", {"path": "big.txt"})), calls(("submit", {"text": "x"}))]
    model = ScriptedModel({Stage.FIX: script})

    room.run_with(model)

    assert "it was undone" in text_of(model.asked[2].messages[-1])
    assert results(model.asked[3].messages[-1])[0].failed
    assert room.verified == [("x", '{"a.txt": "one", "b.txt": "new"}')]


def test_every_call_gets_its_result_and_roles_alternate() -> None:
    model = ScriptedModel({Stage.FIX: SCRIPT})

    Room().run_with(model)

    messages = model.asked[-1].messages
    assert [message.by_model for message in messages] == [bool(turn % 2) for turn in range(len(messages))]
    assert [tool.name for tool in model.asked[0].tools] == ["write", "look", "recall", "submit"]
