"""What goes to a repository repeats no words of a report that not all of its readers may see."""

from __future__ import annotations

import pytest

from agents.cases import FixCase, Guidance
from agents.pull_requests.discretion import Knowing, indiscretions
from storage.submissions import Answered, FixSubmission
from tests.agents.handed_in import ISSUE, MESSAGE, a_case, handed_in

REPEATED = "When the inverters sleep, Nordhang's wall is blank for Marit."
PATCH = "diff --git a/{0} b/{0}\n--- a/{0}\n+++ b/{0}\n@@ -1 +1,2 @@\n x\n+{1}\n"


def told_off(submission: FixSubmission, patch: str, case: FixCase, knows: Knowing = lambda _: ()) -> tuple[str, ...]:
    return indiscretions(submission, patch, case, knows).sentences


@pytest.mark.parametrize("place", ["title", "summary", "risk", "undo", "answer"])
def test_words_of_a_message_are_found_wherever_they_are_repeated(place: str) -> None:
    sentence, *_ = told_off(handed_in(**{place: REPEATED}), "", a_case(signals=(MESSAGE,)))

    assert sentence.startswith(f"{place} repeats words")


def test_they_are_found_under_the_headings_of_a_template() -> None:
    told = handed_in(sections=(Answered(heading="Rollout", text=REPEATED),))

    sentence, *_ = told_off(told, "", a_case(signals=(MESSAGE,)))

    assert sentence.startswith("sections repeats words")


def test_they_are_found_in_what_the_patch_adds() -> None:
    sentence, *_ = told_off(handed_in(), PATCH.format("tests/test_x.py", f"# {REPEATED}"), a_case(signals=(MESSAGE,)))

    assert sentence.startswith("tests/test_x.py repeats")


def test_what_the_code_prints_and_the_agents_own_words_are_free() -> None:
    words = "metric(0) raised “ValueError: math domain error at 3”, since a wall of zeros is blank to the logarithm."

    assert (
        told_off(handed_in(summary=words), PATCH.format("tests/test_x.py", "assert x == 3"), a_case(signals=(MESSAGE,)))
        == ()
    )


def test_what_people_said_in_the_thread_is_not_repeated_either() -> None:
    told = Guidance(words="Do it before Nordhang's people come back on Monday, they pay for it.", who="U1")
    case = a_case(guidance=(told,))

    assert told_off(handed_in(risk="It is to be done before Nordhang's people come back on Monday."), "", case)


def test_what_stands_in_a_list_is_found_too() -> None:
    told = MESSAGE.model_copy(update={"body": f"Two things:\n  - {REPEATED}\n  - at night they call us at once."})

    assert told_off(handed_in(summary=REPEATED), "", a_case(signals=(told,)))


def test_an_error_that_is_a_title_and_words_that_the_code_has_already_are_free() -> None:
    error = "ValueError: invalid literal for int() with base 10: 'abc'"
    told = MESSAGE.model_copy(update={"title": error, "body": f"The log says:\n{REPEATED}"})
    moved = f"--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-log({REPEATED!r})\n+    log({REPEATED!r})\n"
    patch = f"{PATCH.format('tests/test_x.py', error)}diff --git a/x.py b/x.py\n{moved}"

    assert told_off(handed_in(), patch, a_case(signals=(told,))) == ()


DEAL = MESSAGE.model_copy(
    update={
        "body": "Harbourline Freight is unhappy: their Rotterdam depot shows `1000 kB`. It is on https://portal.harbour.example/x.\n"
        "Ingrid Solheim's renewal of 240k EUR is on Thursday.\nBackups of Kestrel's Windows machines raise LookupError."
    }
)


def names(submission: FixSubmission, patch: str = "", knows: Knowing = lambda _: ()) -> tuple[str, ...]:
    return told_off(submission, patch, a_case(signals=(DEAL, ISSUE)), knows)


