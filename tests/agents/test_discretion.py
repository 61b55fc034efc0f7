"""What goes to a repository repeats no words of a report that not all of its readers may see."""

from __future__ import annotations

import pytest

from agents.cases import Guidance
from agents.discretion import indiscretions
from storage.judgments import Answered
from tests.agents.handed_in import MESSAGE, a_case, handed_in

REPEATED = "When the inverters sleep, Nordhang's wall is blank for Marit."
PATCH = "diff --git a/{0} b/{0}\n--- a/{0}\n+++ b/{0}\n@@ -1 +1,2 @@\n x\n+{1}\n"


@pytest.mark.parametrize("place", ["title", "summary", "risk", "undo", "answer"])
def test_words_of_a_message_are_found_wherever_they_are_repeated(place: str) -> None:
    (sentence,) = indiscretions(handed_in(**{place: REPEATED}), "", a_case(signals=(MESSAGE,)))

    assert sentence.startswith(f"{place} repeats words")


def test_they_are_found_under_the_headings_of_a_template() -> None:
    told = handed_in(sections=(Answered(heading="Rollout", text=REPEATED),))

    assert len(indiscretions(told, "", a_case(signals=(MESSAGE,)))) == 1


def test_they_are_found_in_what_the_patch_adds() -> None:
    (sentence,) = indiscretions(
        handed_in(), PATCH.format("tests/test_x.py", f"# {REPEATED}"), a_case(signals=(MESSAGE,))
    )

    assert sentence.startswith("tests/test_x.py repeats")


def test_what_the_code_prints_and_the_agents_own_words_are_free() -> None:
    words = "metric(0) raised “ValueError: math domain error at 3”, since a wall of zeros is blank to the logarithm."

    assert (
        indiscretions(
            handed_in(summary=words), PATCH.format("tests/test_x.py", "assert x == 3"), a_case(signals=(MESSAGE,))
        )
        == ()
    )


def test_what_people_said_in_the_thread_is_not_repeated_either() -> None:
    told = Guidance(words="Do it before Nordhang's people come back on Monday, they pay for it.", who="U1")
    case = a_case(guidance=(told,))

    assert indiscretions(handed_in(risk="It is to be done before Nordhang's people come back on Monday."), "", case)


def test_what_stands_in_a_list_is_found_too() -> None:
    told = MESSAGE.model_copy(update={"body": f"Two things:\n  - {REPEATED}\n  - at night they call us at once."})

    assert indiscretions(handed_in(summary=REPEATED), "", a_case(signals=(told,)))


def test_an_error_that_is_a_title_and_words_that_the_code_has_already_are_free() -> None:
    error = "ValueError: invalid literal for int() with base 10: 'abc'"
    told = MESSAGE.model_copy(update={"title": error, "body": f"The log says that {REPEATED}"})
    moved = f"--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-log({REPEATED!r})\n+    log({REPEATED!r})\n"
    patch = f"{PATCH.format('tests/test_x.py', error)}diff --git a/x.py b/x.py\n{moved}"

    assert indiscretions(handed_in(), patch, a_case(signals=(told,))) == ()
