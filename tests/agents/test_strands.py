"""Possible causes looked into at the same time: what strands do, cost and find, and what research makes of it."""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agents.cases import ResearchCase
from agents.errors import ModelRefused
from agents.evidence.strands import MOST_TURNS
from agents.exchange import Message, ToolResult, Turn, TurnRequest
from agents.prompts import prompt
from storage.judgments import Confidence, Outcome, Standing
from tests.agents.researched import (
    COMMAND,
    REPRODUCE,
    SEEN,
    SUBMISSION,
    changed,
    code,
    fed_back,
    submit,
)
from tests.agents.sandboxed import ground_in
from tests.agents.stranded import (
    AVERAGE,
    CAUSES,
    FOUND,
    HYPOTHESES,
    REJECTED,
    RUN_AVERAGE,
    RUN_TOTAL,
    STRANDS,
    TOTAL,
    TRY_TOTAL,
    WEIGH,
    WORKS,
    a_model,
    asked,
    heard,
    run,
    scripts,
    text_of,
    weighed,
)
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import RecordingCheckpoint, Reply, ScriptedModel, calls, words


def test_causes_are_looked_into_and_what_was_found_comes_back_in_order(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    model, checkpoint = a_model(), RecordingCheckpoint()

    done = run(case, workspaces, model, checkpoint)

    assert (done.outcome, done.steps, done.dropped) == (Outcome.FINISHED, 2, ())
    assert done.usd == pytest.approx(0.06)  # two turns of its own, and two of each strand
    told = heard(model)
    assert told.index(f"## 1. supported: {AVERAGE}") < told.index(f"## 2. rejected: {TOTAL}")
    for shown in (f"command `{COMMAND}`", SEEN["quote"], "code `shop/prices.py:7`", f"command `{TRY_TOTAL}`", "0 1234"):
        assert shown in told
    assert checkpoint.live == [
        "turn:1", "strands:1:round:1", "strands:1:round:2", "strands:1.1:verify:2", "strands:1.2:verify:2",
        "strands:1:end", "turn:2", "verify:2",
    ]  # fmt: skip
    assert all(workspace.closed for workspace in workspaces.opened)


@dataclass
class Meeting(ScriptedModel):
    """Answers strands only when two of them ask at the same time."""

    barrier: threading.Barrier = field(default_factory=lambda: threading.Barrier(2))

    def turn(self, request: TurnRequest) -> Turn:
        if "~" in request.about.subject:
            self.barrier.wait(timeout=30)
        return super().turn(request)


def test_two_strands_are_at_work_at_the_same_time_in_sandboxes_of_their_own(case: ResearchCase, tmp_path: Path) -> None:
    ground = ground_in(tmp_path)
    notes = [calls(("run_command", {"command": f"ls; echo {name} > mine.txt"})) for name in ("one", "two")]
    look = calls(("run_command", {"command": "echo I am; ls; cat mine.txt"}))
    says = [{"kind": "command", "where": "echo I am", "quote": f"test_shop.py {name}"} for name in ("one", "two")]
    none = submit(changed(plan=None, missing="All of it."))
    strands = {
        "1.1": [notes[0], look, weighed("supported", pro=[says[0]])],
        "1.2": [notes[1], look, weighed("rejected", contra=[says[1]])],
    }
    model = Meeting(scripts([WEIGH, none, none], strands))
    here = case.model_copy(update={"repository": ground.repository(), "base_sha": ground.sha})

    run(here, ground.workspaces, model)

    assert not model.barrier.broken
    told = heard(model)
    assert "supported" in told[: told.index("test_shop.py one")]
    assert "rejected" in told[told.index("test_shop.py one") : told.index("test_shop.py two")]
    for name in ("1.1", "1.2"):
        listed = text_of(asked(model, name)[1].messages[-1])
        assert "test_shop.py" in listed
        assert "mine.txt" not in listed


def test_a_strand_works_on_what_the_run_has_changed_and_knows_its_cause_and_the_others(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    note = calls(("run_command", {"command": "echo kept > note.txt"}))
    strands = {**STRANDS, "1.1": [calls(("run_command", {"command": "cat note.txt"})), weighed("open")]}
    model = a_model([note, WEIGH, submit(FOUND), submit(FOUND)], strands)

    run(case, workspaces, model)

    first, second = asked(model, "1.1")
    assert "exit code 0\nkept" in text_of(second.messages[-1])
    opening = text_of(first.messages[0])
    for text in (AVERAGE, "average([]) works", f"- {TOTAL}", "The page of an empty basket crashes.", "8 turns at most"):
        assert text in opening
    own, other = asked(model)[0], asked(model, "1.2")[0]
    assert first.system == other.system != own.system
    assert "$" not in first.system
    assert [tool.name for tool in first.tools] == [tool.name for tool in other.tools]
    names, own_names = ({tool.name for tool in request.tools} for request in (first, own))
    assert (names - own_names, own_names - names) == ({"submit_weighing"}, {"submit_research", "weigh_causes"})


def test_a_citation_of_a_strand_that_does_not_hold_is_dropped_before_the_run_hears_of_it(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    untrue = {"kind": "command", "where": COMMAND, "quote": "KeyError: 'basket'"}
    model = a_model(strands={**STRANDS, "1.1": [RUN_AVERAGE, weighed("supported", pro=[untrue, SEEN])]})

    run(case, workspaces, model)

    told = heard(model)
    assert told.count("KeyError") == 1
    assert (
        f"Left out, for it did not hold: “KeyError: 'basket'” ({COMMAND}): no command of this run printed that" in told
    )
    assert f"## 1. supported: {AVERAGE}" in told


def test_a_strand_that_stands_on_nothing_may_correct_it_once_and_then_its_cause_is_open(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    untrue = weighed("rejected", contra=[code(7, "return None")])
    stubborn = a_model(strands={**STRANDS, "1.2": [untrue, untrue]})
    corrected = a_model(strands={**STRANDS, "1.2": [RUN_TOTAL, untrue, REJECTED]})

    run(case, workspaces, stubborn)
    run(case, workspaces, corrected)

    assert "stands on nothing that can be looked up" in text_of(asked(stubborn, "1.2")[1].messages[-1])
    assert f"## 2. open: {TOTAL}" in heard(stubborn)
    assert f"## 2. rejected: {TOTAL}" in heard(corrected)


def test_the_run_may_cite_what_its_strands_saw_and_not_what_was_said_of_it(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    honest = run(case, workspaces, a_model())
    said = {"kind": "query", "where": "weigh_causes", "quote": "The 2 causes were looked into"}
    loose = submit(changed(findings=[{"claim": "so it is", "evidence": [said]}], hypotheses=HYPOTHESES))
    taken = run(case, workspaces, a_model([WEIGH, calls(("recall", {"number": 1})), loose, loose]))

    assert honest.research is not None
    assert honest.research.confidence is Confidence.REPRODUCED  # by a command that only a strand ran
    assert honest.research.hypotheses[1].evidence_against[0].where == TRY_TOTAL
    assert any("no look-up of this run answered that" in sentence for sentence in taken.dropped)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ([ModelRefused("It will not read this.")], "It will not read this."),
        ([RUN_TOTAL] * MOST_TURNS, f"its limit of {MOST_TURNS} turns"),
        ([words("Hm.")] * 3, "without submitting anything"),
    ],
)
def test_a_strand_that_comes_to_nothing_leaves_its_cause_open_and_says_why(
    case: ResearchCase, workspaces: FakeWorkspaces, script: Sequence[Reply], why: str
) -> None:
    model = a_model(strands={**STRANDS, "1.2": script})

    done = run(case, workspaces, model)

    told = heard(model)
    assert f"## 1. supported: {AVERAGE}" in told
    assert f"## 2. open: {TOTAL}" in told
    assert why in told
    assert done.outcome is Outcome.FINISHED


BOTH = calls(("weigh_causes", {"causes": CAUSES, "known": ""}), ("submit_research", changed(hypotheses=[])))


@pytest.mark.parametrize(
    ("turn", "why"),
    [
        (calls(("weigh_causes", {"causes": CAUSES[:1], "known": ""})), "at least 2 items"),
        (BOTH, "the same turn hands in"),
    ],
)
def test_a_call_that_cannot_be_carried_out_is_told_and_begins_nothing(
    case: ResearchCase, workspaces: FakeWorkspaces, turn: Message, why: str
) -> None:
    model = a_model([turn, REPRODUCE, submit(SUBMISSION)])

    run(case, workspaces, model)

    assert why in fed_back(model, 2)
    assert not asked(model, "1.1")


def test_of_two_calls_in_a_turn_the_first_is_carried_out(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    twice = calls(
        *[("weigh_causes", {"causes": CAUSES, "known": known}) for known in ("Known first.", "Known second.")]
    )
    model = a_model([twice, submit(FOUND)])

    run(case, workspaces, model)

    results = [block for block in asked(model)[1].messages[-1].blocks if isinstance(block, ToolResult)]
    assert [result.failed for result in results] == [False, True]
    assert "Known first." in text_of(asked(model, "1.1")[0].messages[0])


def with_hypotheses(*hypotheses: dict[str, Any]) -> Message:
    return submit({**copy.deepcopy(SUBMISSION), "findings": FOUND["findings"][:1], "hypotheses": [*hypotheses],
                   "confidence": "inferred"})  # fmt: skip


def said_of(model: ScriptedModel) -> str:
    """What the run heard of its first submission; empty when that was taken."""
    return text_of(asked(model)[2].messages[-1]) if len(asked(model)) > 2 else ""


@pytest.mark.parametrize(
    ("total", "doubted"),
    [
        (HYPOTHESES[1], False),
        ({"statement": TOTAL.upper(), "standing": "rejected", "evidence_against": [WORKS]}, False),
        ({"statement": TOTAL, "standing": "open"}, True),
        ({"statement": TOTAL, "standing": "supported", "evidence_for": [code(11, "return sum(prices)")]}, False),
    ],
)
def test_a_submission_that_says_otherwise_than_a_strand_needs_evidence_of_its_own(
    case: ResearchCase, workspaces: FakeWorkspaces, total: dict[str, Any], doubted: bool
) -> None:
    given = with_hypotheses(HYPOTHESES[0], total)
    model = a_model([WEIGH, given, given])

    done = run(case, workspaces, model)

    assert ("was rejected when it was looked into by itself" in said_of(model)) is doubted
    assert done.research is not None
    assert [each.standing.value for each in done.research.hypotheses] == ["supported", total["standing"]]


def test_a_cause_that_was_ruled_out_is_shown_even_if_the_run_leaves_it_out(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    given = with_hypotheses(HYPOTHESES[0], {"statement": "The weather.", "standing": "open"})
    model = a_model([WEIGH, given, given])

    done = run(case, workspaces, model)

    assert "is not among your hypotheses" in said_of(model)
    assert done.research is not None
    assert [each.statement for each in done.research.hypotheses] == [AVERAGE, "The weather.", TOTAL]
    assert done.research.hypotheses[2].standing is Standing.REJECTED
    assert done.research.hypotheses[2].evidence_against[0].quote == "0 1234"


def test_the_prompt_of_a_strand_explains_every_field_it_asks_for_and_holds_nothing_of_the_case() -> None:
    names = ("title", "gist", "signals", "guidance", "repository", "base", "tests", "instructions", "known",
             "cause", "others", "steps")  # fmt: skip
    page = prompt("weigh", dict.fromkeys(names, "of the case"))

    for name in ("standing", "evidence_for", "evidence_against", "why", "would_settle", "submit_weighing"):
        assert f"`{name}`" in page.standing
    assert "of the case" not in page.standing
    assert "House rules" in page.standing
