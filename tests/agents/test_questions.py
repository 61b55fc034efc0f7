"""What is a question to us, by its form alone."""

from __future__ import annotations

import time

import pytest

from agents.people.questions import begins_as_question, is_but_a_question, is_question, is_wish

ASKED = [
    "does it hit 2.3 too?",
    "since which release?",
    "why did you rule out the cache?",
    "hey, why did you rule out the cache ?",
    "ok so what changed between 2.2 and 2.3",
    "how does the retry come into this",
    "explain the second finding",
    "please explain the second finding",
    "can you tell me who is affected",
    "could you check whether Safari has it too?",
    "is that the same as the old timeout? :thinking_face:",
    "“are you sure?”",
    "<@U02BOB> wants to know: does it lose data?",
    "does it hit 2.3? cc <@U01ADA>",
    "does it hit 2.3? thanks in advance for looking that up",
    "does it hit 2.3? no rush, just for the notes",
    "would it lose data?",
    "does 2.2 have it too",
    "do we know who is hit",
    "how many users are hit",
    "since when",
    "who\u2019s affected",
    "why doesn't 2.2 have it",
    "why don\u2019t we see it on Safari?",
    "can you reproduce it on 2.2?",
    "should we worry?",
    "なぜ\uff1f",
    "2.2もですか\uff1f教えてください",
    "¿por qué?",
    "we see it in 2.2. Does 2.3 have it too?",
    "does it hit 2.3?\n```\nTraceback: use a lock? or what\n```",
    "is it this one?\nhttps://acme.example/issue/1?q=1 and that",
    "we had an old one:\n> use a lock\nis that it?",
]
NOT_ASKED = [
    "",
    "?",
    "approve?",
    "yes?",
    "thanks!",
    "use a lock instead",
    "what you planned is wrong, use a lock",
    "which is why the test belongs in tests/test_io.py",
    "check that None is handled too",
    "look at src/io.py as well",
    "please also cover the CSV path",
    "repository: acme/app",
    "see https://acme.example/?q=1 for more",
    "see https://acme.example/search?",
    "raise if `ok ? 1 : 2` is 1",
    "match `.*?`",
    "> should empty be an error?\nyes, an error",
    "what is missing is a test for CSV",
    "which is wrong, use a lock",
    "has the same cause as the timeout",
]
WISHES = [
    "could you also cover the CSV path?",
    "can we use a lock instead?",
    "should we not raise here?",
    "why not use a lock?",
    "how about a lock?",
    "what about a lock?",
    "please use a lock?",
    "use a lock, ok?",
    "just raise ValueError?",
    "don\u2019t touch the caller, ok?",
    "let\u2019s use a lock, ok?",
    "I\u2019d rather have a lock, no?",
    "we should use a lock, no?",
    "take the lock in the caller. Does that work?",
    "I don't like the lock. Why not a queue?",
    "does it hit 2.3? And could you also cover CSV?",
    "the test is missing, could you add one?",
    "nice find! Could you also cover CSV?",
    "explain in the docs that it raises, ok?",
    "does it hit 2.3?\nuse a lock",
    "does this handle None? it should.",
    "needs a test too, no?",
    "couldn't we use a queue?",
    "wouldn't a queue be simpler?",
]


@pytest.mark.parametrize("words", ASKED)
def test_who_wants_to_be_told_something_asks(words: str) -> None:
    assert is_question(words)
    assert is_but_a_question(words)


@pytest.mark.parametrize("words", NOT_ASKED)
def test_orders_decisions_and_thanks_are_no_questions(words: str) -> None:
    assert not is_question(words)


@pytest.mark.parametrize("words", WISHES)
def test_who_wants_something_done_has_a_wish_question_mark_or_not(words: str) -> None:
    assert is_question(words)
    assert is_wish(words)
    assert not is_but_a_question(words)


def test_what_says_more_than_it_asks_is_not_but_a_question() -> None:
    words = "is that safe? take the lock in the caller instead"
    assert is_question(words)
    assert not is_but_a_question(words)
    assert not is_but_a_question("why a lock? queue is better")


def test_of_words_without_end_it_is_told_at_once() -> None:
    for words in ("?" * 40_000 + "a", "`" * 40_000, "and " * 10_000, ", can you" * 4_000, "ok! " * 10_000):
        began = time.process_time()
        is_but_a_question(words)
        assert time.process_time() - began < 2, words[:9]


def test_under_what_is_over_only_words_that_begin_so_are_taken_for_a_question() -> None:
    assert begins_as_question("which release has the fix?")
    assert begins_as_question("can you explain the fix?")
    assert not begins_as_question("can you check, it is back?")
    assert not begins_as_question("it happens again, can you look?")
    assert not begins_as_question("is it back?")
