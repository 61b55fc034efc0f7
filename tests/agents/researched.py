"""A report of a shop that cannot average nothing, and what research of it submits."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from agents.cases import ResearchCase
from agents.exchange import Message, TextBlock, ToolResult
from agents.redaction.redact import Redactor
from agents.stages.research import Researched, research
from agents.terms import Limits, Repository
from storage.judgments import Stage
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import RecordingCheckpoint, Reply, ScriptedModel, calls

PRICES = '''"""Prices of a basket."""


def average(prices):
    """The mean price."""
    count = len(prices)
    return sum(prices) / count


def total(prices):
    return sum(prices)


def mean_total(baskets):
    count = len(baskets)
    return sum(total(basket) for basket in baskets) / max(1, count)
'''


REPOSITORY = Repository(name="acme/shop", protected=("secure/**",), test_environment={"PYTHONPATH": "."})


COMMAND = 'python -c "from shop.prices import average; average([])"'


def code(line: int | None, quote: str, where: str = "shop/prices.py") -> dict[str, Any]:
    return {"kind": "code", "where": where, "line": line, "quote": quote}


SEEN = {"kind": "command", "where": COMMAND, "quote": "ZeroDivisionError: division by zero"}


TOLD = {"kind": "signal", "where": "C1/17", "quote": "takes the whole page down"}


SUBMISSION: dict[str, Any] = {
    "headline": "average() divides by the number of prices without looking whether there are any",
    "cause": "The page calls average([]); count is 0; the division fails.",
    "confidence": "reproduced",
    "findings": [
        {"claim": "average divides by zero", "evidence": [code(7, "    return sum(prices) / count")]},
        {"claim": "it happens", "evidence": [SEEN]},
        {"claim": "people saw it", "evidence": [TOLD]},
    ],
    "hypotheses": [
        {"statement": "average", "standing": "supported", "evidence_for": [code(6, "count = len(prices)")]},
        {
            "statement": "total",
            "standing": "rejected",
            "evidence_against": [code(11, "    return sum(prices)\n\n\ndef")],
        },
    ],
    "plan": {
        "repository": "acme/shop",
        "title": "Give 0 as the average of no prices",
        "approach": "Return 0 when there are none.",
        "files": ["shop/prices.py", "tests/test_prices.py"],
        "test": "average([]) raises ZeroDivisionError today, gives 0 then.",
        "risk": "None known.",
        "measure": "The crash stops.",
    },
    "priority": "P2",
    "priority_reason": "Some pages crash.",
}


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SUBMISSION), **changes}


def with_evidence(*evidence: dict[str, Any]) -> dict[str, Any]:
    return changed(findings=[{"claim": "a claim", "evidence": list(evidence)}], confidence="inferred")


def submit(arguments: dict[str, Any]) -> Message:
    return calls(("submit_research", arguments))


REPRODUCE = calls(("run_command", {"command": COMMAND}))


def run(
    case: ResearchCase,
    workspaces: FakeWorkspaces,
    script: Sequence[Reply] | ScriptedModel,
    checkpoint: RecordingCheckpoint | None = None,
    limits: Limits | None = None,
) -> Researched:
    model = script if isinstance(script, ScriptedModel) else ScriptedModel({Stage.RESEARCH: script})
    return research(case, model, workspaces, limits or Limits(), checkpoint or RecordingCheckpoint(), Redactor(b"test"))


def fed_back(model: ScriptedModel, turn: int) -> str:
    blocks = model.asked[turn - 1].messages[-1].blocks
    return "\n".join(block.text for block in blocks if isinstance(block, ToolResult | TextBlock))
