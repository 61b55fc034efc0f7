"""A conversation that grows is sent with its old results cut short."""

from __future__ import annotations

import itertools

from agents.exchange import (
    Message,
    ToolCall,
    ToolResult,
)
from agents.transcript import MOST_CHARACTERS, said, shortened
from tests.agents.room import text_of
from tests.fakes import calls


def conversation(turns: int, size: int) -> list[Message]:
    messages = [said("opening")]
    for turn in range(turns):
        asked = calls(("look", {"path": f"{turn}"}))
        (look,) = (block for block in asked.blocks if isinstance(block, ToolCall))
        messages.append(asked)
        messages.append(said(results=[ToolResult(call_id=look.id, text=f"{turn}:" + "x" * size)]))
    return messages


def test_a_long_conversation_is_sent_with_its_old_results_cut_to_a_stub() -> None:
    messages = conversation(turns=20, size=MOST_CHARACTERS // 8)

    sent = shortened(messages)

    assert sum(len(text_of(message)) for message in sent) < MOST_CHARACTERS
    assert sent[0] == messages[0]
    assert "`recall` with number=1 shows" in text_of(sent[2])
    assert "`recall` with number=2 shows" in text_of(sent[4])
    assert sent[-5:] == tuple(messages[-5:])


def test_what_was_thought_before_old_results_were_cut_is_left_out_and_what_came_later_is_kept() -> None:
    whole = conversation(turns=12, size=MOST_CHARACTERS // 8)
    messages = [message.model_copy(update={"opaque": "thought" if message.by_model else ""}) for message in whole]
    lengths = range(1, len(messages) + 1, 2)
    leaps = [
        length
        for before, length in itertools.pairwise(lengths)
        if shortened(messages[:length])[: before - 1] != shortened(messages[:before])[: before - 1]
    ]

    sent = shortened(messages)

    assert [bool(message.opaque) for message in sent if message.by_model] == [
        place > leaps[-1] for place, message in enumerate(messages, 1) if message.by_model
    ]
    assert 1 < leaps[-1] < len(messages)


def test_a_short_conversation_is_sent_as_it_is() -> None:
    messages = conversation(turns=4, size=100)

    assert shortened(messages) == tuple(messages)


def test_the_beginning_stays_the_same_over_several_turns_once_shortening_began() -> None:
    messages = conversation(turns=40, size=MOST_CHARACTERS // 10)
    beginnings = [shortened(messages[: 1 + 2 * turn])[:10] for turn in range(12, 40)]

    changes = sum(one != other for one, other in itertools.pairwise(beginnings))

    assert changes <= 3
