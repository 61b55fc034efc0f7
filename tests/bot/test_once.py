"""What is done once, in one process's memory."""

from __future__ import annotations

from bot.listeners.deps import Once


def test_a_name_is_first_once_and_what_was_named_long_ago_is_forgotten_since_anybody_makes_names() -> None:
    once = Once(most=3)
    assert [once.first(name) for name in ("a", "b", "a", "c")] == [True, True, False, True]
    assert once.first("d")
    assert [once.first(name) for name in ("b", "c", "d")] == [False, False, False]
    assert once.first("a")
