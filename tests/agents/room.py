"""A workspace in memory, and the loop of an agent that works in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from agents.exchange import (
    Message,
    TextBlock,
    Tool,
    ToolFault,
    ToolResult,
    ToolSpec,
)
from agents.loop import Loop
from agents.ports import Checkpoint, Workspace
from agents.terms import Limits
from agents.trail import Ruling, Trail
from storage.judgments import Outcome, Stage
from tests.agents.briefed import Answer, Look, a_brief
from tests.fake_workspaces import MemoryWorkspace
from tests.fakes import RecordingCheckpoint, Reply, ScriptedModel, calls, words


class Write(BaseModel):
    path: str
    text: str


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
        brief = a_brief(stage=Stage.FIX, verify=self.verify, open=self.open, toolbox=toolbox, limits=self.limits)
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
