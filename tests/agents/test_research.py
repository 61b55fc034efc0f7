"""Research with a scripted model on a real git checkout: what is fed back, dropped, heeded and resumed."""

from __future__ import annotations

import pytest

from agents.cases import Guidance, ResearchCase, SimilarReport
from agents.terms import Limits
from storage.judgments import Confidence, Outcome, Plan, Stage
from tests.agents.researched import REPRODUCE, SUBMISSION, changed, code, fed_back, run, submit, with_evidence
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import RecordingCheckpoint, ScriptedModel


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
        (".github/workflows/ci.yml", "no approval opens it"),
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
