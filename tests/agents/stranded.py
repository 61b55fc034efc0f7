"""A run that looks into two causes, and what is said in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.cases import ResearchCase
from agents.exchange import Message, TurnRequest
from agents.ports import Workspaces
from agents.redaction.redact import Redactor
from agents.stages.research import Researched, research
from agents.terms import Limits
from storage.judgments import Stage
from tests.agents.researched import (
    COMMAND,
    SEEN,
    changed,
    code,
    submit,
)
from tests.fakes import RecordingCheckpoint, Reply, ScriptedModel, calls

AVERAGE, TOTAL = "average divides by the number of prices", "total fails on an empty basket"


CAUSES = [
    {"statement": AVERAGE, "refuted_by": "average([]) works", "look_at": "shop/prices.py"},
    {"statement": TOTAL, "refuted_by": "total([]) works", "look_at": "shop/prices.py"},
]


WEIGH = calls(("weigh_causes", {"causes": CAUSES, "known": "The page of an empty basket crashes."}))


TRY_TOTAL = 'python -c "from shop.prices import total; print(total([]), 1234)"'


WORKS = {"kind": "command", "where": TRY_TOTAL, "quote": "0 1234"}


RUN_AVERAGE, RUN_TOTAL = (calls(("run_command", {"command": command})) for command in (COMMAND, TRY_TOTAL))


def weighed(standing: str, *, pro: Sequence[Any] = (), contra: Sequence[Any] = ()) -> Message:
    given = {"standing": standing, "evidence_for": pro, "evidence_against": contra, "why": "It was tried."}
    return calls(("submit_weighing", given))


SUPPORTED = weighed("supported", pro=[SEEN, code(7, "return sum(prices) / count")])


REJECTED = weighed("rejected", contra=[WORKS])


STRANDS: Mapping[str, Sequence[Reply]] = {"1.1": [RUN_AVERAGE, SUPPORTED], "1.2": [RUN_TOTAL, REJECTED]}


HYPOTHESES = [
    {"statement": AVERAGE, "standing": "supported", "evidence_for": [SEEN]},
    {"statement": TOTAL, "standing": "rejected", "evidence_against": [WORKS]},
]


FOUND = changed(hypotheses=HYPOTHESES)


def scripts(
    main: Sequence[Reply] = (WEIGH, submit(FOUND), submit(FOUND)), strands: Mapping[str, Sequence[Reply]] = STRANDS
) -> dict[tuple[Stage, str], Sequence[Reply]]:
    """What the run says, and its strands."""
    return {
        (Stage.RESEARCH, "C1/17"): main,
        **{(Stage.RESEARCH, f"C1/17~{name}"): script for name, script in strands.items()},
    }


def a_model(*said: Any, **more: Any) -> ScriptedModel:
    return ScriptedModel(scripts(*said, **more))


def run(
    case: ResearchCase,
    workspaces: Workspaces,
    model: ScriptedModel,
    checkpoint: RecordingCheckpoint | None = None,
    limits: Limits | None = None,
) -> Researched:
    return research(case, model, workspaces, limits or Limits(), checkpoint or RecordingCheckpoint(), Redactor(b"test"))


def asked(model: ScriptedModel, name: str = "") -> list[TurnRequest]:
    """What the run itself was asked, or one of its strands."""
    return [request for request in model.asked if request.about.subject == (f"C1/17~{name}" if name else "C1/17")]


def text_of(message: Message) -> str:
    return "\n".join(getattr(block, "text", "") for block in message.blocks)


def heard(model: ScriptedModel) -> str:
    """What the run was told of its strands."""
    return text_of(asked(model)[1].messages[-1])
