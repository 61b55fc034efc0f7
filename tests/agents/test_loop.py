"""The loop with a scripted model and a workspace in memory: same end however often it is resumed, and every limit."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from pydantic import BaseModel

from agents.errors import ModelDown, ModelRefused, SandboxUnusable, Stopped
from agents.exchange import (
    About,
    Message,
    TextBlock,
    Tool,
    ToolCall,
    ToolFault,
    ToolResult,
    ToolSpec,
    TurnRequest,
    Usage,
)
from agents.loop import MOST_PATCH, Loop
from agents.ports import Checkpoint, Workspace
from agents.terms import Limits
from agents.trail import Brief, Ruling, Trail
from agents.transcript import MOST_CHARACTERS, said, shortened
from storage.judgments import Judgment, Outcome, Stage
from tests.fakes import MemoryWorkspace, RecordingCheckpoint, Reply, ScriptedModel, calls, words


class Answer(Judgment):
    text: str


class Write(BaseModel):
    path: str
    text: str


class Look(BaseModel):
    path: str


def toolbox(workspace: Workspace) -> tuple[Tool, ...]:
    def write(asked: Write) -> str:
        workspace.write(asked.path, asked.text)
        return "written"

    def look(asked: Look) -> str:
        try:
            return workspace.read(asked.path)
        except FileNotFoundError as error:
            raise ToolFault(f"there is no {asked.path}") from error

    return Tool(ToolSpec("write", "Write.", Write), write), Tool(ToolSpec("look", "Look.", Look), look)


@dataclass
class Room:
    """What a test needs around a loop."""

    opened: list[MemoryWorkspace] = field(default_factory=list)
    patches: list[str] = field(default_factory=list)
    verified: list[tuple[str, str]] = field(default_factory=list)
    refusals: Sequence[str] = ()
    limits: Limits = field(default_factory=Limits)
    seconds: float = 0.0

    def open(self, patch: str) -> Workspace:
        workspace = MemoryWorkspace(base={"a.txt": "base"})
        workspace.apply(patch)
        self.opened.append(workspace)
        self.patches.append(patch)
        return workspace

    def verify(self, answer: Answer, trail: Trail[str]) -> Ruling[str]:
        self.verified.append((answer.text, trail.patch))
        refusal = self.refusals[trail.refusals] if trail.refusals < len(self.refusals) else ""
        outcome = Outcome.UNPROVEN if refusal else Outcome.FINISHED
        return Ruling(answer.text, refusal, outcome, self.seconds)

    def run(self, script: Sequence[Reply], checkpoint: Checkpoint | None = None) -> Trail[str]:
        return self.run_with(ScriptedModel({Stage.FIX: script}), checkpoint)

    def run_with(self, model: ScriptedModel, checkpoint: Checkpoint | None = None) -> Trail[str]:
        self.opened.clear()
        self.patches.clear()
        self.verified.clear()
        brief: Brief[Answer, str] = Brief(
            stage=Stage.FIX,
            about=About(subject="S-1"),
            system="system",
            opening="opening",
            submit="submit",
            submit_description="Submit.",
            returns=Answer,
            verify=self.verify,
            open=self.open,
            toolbox=toolbox,
            limits=self.limits,
        )
        return Loop(brief, model, checkpoint or RecordingCheckpoint()).run()


SCRIPT = (
    calls(("look", {"path": "a.txt"})),
    calls(("write", {"path": "a.txt", "text": "one"}), ("write", {"path": "b.txt", "text": "new"})),
    words("Let me think."),
    calls(("write", {"path": "a.txt", "text": "two"})),
    calls(("submit", {"text": "done"})),
)


def results(message: Message) -> list[ToolResult]:
    return [block for block in message.blocks if isinstance(block, ToolResult)]


def text_of(message: Message) -> str:
    return "\n".join(block.text for block in message.blocks if isinstance(block, TextBlock | ToolResult))


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

    assert [text_of(request.messages[-1]) for request in model.asked] == ["opening", "first", "second", "third"]
    assert (trail.outcome, trail.turns) == (Outcome.UNPROVEN, 4)
    assert trail.sentence == "What it handed in was refused 4 times."
    assert trail.ruling is not None
    assert trail.ruling.refusal == "fourth"


def test_words_without_a_tool_call_are_nudged_twice_and_then_end_the_run() -> None:
    room = Room()
    model = ScriptedModel({Stage.FIX: [words("hm")] * 5})

    trail = room.run_with(model)

    assert (trail.outcome, trail.turns) == (Outcome.REFUSED, 3)
    assert "without a tool call" in text_of(model.asked[1].messages[-1])


def test_an_answer_that_was_cut_off_is_said_to_be() -> None:
    model = ScriptedModel({Stage.FIX: [words("so lo")] * 3}, stop_reason="max_tokens")

    Room().run_with(model)

    assert "cut off" in text_of(model.asked[1].messages[-1])


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


def conversation(turns: int, size: int) -> list[Message]:
    messages = [said("opening")]
    for turn in range(turns):
        asked = calls(("look", {"path": f"{turn}"}))
        (look,) = (block for block in asked.blocks if isinstance(block, ToolCall))
        messages.append(asked)
        messages.append(said(results=[ToolResult(call_id=look.id, text=f"{turn}:" + "x" * size)]))
    return messages


def test_a_long_conversation_is_sent_with_its_old_results_cut_to_a_stub() -> None:
    messages = conversation(turns=20, size=MOST_CHARACTERS // 8)

    sent = shortened(messages)

    assert sum(len(text_of(message)) for message in sent) < MOST_CHARACTERS
    assert sent[0] == messages[0]
    assert "`recall` with number=1 shows" in text_of(sent[2])
    assert "`recall` with number=2 shows" in text_of(sent[4])
    assert sent[-5:] == tuple(messages[-5:])


def test_a_short_conversation_is_sent_as_it_is() -> None:
    messages = conversation(turns=4, size=100)

    assert shortened(messages) == tuple(messages)


def test_the_beginning_stays_the_same_over_several_turns_once_shortening_began() -> None:
    messages = conversation(turns=40, size=MOST_CHARACTERS // 10)
    beginnings = [shortened(messages[: 1 + 2 * turn])[:10] for turn in range(12, 40)]

    changes = sum(one != other for one, other in itertools.pairwise(beginnings))

    assert changes <= 3
