"""What a reply says: only plain words decide, and nobody approves by a question."""

from __future__ import annotations

import pytest

from agents.phrases import Phrase, phrase_of


@pytest.mark.parametrize(
    "words",
    [
        "approve",
        "Approve!",
        "  go ahead :rocket:",
        "Ship it.",
        "YES",
        "yes, please",
        "lgtm 👍",
        "yes ✔️",
        "do it :+1:",
        "approve\u200b",
        "\ufeffgo\xa0ahead",
    ],
)
def test_known_phrases_approve(words: str) -> None:
    assert phrase_of(words) is Phrase.YES


@pytest.mark.parametrize("words", ["no", "Not now.", "no, thanks", "later", "no :x:"])
def test_known_phrases_decline(words: str) -> None:
    assert phrase_of(words) is Phrase.NO


@pytest.mark.parametrize(
    "words",
    ["Yes?", "ship it?", "lgtm?", "approve?!", "approve :x:", "approve 👎", "yes :-1:", "~approve~", "> approve",
     '"yes"', "no?", "later?", "no 👍", "👍", ":tada:", "🎉🎉", "ok", "yep", "Go ahead please", "yes yes", "…", "stop?",
     "`approve`", "yes/no", "(approve)", "_approve_"],
)  # fmt: skip
def test_what_is_only_nearly_a_phrase_decides_nothing(words: str) -> None:
    assert phrase_of(words) is (None if words == "yes/no" else Phrase.UNCLEAR)


@pytest.mark.parametrize(
    "words",
    ["I'll take this one", "I will take this one by hand, Jan", "I\u2019m on it :muscle:", "on it!", "mine",
     "I am fixing this",
     "<@U02BOB> I'll fix it myself now", "ok, I'll handle that tomorrow.", "let me take care of it", "I take this"],
)  # fmt: skip
def test_who_says_that_they_mend_it_by_hand_is_understood(words: str) -> None:
    assert phrase_of(words) is Phrase.BY_HAND


@pytest.mark.parametrize(
    "words",
    ["I'll take this, but keep the old name", "should I take this?", "take this out of the loop", "on it depends more",
     "let me fix it: use math.isclose", "I will take this one by hand if it must be today"],
)  # fmt: skip
def test_more_than_that_is_not_it(words: str) -> None:
    assert phrase_of(words) is not Phrase.BY_HAND


@pytest.mark.parametrize("words", ["stop", "Stop!", "cancel", "dismiss"])
def test_stop_is_a_phrase_of_its_own(words: str) -> None:
    assert phrase_of(words) is Phrase.STOP


@pytest.mark.parametrize(
    "words",
    ["yes but keep the old name", "approve the other one", "can you ship it tomorrow?", "yesterday", "use math.isclose",
     "<@U05OLU> approve", "wait, use math.isclose instead please"],
)  # fmt: skip
def test_other_words_are_no_phrase(words: str) -> None:
    assert phrase_of(words) is None
