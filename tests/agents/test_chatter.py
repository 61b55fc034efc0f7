"""What is said in a channel: a problem, or only talk. The offline engine alone."""

from __future__ import annotations

import pytest

from agents.adapters.chatter import tells_of_a_problem, words_of

PROBLEMS = (
    "is anybody else logged out every ten minutes since this morning?",
    "customer says the invoice shows twice the amount, second one today",
    "search finds nothing when there is a dash in the name",
    "the nightly export is empty again, 0 rows since tuesday",
    "checkout hangs at the address step on my iphone",
    "die Rechnung ist leer, das PDF lädt nicht",
    "KeyError: 'reason' in returns.forms",
    'Traceback (most recent call last):\n  File "a.py", line 3, in b\nx',
)
TALK = (
    "lunch at 12:30? thai place",
    "release 4.2 is out, all green :tada:",
    "can somebody review my pull request, it is a small one",
    "stand-up moved to ten",
    "happy birthday!",
    "thanks, that was quick",
    "👍",
    "",
)


@pytest.mark.parametrize("text", PROBLEMS)
def test_a_problem_is_told_by_its_words(text: str) -> None:
    assert tells_of_a_problem(text)


@pytest.mark.parametrize("text", TALK)
def test_talk_is_no_problem(text: str) -> None:
    assert not tells_of_a_problem(text)


def test_what_a_link_is_made_of_are_no_words() -> None:
    assert words_of("see https://docs.example/broken-export now") == {"see", "now"}


def test_a_message_is_told_by_how_it_begins() -> None:
    talk = "thanks everybody, " * 50
    assert words_of(talk) == words_of(f"{talk} it crashed")
