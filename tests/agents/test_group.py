"""Grouping: an exact key decides alone; else the model, whose answer must name a candidate that is there."""

from __future__ import annotations

from typing import Any

from agents.errors import ModelRefused
from agents.stages.group import AboutGroup, group
from storage.groups import Route
from storage.judgments import Grouping, Stage
from storage.records import Signal
from storage.searching.search import Candidate
from storage.status import Status
from tests.factories import a_moment, a_summary
from tests.fakes import ScriptedModel


def a_candidate(subject: str, **fields: Any) -> Candidate:
    defaults: dict[str, Any] = {
        "report_id": 1,
        "subject": subject,
        "title": "The export fails",
        "gist": "It ends with a server error.",
        "status": Status.GATHERING,
        "signal_titles": ("Export broken",),
        "shared_keys": (),
        "ranks": {Route.TEXT: 1},
        "score": 0.02,
        "similarity": 0.4,
    }
    return Candidate(**{**defaults, **fields})


def a_message(body: str = "The export ends with error 500") -> Signal:
    return Signal(id=7, source="slack", external_id="C1/1.2", body=body, happened_at=a_moment())


def test_without_candidates_no_model_is_asked() -> None:
    model = ScriptedModel()

    grouping = group(a_summary(), a_message(), (), model)

    assert grouping.candidate is None
    assert grouping.reason
    assert model.judged == []


def test_an_exact_key_decides_without_a_model_and_says_which() -> None:
    model = ScriptedModel()
    candidates = (a_candidate("A-1"), a_candidate("B-2", shared_keys=("sentry:SHOP-1", "text:c0ffee")))

    grouping = group(a_summary(), a_message(), candidates, model)

    assert grouping.candidate == "B-2"
    assert grouping.reason == "It has this in common with B-2: sentry:SHOP-1, exactly the same words"
    assert model.judged == []


def test_of_two_reports_that_share_a_key_the_open_one_takes_the_signal() -> None:
    candidates = (
        a_candidate("A-1", shared_keys=("k",), status=Status.RESOLVED),
        a_candidate("B-2", shared_keys=("k",), status=Status.AWAITING_APPROVAL),
    )

    assert group(a_summary(), a_message(), candidates, ScriptedModel()).candidate == "B-2"
    assert group(a_summary(), a_message(), candidates[:1], ScriptedModel()).candidate == "A-1"


def test_the_model_ranks_the_candidates_and_a_rejected_one_gives_way_to_the_next() -> None:
    answer = Grouping(
        ranking=("A-1", "B-2"), pull_request_title="Close the export's file", reason="One cause.", candidate="B-2"
    )
    model = ScriptedModel(judgments={Stage.GROUP: [answer]})

    grouping = group(a_summary(), a_message(), (a_candidate("A-1"), a_candidate("B-2")), model)

    assert grouping == answer
    about = model.judged[0][1]
    assert isinstance(about, AboutGroup)
    assert about.subject == "C1/1.2"
    shown = about.variables()["candidates"]
    assert "id: A-1" in shown
    assert "id: B-2" in shown
    assert "- Export broken" in shown


def test_an_answer_that_names_a_stranger_or_joins_without_a_title_is_a_fault() -> None:
    model = ScriptedModel(judgments={Stage.GROUP: [Grouping(reason="None fits.")]})
    group(a_summary(), a_message(), (a_candidate("A-1"),), model)
    about = model.judged[0][1]

    assert "`Z-9`" in about.fault(Grouping(reason="x", candidate="Z-9", pull_request_title="T"))
    assert "`A-1`" in about.fault(Grouping(reason="x", ranking=("SB-1",)))
    assert "`pull_request_title`" in about.fault(Grouping(reason="x", candidate="A-1"))
    assert about.fault(Grouping(reason="x", candidate="A-1", pull_request_title="T", ranking=("A-1",))) == ""


def test_an_answer_that_cannot_be_used_leaves_the_signal_on_its_own_and_says_why() -> None:
    refused = ScriptedModel(judgments={Stage.GROUP: [ModelRefused("no valid answer in 3 tries")]})
    strange = ScriptedModel(judgments={Stage.GROUP: [Grouping(reason="x", candidate="Z-9", pull_request_title="T")]})

    for model in (refused, strange):
        grouping = group(a_summary(), a_message(), (a_candidate("A-1"),), model)
        assert grouping.candidate is None
        assert grouping.reason.startswith("It could not be compared with other reports")


def test_two_reports_of_one_subject_are_shown_once_the_better_one() -> None:
    model = ScriptedModel(judgments={Stage.GROUP: [Grouping(reason="None fits.")]})

    group(a_summary(), a_message(), (a_candidate("A-1", title="first"), a_candidate("A-1", title="second")), model)

    about = model.judged[0][1]
    assert isinstance(about, AboutGroup)
    assert [choice.title for choice in about.choices] == ["first"]
