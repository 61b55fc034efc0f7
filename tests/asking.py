"""A world in which people ask about a report, and what the model answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.exchange import Message, TextBlock
from agents.people.asking import Asking
from agents.research.inquiring import run_key
from agents.rules import Person
from storage.inquiries import Inquiry
from storage.judgments import Stage
from storage.store import Store
from tests.fakes import RecordingCheckpoint, ScriptedModel, calls
from tests.world import CITED, POLICY, TOM, World, a_model

LOOK = calls(("read_file", {"path": "shop.py"}))
CLAIM = {"claim": "Yes: it divides unguarded.", "evidence": [CITED]}
UNTRUE = {"claim": "It was changed in May.", "evidence": [{**CITED, "quote": "changed in May"}]}


def reply(*claims: Mapping[str, Any], unknown: str = "") -> Message:
    return calls(("submit_reply", {"claims": list(claims), "unknown": unknown}))


def answering(*turns: Message | Exception) -> ScriptedModel:
    model = a_model()
    return ScriptedModel(turns={**model.turns, Stage.INQUIRE: turns}, judgments=model.judgments)


class Asked:
    """A world in which people ask."""

    def __init__(self, store: Store, folder: Path, *turns: Message | Exception, **changes: object) -> None:
        self.world = World(store, folder, model=answering(*turns), policy=POLICY.model_copy(update=changes))
        self.store, self.nudged = store, list[int]()

    def asking(self) -> Asking:
        means = self.world.pipeline.means
        return Asking(
            store=self.store, policy=self.world.policy, home_team="T1", can_answer=means.model.can_research,
            redact=means.redactor.text, nudge=self.nudged.append,
        )  # fmt: skip

    def asks(self, text: str = "does it still divide?", person: Person = TOM, message: str = "C11/1.0") -> str:
        return self.asking().ask(1, text, person, message).sentence

    def answered(self, inquiry_id: int = 1) -> Inquiry:
        self.world.pipeline.inquire(inquiry_id, RecordingCheckpoint(), run_key(self.store.inquiries.get(inquiry_id)))
        return self.store.inquiries.get(inquiry_id)


def opening(asked: Asked) -> str:
    """What the model was given at first."""
    block = next(each for each in asked.world.model.asked if each.stage is Stage.INQUIRE).messages[0].blocks[0]
    assert isinstance(block, TextBlock)
    return block.text
