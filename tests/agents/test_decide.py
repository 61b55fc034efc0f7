"""Deciding: what follows without a model, what the model may say, and what happens when it says nothing."""

from __future__ import annotations

import pytest

from agents.errors import ModelRefused
from agents.stages.decide import AboutDecide, decide
from storage.judgments import Bucket, Priority, Question, Stage, Verdict
from storage.records import Report
from tests.factories import a_research
from tests.fakes import ScriptedModel

ACTIONABLE = Verdict(reason="The cause is cited.", bucket=Bucket.ACTIONABLE, priority=Priority.P1)
QUESTION = Question(text="Shall an empty export be refused?", options=("yes", "no"))


def a_report(research_passes: int = 0) -> Report:
    return Report(
        id=3, title="The export fails", gist="It ends early.", subject="C1/1.2", research_passes=research_passes
    )


def test_the_model_s_verdict_counts_when_there_is_a_plan_with_evidence() -> None:
    model = ScriptedModel(judgments={Stage.DECIDE: [ACTIONABLE]})

    assert decide(a_report(), a_research(), model) == ACTIONABLE

    about = model.judged[0][1]
    assert (about.subject, about.report_id) == ("C1/1.2", 3)
    shown = about.variables()["research"]
    assert "app/export.py:12: return send(path)" in shown
    assert "Close the file before it is sent" in shown
    assert "rejected: The disk is full." in shown


def test_a_later_pass_is_told_from_the_first_by_its_subject() -> None:
    model = ScriptedModel(judgments={Stage.DECIDE: [ACTIONABLE]})

    decide(a_report(research_passes=1), a_research(), model)

    assert model.judged[0][1].subject == "C1/1.2#2"


def test_without_a_plan_a_question_needs_input_and_no_model_is_asked() -> None:
    model = ScriptedModel()

    assert decide(a_report(), a_research(plan=None, question=QUESTION), model).bucket is Bucket.NEEDS_INPUT
    assert model.judged == []


def test_without_a_plan_and_a_question_it_is_not_actionable_and_says_what_is_missing() -> None:
    model = ScriptedModel()

    named = decide(a_report(), a_research(plan=None, missing="The log of the worker."), model)
    unnamed = decide(a_report(), a_research(plan=None), model)

    assert named.bucket is unnamed.bucket is Bucket.NOT_ACTIONABLE
    assert named.missing == "The log of the worker."
    assert unnamed.missing
    assert model.judged == []


def test_a_plan_whose_citations_all_fell_is_not_actionable() -> None:
    verdict = decide(a_report(), a_research(findings=()), ScriptedModel())

    assert verdict.bucket is Bucket.NOT_ACTIONABLE
    assert "no finding" in verdict.reason


@pytest.mark.parametrize(
    ("bucket", "missing", "fault"),
    [
        (Bucket.NEEDS_INPUT, "", "asks no question"),
        (Bucket.NOT_ACTIONABLE, " ", "`missing`"),
        (Bucket.NOT_ACTIONABLE, "A log.", ""),
        (Bucket.ACTIONABLE, "", ""),
    ],
)
def test_a_bucket_must_be_able_to_keep_its_promise(bucket: Bucket, missing: str, fault: str) -> None:
    about = AboutDecide(subject="C1/1.2", reference="SB-3", title="T", gist="G", research=a_research())

    said = about.fault(Verdict(reason="x", bucket=bucket, priority=Priority.P2, missing=missing))

    assert fault in said
    assert bool(said) is bool(fault)


def test_with_a_question_the_model_may_ask_people_first() -> None:
    answer = Verdict(reason="It depends on you.", bucket=Bucket.NEEDS_INPUT, priority=Priority.P2)
    model = ScriptedModel(judgments={Stage.DECIDE: [answer]})

    assert decide(a_report(), a_research(question=QUESTION), model) == answer


@pytest.mark.parametrize(
    "answer",
    [ModelRefused("no"), Verdict(reason="x", bucket=Bucket.NEEDS_INPUT, priority=Priority.P0)],
)
def test_without_a_usable_verdict_people_see_the_plan_all_the_same(answer: Verdict | Exception) -> None:
    verdict = decide(a_report(), a_research(), ScriptedModel(judgments={Stage.DECIDE: [answer]}))

    assert verdict.bucket is Bucket.ACTIONABLE
    assert verdict.priority is Priority.P2
    assert "no verdict" in verdict.reason
