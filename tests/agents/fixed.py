"""A shop that cannot average nothing, and what a fix of it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.cases import FixCase
from agents.exchange import Message, TextBlock, ToolResult
from agents.redaction.redact import Redactor
from agents.stages.fix import Fixed, Reviewer, fix
from agents.terms import Limits, Repository
from storage.judgments import Plan, Research, Stage
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import RecordingCheckpoint, Reply, ScriptedModel, calls

PRICES = "def average(prices):\n    return sum(prices) / len(prices)\n"


TESTS = "from shop.prices import average\n\n\ndef test_average():\n    assert average([1, 3]) == 2\n"


REPOSITORY = Repository(
    name="acme/shop",
    protected=("secure/**",),
    test_environment={"PYTHONPATH": ".", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
)


PLAN = Plan(
    repository="acme/shop",
    title="Give 0 as the average of no prices",
    approach="Return 0 when there are none.",
    files=("shop/prices.py", "tests/test_prices.py"),
    test="average([]) raises ZeroDivisionError today, gives 0 then.",
    risk="None known.",
    measure="The crash stops.",
)


RESEARCH = Research.model_validate(
    {
        "headline": "average() divides by zero",
        "cause": "It divides by the number of prices.",
        "confidence": "reproduced",
        "findings": [],
        "hypotheses": [
            {"statement": "average", "standing": "supported"},
            {"statement": "total", "standing": "rejected"},
        ],
        "priority": "P2",
        "priority_reason": "Some pages crash.",
    }
)


SUBMISSION: dict[str, Any] = {
    "title": "Give 0 as the average of no prices",
    "summary": "The empty list is handled.",
    "test_files": ["tests/test_prices.py"],
    "test_ids": ["tests/test_prices.py::test_average_of_nothing"],
    "expected_failure": "ZeroDivisionError: division by zero",
    "risk": "None known.",
    "undo": "Revert the commit.",
}


NEW_TEST = {
    "path": "tests/test_prices.py",
    "old": "== 2\n",
    "new": "== 2\n\n\ndef test_average_of_nothing():\n    assert average([]) == 0\n",
}


CURE = {"path": "shop/prices.py", "old": "/ len(prices)", "new": "/ len(prices) if prices else 0"}


WRITE_TEST = calls(("edit_file", NEW_TEST), ("run_tests", {"ids": SUBMISSION["test_ids"]}))


WRITE_CURE = calls(("edit_file", CURE), ("run_tests", {}))


SUBMIT = calls(("submit_fix", SUBMISSION))


def run(
    case: FixCase,
    workspaces: FakeWorkspaces,
    script: Sequence[Reply] | ScriptedModel,
    checkpoint: RecordingCheckpoint | None = None,
    limits: Limits | None = None,
    *,
    review: Reviewer | None = None,
) -> Fixed:
    model = script if isinstance(script, ScriptedModel) else ScriptedModel({Stage.FIX: script})
    return fix(
        case,
        model,
        workspaces,
        limits or Limits(),
        checkpoint or RecordingCheckpoint(),
        Redactor(b"test"),
        review=review,
    )


def fed_back(model: ScriptedModel, turn: int) -> str:
    blocks = model.asked[turn - 1].messages[-1].blocks
    return "\n".join(block.text for block in blocks if isinstance(block, ToolResult | TextBlock))


def submit(**changes: Any) -> Message:
    return calls(("submit_fix", {**SUBMISSION, **changes}))


def write(files: Mapping[str, str]) -> Message:
    return calls(*[("write_file", {"path": path, "text": text}) for path, text in files.items()])
