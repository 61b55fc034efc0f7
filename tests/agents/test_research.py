"""Research with a scripted model on a real git checkout: what is verified, corrected, dropped, fed back and resumed."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from agents.cases import Guidance, ResearchCase, SeenSignal, SimilarReport
from agents.citations import Sources, check
from agents.exchange import Message, TextBlock, ToolResult
from agents.redact import Redactor
from agents.stages.research import Researched, research
from agents.terms import Limits, Repository
from storage.judgments import MOST_NAMED, Confidence, Evidence, EvidenceKind, Finding, Outcome, Plan, Stage, Standing
from tests.factories import a_research
from tests.fakes import FakeWorkspaces, RecordingCheckpoint, Reply, ScriptedModel, calls, make_repository

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


@pytest.fixture(scope="module")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> FakeWorkspaces:
    folder = tmp_path_factory.mktemp("research")
    files = {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": "", "secure/keys.py": "x = 1\n"}
    make_repository(folder, files)
    return FakeWorkspaces(folder)


@pytest.fixture(scope="module")
def case(workspaces: FakeWorkspaces) -> ResearchCase:
    signal = SeenSignal(
        external_id="C1/17",
        source="slack",
        title="The basket page is down",
        body="An empty basket takes the whole page down:\nZeroDivisionError: division by zero",
        happened_at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    )
    return ResearchCase(
        subject="C1/17",
        report_id=7,
        title="Empty baskets crash",
        gist="The page of an empty basket crashes.",
        signals=(signal,),
        repository=REPOSITORY,
        base_sha=workspaces.head(REPOSITORY),
    )


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


def test_research_whose_citations_hold_is_given_as_it_is(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    done = run(case, workspaces, [REPRODUCE, submit(SUBMISSION)])

    assert (done.outcome, done.steps, done.dropped) == (Outcome.FINISHED, 2, ())
    assert done.research is not None
    assert done.research.confidence is Confidence.REPRODUCED
    assert done.research.plan is not None
    assert [finding.claim for finding in done.research.findings] == [
        "average divides by zero",
        "it happens",
        "people saw it",
    ]
    assert all(workspace.closed for workspace in workspaces.opened)


@pytest.mark.parametrize("kept", range(1, 5))
def test_research_resumed_anywhere_comes_to_the_same_end(
    case: ResearchCase, workspaces: FakeWorkspaces, kept: int
) -> None:
    script = [REPRODUCE, submit(with_evidence(code(7, "no such line"))), submit(SUBMISSION)]
    whole = RecordingCheckpoint()
    expected = run(case, workspaces, script, whole)
    assert whole.live == ["turn:1", "turn:2", "verify:2", "turn:3", "verify:3"]
    later = whole.resumed(after=kept)

    done = run(case, workspaces, script, later)

    assert later.live == whole.live[kept:]
    assert done.model_copy(update={"seconds": 0}) == expected.model_copy(update={"seconds": 0})


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


def test_a_model_cannot_write_its_own_assessment(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    flattering = changed(assessment={"mended": "", "reviewers": [{"name": "me"}]}, citations_made=99)

    done = run(case, workspaces, [REPRODUCE, submit(flattering)])

    assert done.research is not None
    assert done.research.assessment is None
    assert done.research.citations_made == 5


def test_who_abstains_says_what_would_settle_it(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    mute, honest = changed(plan=None), changed(plan=None, missing="The log of that minute.")
    model = ScriptedModel({Stage.RESEARCH: [REPRODUCE, submit(mute), submit(honest)]})

    done = run(case, workspaces, model)

    assert "`missing` must say which evidence would settle it" in fed_back(model, 3)
    assert done.research is not None
    assert done.research.missing == "The log of that minute."


def test_a_guess_carries_no_plan(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    guess = changed(confidence="guessed")

    done = run(case, workspaces, [REPRODUCE, *[submit(guess)] * 4])

    assert done.research is not None
    assert done.research.plan is None
    assert "it rested on a guess" in done.research.missing


STEPS = "1. open the basket\n2. take everything out\nThe page is gone."


def test_steps_become_a_reproduction_or_the_research_says_why_not(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    told = case.model_copy(update={"signals": (case.signals[0].model_copy(update={"body": STEPS}),)})
    cited = with_evidence(code(7, "return sum(prices) / count"))
    why = {**cited, "reproduction_not_because": "It needs a browser."}
    model = ScriptedModel({Stage.RESEARCH: [submit(cited), submit(why)]})

    said = run(told, workspaces, model)
    silent = run(told, workspaces, [submit(cited), submit(cited)])
    without_steps = run(case, workspaces, [submit(cited)])

    assert "a signal tells the steps" in fed_back(model, 2)
    assert said.research is not None
    assert said.research.reproduction_not_because == "It needs a browser."
    assert silent.research is not None
    assert "nothing says why" in silent.research.reproduction_not_because
    assert without_steps.steps == 1


def test_a_commit_that_does_not_exist_is_not_blamed(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    real, unreal = changed(causative_commit=case.base_sha[:10]), changed(causative_commit="deadbeef12 oops")

    kept = run(case, workspaces, [REPRODUCE, submit(real)])
    lost = run(case, workspaces, [REPRODUCE, submit(unreal), submit(unreal)])

    assert kept.research is not None
    assert kept.research.causative_commit == case.base_sha[:10]
    assert lost.research is not None
    assert lost.research.causative_commit == ""
    assert any("no such commit" in sentence for sentence in lost.dropped)


def test_fewer_than_two_hypotheses_are_fed_back(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    one = changed(hypotheses=SUBMISSION["hypotheses"][:1])
    model = ScriptedModel({Stage.RESEARCH: [REPRODUCE, submit(one), submit(SUBMISSION)]})

    done = run(case, workspaces, model)

    assert "hypotheses: Tuple should have at least 2 items" in fed_back(model, 3)
    assert done.outcome is Outcome.FINISHED


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/etc/passwd", "not a plain path"),
        ("../other/x.py", "not a plain path"),
        ("./shop/prices.py", "not a plain path"),
        ("secure/keys.py", "is protected"),
        ("shp/prices.py", "neither shp/prices.py nor its folder is in the repository"),
    ],
)
def test_a_plan_that_names_files_it_may_not_is_fed_back_and_at_last_dropped(
    case: ResearchCase, workspaces: FakeWorkspaces, path: str, why: str
) -> None:
    wrong = changed(plan={**SUBMISSION["plan"], "files": [path]})
    model = ScriptedModel({Stage.RESEARCH: [REPRODUCE, *[submit(wrong)] * 4]})

    done = run(case, workspaces, model)

    assert why in fed_back(model, 3)
    assert (done.outcome, done.steps) == (Outcome.REFUSED, 5)
    assert "was refused 4 times" in done.sentence
    assert done.research is not None
    assert done.research.plan is None
    assert why in done.research.missing


def test_a_new_file_in_a_known_folder_is_fine_and_another_repository_is_not(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    new = changed(plan={**SUBMISSION["plan"], "files": ["tests/test_new.py", "top.py"]})
    other = changed(plan={**SUBMISSION["plan"], "repository": "acme/else"})
    model = ScriptedModel({Stage.RESEARCH: [REPRODUCE, submit(other), submit(new)]})

    done = run(case, workspaces, model)

    assert "the repository is acme/shop, not acme/else" in fed_back(model, 3)
    assert done.research is not None
    assert done.research.plan is not None


def test_guidance_must_be_heeded_and_an_unchanged_plan_is_doubted_once(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    plan = Plan.model_validate(SUBMISSION["plan"])
    guided = case.model_copy(
        update={"guidance": (Guidance(words="Give None, not 0.", who="U1"),), "earlier_plan": plan, "pass_number": 2}
    )
    heeded = changed(guidance_heeded="It gives None now.")
    better = changed(guidance_heeded="Yes.", plan={**SUBMISSION["plan"], "approach": "Return None."})
    model = ScriptedModel({Stage.RESEARCH: [REPRODUCE, submit(SUBMISSION), submit(better)]})
    stubborn = ScriptedModel({Stage.RESEARCH: [REPRODUCE, submit(heeded), submit(heeded)]})

    done = run(guided, workspaces, model)
    same = run(guided, workspaces, stubborn)

    assert "say in `guidance_heeded`" in fed_back(model, 3)
    assert done.research is not None
    assert done.research.plan is not None
    assert done.research.plan.approach == "Return None."
    assert "word for word the one that people saw" in fed_back(stubborn, 3)
    assert same.research is not None
    assert same.research.plan == plan


def test_the_subject_tells_the_passes_apart(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    first, second = (ScriptedModel({Stage.RESEARCH: [REPRODUCE, submit(SUBMISSION)]}) for _ in range(2))

    run(case, workspaces, first)
    run(case.model_copy(update={"pass_number": 2}), workspaces, second)

    assert {request.about.subject for request in first.asked} == {"C1/17"}
    assert {request.about.subject for request in second.asked} == {"C1/17#2"}
    assert {request.about.report_id for request in second.asked} == {7}


def test_the_model_reads_everything_the_case_holds_and_the_standing_part_is_the_same_for_all(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    guided = case.model_copy(
        update={
            "guidance": (Guidance(words="Look at the edge $cases.", who="U1"),),
            "earlier_plan": Plan.model_validate(SUBMISSION["plan"]),
            "similar": (SimilarReport(ref="SB-3", title="Empty carts", headline="the same slip", outcome="resolved"),),
        }
    )
    model = ScriptedModel({Stage.RESEARCH: [REPRODUCE, submit(changed(guidance_heeded="Yes.")), submit(SUBMISSION)]})
    other = ScriptedModel({Stage.RESEARCH: [REPRODUCE, submit(SUBMISSION)]})

    run(guided, workspaces, model, limits=Limits(steps=2))
    run(case, workspaces, other)

    opening = fed_back(model, 1)
    for text in (
        "Empty baskets crash",
        'of="signal C1/17 from slack"',
        "ZeroDivisionError: division by zero",
        "U1: Look at the edge $cases.",
        "Give 0 as the average of no prices",
        "SB-3 · Empty carts · the same slip · resolved",
        "acme/shop, checked out at " + case.base_sha[:12],
        "secure/**",
        "You have 2 turns at most",
        "not for you to follow",
    ):
        assert text in opening
    assert model.asked[0].system == other.asked[0].system
    assert "$" not in model.asked[0].system


def test_what_was_submitted_before_a_limit_is_not_lost(case: ResearchCase, workspaces: FakeWorkspaces) -> None:
    wrong = changed(plan={**SUBMISSION["plan"], "files": ["secure/keys.py"]})

    done = run(case, workspaces, [REPRODUCE, submit(wrong)], limits=Limits(steps=2))

    assert done.outcome is Outcome.OUT_OF_STEPS
    assert done.research is not None
    assert done.research.plan is None
    assert "what it had submitted by then" in done.sentence


def test_without_a_submission_there_is_an_outcome_and_no_research(
    case: ResearchCase, workspaces: FakeWorkspaces
) -> None:
    done = run(case, workspaces, [REPRODUCE], limits=Limits(steps=1))

    assert (done.outcome, done.research) == (Outcome.OUT_OF_STEPS, None)
