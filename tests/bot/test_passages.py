"""What agents write at length is drawn as Slack draws it: no raw Markdown, and nothing lost."""

from __future__ import annotations

from typing import Any

import pytest

from bot.views import parts
from bot.views.parts import bold
from bot.views.passages import Shape, passages
from tests.bot.scenes import faults

PLAN = """In `naturaldelta` make it positive as a whole:

    delta = abs(delta)

    days = delta.days

Then:
1. add **two** cases,
   each with a unit
2. run the suite
- keep `x ** 2`
* and 2**3 and 4**5
-2 seconds stays -2 seconds.
"""


def drawn(text: str, limit: int = 1_600, **lead: Any) -> list[dict[str, Any]]:
    block = parts.written(text, limit, *lead.get("lead", ()))
    assert faults([block]) == []
    elements: list[dict[str, Any]] = block.to_dict()["elements"]
    return elements


def words(element: dict[str, Any]) -> str:
    return "".join(each.get("text", "") or words(each) for each in element["elements"])


def test_lists_and_code_of_a_plan_are_drawn_as_lists_and_code() -> None:
    first, code, then, numbers, dashes, last = drawn(PLAN)

    assert words(first) == "In naturaldelta make it positive as a whole:"
    assert first["elements"][1]["style"] == {"code": True}
    assert (code["type"], words(code)) == ("rich_text_preformatted", "delta = abs(delta)\n\ndays = delta.days")
    assert words(then) == "Then:"
    assert (numbers["style"], [words(each) for each in numbers["elements"]]) == (
        "ordered",
        ["add two cases,\neach with a unit", "run the suite"],
    )
    assert numbers["elements"][0]["elements"][1] == {"type": "text", "text": "two", "style": {"bold": True}}
    assert (dashes["style"], [words(each) for each in dashes["elements"]]) == (
        "bullet",
        ["keep x ** 2", "and 2**3 and 4**5"],
    )
    assert words(last) == "-2 seconds stays -2 seconds."


def test_a_list_that_goes_on_after_code_keeps_its_numbers() -> None:
    *_, second = drawn("1. do\n```\na\n\nb\n```\n2. then")

    assert (second["style"], second["offset"]) == ("ordered", 1)


def test_the_lead_stands_before_the_words_or_before_the_list() -> None:
    (one,) = drawn("Run it.", lead=(bold("Test  "),))
    head, listed = drawn("- run it", lead=(bold("Test  "),))

    assert words(one) == "Test  Run it."
    assert (words(head), words(listed)) == ("Test  ", "run it")


@pytest.mark.parametrize(
    "text", ["", "\n\n", "```", "```\n", "- ", "    ", "#", "1.", "**", "x" * 5_000, "- a\n" * 900]
)
def test_no_text_makes_what_slack_refuses(text: str) -> None:
    assert drawn(text)


def test_no_word_is_lost() -> None:
    lines = [each.text for each in passages(PLAN)]
    told = " ".join(" ".join(lines).split())

    for word in ("naturaldelta", "days = delta.days", "**two** cases,", "each with a unit", "4**5", "-2 seconds stays"):
        assert word in told
    assert [each.shape for each in passages("a\n\nb")] == [Shape.WORDS]
    assert passages("a\n\nb")[0].text == "a\n\nb"
