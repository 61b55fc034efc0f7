"""What people say among themselves, by its form alone: of what guides a plan nothing may be taken for talk."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.people.talk import is_talk
from agents.phrases import Phrase, phrase_of

BOB = "<@U02BOB>"
_LINES = (Path(__file__).parent / "said_in_threads.txt").read_text(encoding="utf-8").splitlines()
SAID = [(kind, words) for kind, _, words in (line.partition(" | ") for line in _LINES if not line.startswith("#"))]


def _of(kind: str) -> list[str]:
    return [words for each, words in SAID if each == kind]


def _passes_for_talk(words: str) -> bool:
    """As a reply is read: only what decides nothing may be talk."""
    said = words.replace("@", BOB)
    return phrase_of(said) in (None, Phrase.UNCLEAR) and is_talk(said)


def test_the_list_has_both_sides() -> None:
    assert {kind for kind, _ in SAID} == {"talk", "talk?", "guidance"}
    assert min(len(_of("talk")), len(_of("guidance"))) > 100


@pytest.mark.parametrize("words", _of("guidance"))
def test_no_guidance_is_taken_for_talk(words: str) -> None:
    assert not _passes_for_talk(words)


@pytest.mark.parametrize("words", _of("talk"))
def test_talk_is_known_by_its_form(words: str) -> None:
    assert _passes_for_talk(words)


@pytest.mark.parametrize("words", _of("talk?"))
def test_what_is_talk_by_its_sense_alone_is_guidance(words: str) -> None:
    assert not _passes_for_talk(words)


@pytest.mark.parametrize(
    "words", ["👍", ":+1:", "thanks 👍", ":tada:", "👎", "haha :x:", "✅", "1", "ok", "great", ":one:"]
)
def test_what_somebody_may_mean_as_a_decision_is_no_talk(words: str) -> None:
    assert not is_talk(words)


@pytest.mark.parametrize(
    "words", [BOB, f"{BOB} I would wait until Thursday", ":joy:", "❤️", f"on call is {BOB}", "ok thanks"]
)
def test_to_an_open_question_a_name_or_a_sign_may_be_the_answer(words: str) -> None:
    assert is_talk(words)
    assert not is_talk(words, answers=True)


@pytest.mark.parametrize("words", ["haha, that one again", "thanks!", "good morning", "brb", "lol 😂"])
def test_a_pleasantry_answers_no_question(words: str) -> None:
    assert is_talk(words, answers=True)


def test_who_says_much_to_somebody_tells_something() -> None:
    assert is_talk(f"{BOB} you know them")
    assert not is_talk(f"{BOB} you know them {'and them ' * 20}")
    assert not is_talk("ha " * 200)
