"""An agent that looks twice and submits, what a model says to it, and where its run is written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents.adapters.claude.claude import ClaudeModel
from agents.exchange import Tool, ToolDone, ToolSpec
from agents.loop import Loop
from agents.ports import Workspace
from agents.tools.weigh_causes import WEIGH_CAUSES
from agents.trail import Trail
from storage.judgments import Outcome, Stage
from storage.run_rows import ToolUse
from storage.store import Store
from tests.agents.briefed import Look, a_brief
from tests.agents.loopback import Reply
from tests.factories import a_report
from tests.fakes import RecordingCheckpoint


def look(number: int) -> Reply:
    block = {"type": "tool_use", "id": f"toolu_{number}", "name": "look", "input": {"path": f"{number}.py"}}
    return Reply([{"type": "thinking", "thinking": "Hm.", "signature": f"s{number}"}, block], "tool_use")


SUBMIT = Reply([{"type": "tool_use", "id": "toolu_s", "name": "submit", "input": {"text": "done"}}], "tool_use")


def scripted(*replies: Reply) -> Callable[[dict[str, Any]], Reply]:
    """The replies for a model by the turn that is asked for: by how often it spoke before."""

    def answer(body: dict[str, Any]) -> Reply:
        before = [message for message in body["messages"] if message["role"] == "assistant"]
        return replies[len(before)]

    return answer


@dataclass(frozen=True)
class Logged:
    """A logbook on the store, without a report's life."""

    store: Store
    key: str

    @classmethod
    def begun(cls, store: Store) -> Logged:
        """The logbook of a research of a report of its own."""
        report_id = a_report(store).id or 0
        key = f"research:{report_id}:1"
        store.runs.begin(key, Stage.RESEARCH, report_id)
        return cls(store, key)

    def why_stop(self) -> str:
        return ""

    def turned(self, turn: int, done: Sequence[ToolDone]) -> None:
        uses = [ToolUse(run="", turn=0, place=0, tool=each.call.name) for each in done]
        self.store.runs.turned(self.key, turn, uses)

    def strand(self, name: str) -> Logged:
        return replace(self, key=f"{self.key}/{name}")

    def took_up(self, cause: str) -> None:
        self.store.runs.branch(self.key)
        self.store.runs.turned(self.key, 0, [ToolUse(run="", turn=0, place=0, tool=WEIGH_CAUSES, line=cause)])

    def end(self, outcome: Outcome, sentence: str, seconds: float) -> None:
        self.store.runs.end(self.key, outcome, sentence, seconds)


def runs(model: ClaudeModel, store: Store, checkpoint: RecordingCheckpoint | None = None) -> Trail[str]:
    """An agent at work that looks twice and submits."""

    def toolbox(_: Workspace) -> tuple[Tool, ...]:
        return (Tool(ToolSpec("look", "Look.", Look), lambda asked: f"{asked.path} is empty"),)

    brief = a_brief(toolbox=toolbox, logbook=Logged.begun(store))
    return Loop(brief, model, checkpoint or RecordingCheckpoint()).run()
