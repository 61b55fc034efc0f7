"""Keeps a model's replies in files, and plays them again: so that a run played by hand, or paid for, is reproducible.

The format is the one of the playground's recordings: `<stage>/<subject>.json` with one entry a turn.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from agents.adapters.claude.prices import price_of
from agents.adapters.claude.wire import heard
from agents.errors import BadSettings, ModelRefused
from agents.exchange import About, TextBlock, ToolCall, ToolResult, Turn, TurnRequest
from agents.ports import Model
from storage.judgments import Judgment, Stage

J = TypeVar("J", bound=Judgment)
Json = dict[str, Any]

_REPLAYED = "claude-sonnet-4-6"  # whose prices the recorded tokens are counted at


@dataclass
class Recording:
    """A model whose turns are written down as they come. Judgments pass through unrecorded: research has none."""

    model: Model
    folder: Path
    note: str
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def can_research(self) -> bool:
        """As the model itself."""
        return self.model.can_research

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        """As the model itself."""
        return self.model.judge(stage, about, returns)

    def turn(self, request: TurnRequest) -> Turn:
        """The model's turn; an earlier recording of it, and of what came after, is replaced."""
        turn = self.model.turn(request)
        path = _path(self.folder, request)
        with self.lock:
            known: list[Json] = json.loads(path.read_text())["turns"] if path.exists() else []
            body = {
                "stage": request.stage.value,
                "subjects": [request.about.subject],
                "turns": [*known[: request.turn - 1], _written(turn)],
                "note": self.note,
            }
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n")
        return turn


@dataclass(frozen=True)
class Replaying:
    """Plays a folder of recordings. A submission that is refused, with no reply recorded after it, is insisted on."""

    folder: Path
    model: str = _REPLAYED

    @property
    def can_research(self) -> bool:
        """It can, as far as something is recorded."""
        return True

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:  # noqa: ARG002 the port's names
        """Nothing of the kind is recorded."""
        raise ModelRefused(f"No judgment of {stage} is replayed.")

    def turn(self, request: TurnRequest) -> Turn:
        """The recorded turn. Raises ModelRefused when there is none."""
        turns = self._recorded(request)
        if not turns:
            raise ModelRefused(f"Nothing is recorded for {request.about.subject} in {self.folder}.")
        given = turns[min(request.turn, len(turns)) - 1]
        used = given["usage"]
        usage = price_of(self.model).usage(
            used["input_tokens"], used["cache_creation_input_tokens"], used["cache_read_input_tokens"],
            used["output_tokens"],
        )  # fmt: skip
        return Turn(message=heard(given["content"], self.model), usage=usage, stop_reason=given["stop_reason"])

    def _recorded(self, request: TurnRequest) -> list[Json]:
        for path in sorted((self.folder / request.stage.value).glob("*.json")):
            body = json.loads(path.read_text())
            if request.about.subject in body["subjects"]:
                turns: list[Json] = body["turns"]
                return turns
        return []


def replaying(folder: Path) -> Replaying:
    """The replies of a folder. Raises BadSettings when it holds none."""
    if not any(folder.glob("*/*.json")):
        raise BadSettings(f"{folder} holds no recorded replies; --record DIR makes some.")
    return Replaying(folder)


def _path(folder: Path, request: TurnRequest) -> Path:
    slug = re.sub(r"[^a-z0-9]+", "-", request.about.subject.lower()).strip("-")
    return folder / request.stage.value / f"{slug}.json"


def _written(turn: Turn) -> Json:
    used = turn.usage
    opaque: list[Json] = json.loads(turn.message.opaque)["content"] if turn.message.opaque else []
    return {
        "must_contain": [],
        "content": opaque or [_block(block) for block in turn.message.blocks],
        "stop_reason": turn.stop_reason,
        "usage": {
            "input_tokens": used.input_tokens,
            "output_tokens": used.output_tokens,
            "cache_creation_input_tokens": 0,  # what was written to the cache is among the input already
            "cache_read_input_tokens": used.cached_tokens,
        },
    }


def _block(block: TextBlock | ToolCall | ToolResult) -> Json:
    if isinstance(block, ToolCall):
        return {"type": "tool_use", "id": block.id, "name": block.name, "input": block.arguments}
    return {"type": "text", "text": block.text}