@pytest.mark.parametrize(
    ("place", "text", "named"),
    [
        ("title", "Show Harbourline Freight the right unit", "\u201charbourline\u201d, \u201cfreight\u201d"),
        ("summary", "Units of Rotterdam are right.", "\u201crotterdam\u201d"),
        ("risk", "Kestrel's labels change.", "\u201ckestrel\u201d"),
        ("undo", "Ask Solheim.", "\u201csolheim\u201d"),
        ("answer", "It is worth 240k EUR.", "\u201c240k\u201d"),
        ("summary", "Seen on portal.harbour.example today.", "\u201cportal.harbour.example\u201d"),
        ("test_ids", ("TestHarbourlineLabel",), "\u201charbourline\u201d"),
        ("expected_failure", "no depot rotterdam", "\u201crotterdam\u201d"),
    ],
)
def test_names_are_found_wherever_they_are_told(place: str, text: str, named: str) -> None:
    (sentence,) = names(handed_in(**{place: text}))

    assert sentence.startswith(f"{place} names {named} of a report")


@pytest.mark.parametrize("added", ["def test_harbourline():", 'depot = "rotterdam"', "# as Ingrid saw", "ofKestrel()"])
def test_names_are_found_in_code(added: str) -> None:
    (sentence,) = names(handed_in(), PATCH.format("tests/test_x.py", added))

    assert sentence.startswith("tests/test_x.py names ")


def test_names_are_found_in_the_name_of_a_file() -> None:
    assert names(handed_in(), PATCH.format("tests/harbourline_test.go", "x"))


@pytest.mark.parametrize(
    "words",
    [
        "Their unit is chosen after rounding.",  # a word that only began a sentence
        "This is Windows alone, and a LookupError.",  # what code runs on and prints
        "Backups are right; it was 1000 kB, and 240 of 1000.",
    ],
)
def test_words_that_are_no_names_are_free(words: str) -> None:
    assert names(handed_in(summary=words), PATCH.format("x.py", words)) == ()


def test_what_only_began_a_sentence_is_a_name_where_it_is_written_as_one() -> None:
    told = MESSAGE.model_copy(update={"body": "Nordhang says that it fails."})
    case = a_case(signals=(told,))

    assert told_off(handed_in(summary="It fails for Nordhang."), "", case)
    assert not told_off(handed_in(summary="Nordhang is right."), "", case)


def test_short_names_are_found_in_code_where_they_are_written_as_names() -> None:
    told = MESSAGE.model_copy(update={"body": "It fails since May, says Bill of sales."})
    case = a_case(signals=(told,))

    assert not told_off(handed_in(), PATCH.format("x.py", "# callers may pass a bill"), case)
    assert told_off(handed_in(), PATCH.format("x.py", "class TestBill:"), case)


def test_names_that_the_repository_knows_are_free() -> None:
    told = handed_in(summary="As Harbourline and Rotterdam have it.")

    (sentence,) = names(told, knows=lambda words: {one for one in words if one != "rotterdam"})

    assert sentence.startswith("summary names \u201crotterdam\u201d")


def test_the_repositorys_own_issues_are_no_secret() -> None:
    own = ISSUE.model_copy(update={"body": f"As we saw at Nordhang: {REPEATED}"})

    assert told_off(handed_in(summary=f"Nordhang: {REPEATED}"), "", a_case(signals=(own,))) == ()


@pytest.mark.timeout(30)
@pytest.mark.parametrize("line", ["Acme " * 20_000, "Acme said Foo the bar " * 4_500, "1," * 50_000])
def test_one_long_line_is_looked_through_once(line: str) -> None:
    """Each of these took minutes, for every try of the agent, when the line was gone through for each of its words."""
    assert not told_off(handed_in(), "", a_case(guidance=(Guidance(words=line, who="U1"),)))


def test_words_that_people_let_through_are_told_and_no_others() -> None:
    case = a_case(signals=(DEAL,), permitted=("rotterdam",))
    told = indiscretions(handed_in(summary="Units of Rotterdam and of Kestrel are right."), "", case)

    assert told.named == {"summary": ["kestrel"]}
    assert told.words == ("kestrel",)


def test_nobody_is_asked_about_words_when_sentences_are_repeated_too() -> None:
    told = indiscretions(handed_in(summary=f"Nordhang: {REPEATED}"), "", a_case(signals=(MESSAGE,)))

    assert told.named
    assert told.words == ()
