"""What research cites is looked up: corrected when it is a little off, fed back and dropped when it is not there."""

from __future__ import annotations

from typing import Any

import pytest

from agents.cases import ResearchCase
from agents.evidence.citations import Sources, check
from storage.judgments import MOST_NAMED, Confidence, Evidence, EvidenceKind, Finding, Outcome, Stage, Standing
from tests.agents.researched import (
    COMMAND,
    REPRODUCE,
    SEEN,
    SUBMISSION,
    changed,
    code,
    fed_back,
    run,
    submit,
    with_evidence,
)
from tests.factories import a_research
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import ScriptedModel, calls


@pytest.mark.parametrize(
    ("evidence", "line", "quote"),
    [
        (code(5, "return sum(prices) / count"), 7, "return sum(prices) / count"),
        (code(None, "return sum(prices) / count"), 7, "return sum(prices) / count"),
        (code(7, "    7      return sum(prices) / count"), 7, "return sum(prices) / count"),
        (code(None, "count =  len(prices)\n return sum(prices)", "./shop/prices.py:6"), 6,
         "count = len(prices)\nreturn sum(prices) / count"),
        (code(10, "return sum(prices)"), 11, "return sum(prices)"),
        (code(900, "max(1, count)"), 16, "return sum(total(basket) for basket in baskets) / max(1, count)"),
    ],
)  # fmt: skip
def test_a_citation_that_is_a_little_off_is_corrected(
    case: ResearchCase, workspaces: FakeWorkspaces, evidence: dict[str, Any], line: int, quote: str
) -> None:
    done = run(case, workspaces, [REPRODUCE, submit(with_evidence(evidence))])

    assert done.research is not None
    (found,) = done.research.findings[0].evidence
    assert (found.where, found.line, found.quote) == ("shop/prices.py", line, quote)


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (code(7, "return sum(prices) // count"), "the file does not say that"),
        (code(7, "return sum(prices) / count", "shop/none.py"), "there is no such file at the base commit"),
        (code(7, "/etc is here", "/etc/passwd"), "there is no such file at the base commit"),
        (code(700, "return sum(prices)"), "stands there in several places"),
        (code(7, "= ("), "too short to show anything"),
        ({"kind": "signal", "where": "C1/17", "quote": "it was on a Monday"}, "no signal of the report says that"),
        ({"kind": "command", "where": COMMAND, "quote": "KeyError: 'x'"}, "no command of this run printed that"),
    ],
)
def test_evidence_that_is_not_there_is_fed_back_once_and_then_dropped(
    case: ResearchCase, workspaces: FakeWorkspaces, evidence: dict[str, Any], why: str
) -> None:
    model = ScriptedModel(
        {Stage.RESEARCH: [REPRODUCE, submit(with_evidence(evidence)), submit(with_evidence(evidence))]}
    )

    done = run(case, workspaces, model)

    assert why in fed_back(model, 3)
    assert done.outcome is Outcome.FINISHED
    assert done.research is not None
    assert done.research.findings == ()
    assert any(why in sentence for sentence in done.dropped)
    assert any("the finding “a claim”: none of its evidence holds" in sentence for sentence in done.dropped)


