"""What the loops of tests are told to do: look around, and submit a word."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from agents.exchange import About
from agents.terms import Limits
from agents.trail import Brief, Ruling
from storage.judgments import Judgment, Stage
from tests.fake_workspaces import MemoryWorkspace


class Answer(Judgment):
    text: str


class Look(BaseModel):
    path: str


def a_brief(**fields: Any) -> Brief[Answer, str]:
    """For a research that has an empty workspace, no tools and no logbook, and whose every answer holds."""
    defaults: dict[str, Any] = {
        "stage": Stage.RESEARCH,
        "about": About(subject="S-1"),
        "system": "system",
        "opening": "opening",
        "submit": "submit",
        "submit_description": "Submit.",
        "returns": Answer,
        "verify": lambda answer, _: Ruling(answer.text),
        "open": lambda _: MemoryWorkspace(base={}),
        "toolbox": lambda _: (),
        "limits": Limits(),
    }
    return Brief(**{**defaults, **fields})
