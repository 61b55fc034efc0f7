"""Normalising: what the model reads is bounded, and a signal is never lost for want of a summary."""

from __future__ import annotations

from agents.errors import ModelRefused
from agents.stages.normalise import AboutNormalise, normalise
from agents.summaries import TEXT_LIMIT
from storage.judgments import Stage, Summary
from storage.raw import Severity
from storage.records import Signal
from tests.factories import a_moment, a_summary
from tests.fakes import ScriptedModel


def a_message(body: str, title: str = "") -> Signal:
    return Signal(
        id=7,
        source="shop-errors",
        external_id="SHOP-1",
        title=title,
        body=body,
        severity=Severity.ERROR,
        happened_at=a_moment(),
        received_at=a_moment(),
    )


def an_about(text: str = "The export fails") -> AboutNormalise:
    return AboutNormalise(
        subject="SHOP-1", source="slack", severity=Severity.WARNING, received="2026-11-20", title="", text=text
    )


def test_the_model_s_summary_is_the_signal_said_once() -> None:
    model = ScriptedModel(judgments={Stage.NORMALISE: [a_summary()]})

    assert normalise(a_message("The export fails"), model) == a_summary()

    stage, about = model.judged[0]
    assert (stage, about.subject, about.signal_id) == (Stage.NORMALISE, "SHOP-1", 7)
    assert about.variables()["severity"] == "error"


def test_a_long_signal_is_cut_in_its_middle_and_says_so() -> None:
    model = ScriptedModel(judgments={Stage.NORMALISE: [a_summary()]})
    trace = "\n".join(f'  File "app.py", line {number}, in step' for number in range(3_000))

    normalise(a_message(f"{trace}\nValueError: math domain error", title="It crashes"), model)

    about = model.judged[0][1]
    assert isinstance(about, AboutNormalise)
    assert len(about.text) < TEXT_LIMIT + 100
    assert about.text.startswith("It crashes")
    assert "characters left out" in about.text
    assert about.text.endswith("ValueError: math domain error")


def test_a_title_that_the_body_repeats_is_read_once() -> None:
    model = ScriptedModel(judgments={Stage.NORMALISE: [a_summary()]})

    normalise(
        a_message("The export fails since noon. It did not before.", title="The export fails since noon.…"), model
    )

    about = model.judged[0][1]
    assert isinstance(about, AboutNormalise)
    assert about.text == "The export fails since noon. It did not before."


def test_a_model_that_refuses_leaves_the_signal_its_own_words() -> None:
    model = ScriptedModel(judgments={Stage.NORMALISE: [ModelRefused("the provider held it back")]})

    summary = normalise(a_message("The login accepts any password.\nSeen today."), model)

    assert summary.about_product
    assert summary.title == "The login accepts any password."
    assert "Seen today." in summary.gist
    assert summary.queries == ("The login accepts any password.",)


def test_a_signal_without_words_still_gets_a_title() -> None:
    model = ScriptedModel(judgments={Stage.NORMALISE: [ModelRefused("no")]})

    assert "shop-errors" in normalise(a_message(""), model).title


def test_a_problem_without_a_query_or_without_words_is_a_fault() -> None:
    chatter = Summary(about_product=False, title="Lunch", gist="Somebody asks who is in for lunch.", queries=())

    assert "`queries`" in an_about().fault(a_summary(queries=()))
    assert "`queries`" in an_about().fault(a_summary(queries=(" ",)))
    assert "empty" in an_about().fault(a_summary(gist=" "))
    assert an_about().fault(chatter) == ""
    assert an_about().fault(a_summary()) == ""