def test_what_the_agent_wrote_into_its_own_checkout_is_no_evidence(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    forge = calls(("run_command", {"command": "echo 'forged = True' >> shop/prices.py"}))
    forged = submit(with_evidence(code(17, "forged = True")))

    done = run(case, workspaces, [forge, forged, forged])

    assert any("the file does not say that" in sentence for sentence in done.dropped)


def test_a_plan_that_rests_on_nothing_is_dropped(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    baseless = with_evidence(code(7, "no such thing"))
    baseless["hypotheses"][0]["evidence_for"] = []

    done = run(case, workspaces, [submit(baseless), submit(baseless)])

    assert done.research is not None
    assert done.research.plan is None
    assert done.research.missing
    assert done.research.hypotheses[0].standing is Standing.OPEN
    assert done.research.confidence is Confidence.GUESSED
    assert any(sentence.startswith("the plan:") for sentence in done.dropped)


def test_a_rejected_hypothesis_without_evidence_against_it_counts_as_open(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    loose = changed()
    loose["hypotheses"][1]["evidence_against"] = []

    done = run(case, workspaces, [REPRODUCE, submit(loose), submit(loose)])

    assert done.research is not None
    assert [each.standing for each in done.research.hypotheses] == [Standing.SUPPORTED, Standing.OPEN]


def test_nothing_is_reproduced_that_was_not_seen_to_happen(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    cited = code(7, "return sum(prices) / count")
    looked_back = {"kind": "command", "where": "log", "quote": "commit 1"}
    claimed = {**with_evidence(cited), "confidence": "reproduced"}
    blamed = {**with_evidence(cited, looked_back), "confidence": "reproduced"}

    without = run(case, workspaces, [submit(claimed), submit(claimed)])
    history = run(case, workspaces, [calls(("log", {})), submit(blamed), submit(blamed)])

    for done in (without, history):
        assert done.research is not None
        assert done.research.confidence is Confidence.INFERRED
        assert "the confidence is inferred, not reproduced: no evidence for more holds" in done.dropped


def test_a_look_up_outside_the_checkout_is_cited_by_its_tool_and_its_answer() -> None:
    answer = ("sentry_event issue=SHOP-1", "ZeroDivisionError\nin average, release 4.2, 1,204 times")
    sources = Sources(file=lambda _: None, signals={}, outputs=[], queries=[answer])
    real = Evidence(kind=EvidenceKind.QUERY, where="sentry_event", quote="release 4.2, 1,204 times")
    unreal = Evidence(kind=EvidenceKind.QUERY, where="sentry_event issue=SHOP-1", quote="release 9.9")
    findings = (Finding(claim="often", evidence=(real, unreal)),)

    checked = check(a_research(findings=findings, plan=None, confidence=Confidence.GUESSED), sources)

    (found,) = checked.research.findings[0].evidence
    assert found.where == "sentry_event issue=SHOP-1"
    assert any("no look-up of this run answered that" in sentence for sentence in checked.dropped)
    assert (checked.research.citations_made, checked.research.citations_dropped) == (3, 2)


def test_a_command_too_long_to_be_named_is_cited_by_its_beginning(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    short, long = COMMAND, f"{COMMAND} || true # {'x' * MOST_NAMED}"
    both = calls(("run_command", {"command": long}), ("run_command", {"command": short}))
    seen = {**SEEN, "where": long[:MOST_NAMED]}
    model = ScriptedModel(
        {Stage.RESEARCH: [both, submit(changed(findings=[{"claim": "it does", "evidence": [seen]}]))]}
    )

    done = run(case, workspaces, model)

    assert f"more than {MOST_NAMED} characters is cited by its beginning" in fed_back(model, 2)
    assert done.research is not None
    assert (done.research.confidence, done.dropped) == (Confidence.REPRODUCED, ())
    assert done.research.findings[0].evidence[0].where == long[:MOST_NAMED]


def test_what_was_run_in_the_turn_that_submits_may_be_cited(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    at_once = calls(("run_command", {"command": COMMAND}), ("submit_research", SUBMISSION))

    done = run(case, workspaces, [at_once])

    assert (done.outcome, done.steps, done.dropped) == (Outcome.FINISHED, 1, ())
    assert done.research is not None
    assert done.research.confidence is Confidence.REPRODUCED


@pytest.mark.parametrize("kind", ["query", "command"])
def test_a_look_into_the_past_is_cited_as_whatever_it_is_taken_for(
    case: ResearchCase, workspaces: FakeWorkspaces, kind: str
) -> None:
    looked = with_evidence({"kind": kind, "where": "log", "quote": "commit 1"})

    done = run(case, workspaces, [calls(("log", {})), submit(looked)])

    assert done.research is not None
    assert (done.dropped, done.research.findings[0].evidence[0].kind) == ((), EvidenceKind.COMMAND)
