"""Replies to what visitors of the demo bring: usable by the stages that ask, and honest about what they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agents.prompts import prompt
from agents.stages.decide import AboutDecide
from agents.stages.group import AboutGroup, Choice
from agents.stages.normalise import AboutNormalise
from agents.stages.read import AboutRead
from playground.improvised import HOW, improvised
from playground.recorded import Turn, Wanted
from storage.inquiries import Reply
from storage.judgments import Grouping, Research, Stage, Summary, Verdict
from storage.raw import Severity
from storage.readings import Reading

BLANK = "The labels of packing table three are blank since this morning.\n\nOnly A6 paper, nothing is printed on it."


def asked_for(stage: Stage, variables: Mapping[str, str]) -> Turn:
    body = {"messages": [{"role": "user", "content": [{"type": "text", "text": prompt(stage, variables).case}]}]}
    turn = improvised(Wanted(stage, "C1/1.2", 1), body)
    assert turn is not None
    return turn


def answer(stage: Stage, about: Any) -> str:
    text: str = asked_for(stage, about.variables()).content[0]["text"]
    return text


def signal(text: str, source: str = "slack") -> dict[str, Any]:
    told = {"source": source, "severity": Severity.ERROR, "received": "2026-11-23", "title": "", "text": text}
    return {"subject": "C1/1.2", **told}


def test_a_signal_is_said_in_its_own_words_without_who_and_where() -> None:
    about = AboutRead(**signal(BLANK), everything=f"from: U07MAYA\n{BLANK}\nhttp://127.0.0.1:1/archives/C1/p12")

    reading = Reading.model_validate_json(answer(Stage.READ, about))

    assert about.fault(reading) == ""
    assert reading.summary is not None
    assert reading.summary.about_product
    assert reading.summary.title == "The labels of packing table three are blank since this morning."
    assert "MAYA" not in reading.model_dump_json()
    assert "archives" not in reading.model_dump_json()


@pytest.mark.parametrize(("source", "is_problem"), [("slack", False), ("customer-tickets", True)])
def test_only_in_chat_is_anything_chatter(source: str, *, is_problem: bool) -> None:
    about = AboutNormalise(**signal("who is in for lunch?", source))

    summary = Summary.model_validate_json(answer(Stage.NORMALISE, about))

    assert summary.about_product is is_problem
    assert about.fault(summary) == ""


@pytest.mark.parametrize("called", [(), ("SB-1",)])
@pytest.mark.parametrize(
    ("words", "joins"),
    [("labels come out blank on A6 paper, nothing printed", "C1/1.2"), ("the export has two header lines", None)],
)
def test_it_joins_the_report_that_shares_most_of_its_words(
    words: str, joins: str | None, called: tuple[str, ...]
) -> None:
    def choice(subject: str, title: str) -> Choice:
        return Choice(subject=subject, title=title, gist=BLANK, status="gathering", signal_titles=(title,))

    summary = Summary(about_product=True, title=words, gist=words, queries=())
    choices = (choice("C9/9.9", "Log-in loops"), choice("C1/1.2", "Blank labels"))
    about = AboutGroup(
        subject="C1/2.2",
        source="slack",
        summary=summary,
        words=words,
        choices=(choices[0].model_copy(update={"gist": "Okta."}), choices[1].model_copy(update={"called": called})),
    )

    grouping = Grouping.model_validate_json(answer(Stage.GROUP, about))

    assert grouping.candidate == joins
    assert about.fault(grouping) == ""


def test_nobody_looks_for_a_cause_and_the_report_says_how_somebody_would() -> None:
    turn = improvised(Wanted(Stage.RESEARCH, "C1/1.2", 1), {"messages": []})
    assert turn is not None
    assert (turn.stop_reason, turn.content[0]["name"]) == ("tool_use", "submit_research")
    research = Research.model_validate(turn.content[0]["input"])
    about = AboutDecide(subject="C1/1.2", reference="SB-3", title="Blank", gist="", research=research)

    verdict = Verdict.model_validate_json(answer(Stage.DECIDE, about))

    assert research.plan is None
    assert HOW in research.missing
    assert about.fault(verdict) == ""


def test_a_question_is_answered_with_what_is_lacking() -> None:
    turn = improvised(Wanted(Stage.INQUIRE, "C1/1.2@1", 1), {"messages": []})
    assert turn is not None
    reply = Reply.model_validate(turn.content[0]["input"])
    assert (reply.claims, HOW in reply.unknown) == ((), True)


@pytest.mark.parametrize("wanted", [Wanted("fix", "a", 1), Wanted("review", "a", 1), Wanted("research", "a", 2)])
def test_what_changes_code_or_goes_on_is_never_improvised(wanted: Wanted) -> None:
    assert improvised(wanted, {"messages": []}) is None
