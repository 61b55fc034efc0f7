"""Thoughts that are bound to what stood before them, as newer models' are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from playground import thoughts
from playground.messages_api import ApiError, check_request

KEY = {"x-api-key": "key"}
ASKED = {"role": "user", "content": [{"type": "text", "text": "It is slow."}]}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
LOOK = {"name": "look", "description": "Look.", "input_schema": {"type": "object"}}
FIRST: dict[str, Any] = {
    "model": "claude-sonnet-5-5", "max_tokens": 100, "system": "Mend it.", "tools": [LOOK], "messages": [ASKED],
}  # fmt: skip
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok", "cache_control": {"type": "ephemeral"}}
SAID = {"role": "assistant", "content": [thoughts.thought(FIRST), CALL]}
ANSWERED = {"role": "user", "content": [RESULT]}
SECOND = {**FIRST, "messages": [ASKED, SAID, ANSWERED]}


def test_a_thought_is_taken_back_while_nothing_before_it_has_changed() -> None:
    marked = {**SECOND, "system": [{"type": "text", "text": "Mend it.", "cache_control": {"type": "ephemeral"}}]}
    first = {**FIRST, "system": [{"type": "text", "text": "Mend it."}]}
    said = {"role": "assistant", "content": [thoughts.thought(first), CALL]}

    assert check_request(KEY, SECOND)
    assert check_request(KEY, {**marked, "messages": [ASKED, said, ANSWERED]}), "marks for the cache are no change"


@pytest.mark.parametrize(
    "changed",
    [
        {"system": "Mend it well."},
        {"tools": [LOOK, {**LOOK, "name": "look_again"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Otherwise."}]}, SAID, ANSWERED]},
        {"messages": [ASKED, {"role": "assistant", "content": [CALL, SAID["content"][0]]}, ANSWERED]},
    ],
)
def test_a_thought_is_refused_once_anything_before_it_has_changed(changed: Mapping[str, Any]) -> None:
    with pytest.raises(ApiError) as refused:
        check_request(KEY, {**SECOND, **changed})

    assert refused.value.status == 400
    assert "bound to a different conversation" in refused.value.message


def test_without_its_thought_a_conversation_may_change() -> None:
    bare = {"role": "assistant", "content": [CALL]}

    assert check_request(KEY, {**SECOND, "system": "Mend it well.", "messages": [ASKED, bare, ANSWERED]})
