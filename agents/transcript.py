"""Conversations with tools: what was said, which calls were made, and how an old part of it is shortened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from agents.exchange import Message, TextBlock, ToolCall, ToolResult

MOST_CHARACTERS = 160_000  # about 40,000 tokens
KEPT_WHOLE = 6  # messages at the end that are never shortened
STUB = 300


def said(*texts: str, results: Sequence[ToolResult] = ()) -> Message:
    """A message of ours: the results of tools first, then words."""
    return Message(by_model=False, blocks=(*results, *(TextBlock(text=text) for text in texts if text)))


def calls_of(message: Message) -> tuple[ToolCall, ...]:
    """The calls that a message of the model makes."""
    return tuple(block for block in message.blocks if isinstance(block, ToolCall))


def answered(messages: Sequence[Message]) -> Iterator[tuple[ToolCall, ToolResult]]:
    """Every call with its result, in order."""
    calls: dict[str, ToolCall] = {}
    for message in messages:
        for block in message.blocks:
            if isinstance(block, ToolCall):
                calls[block.id] = block
            elif isinstance(block, ToolResult) and block.call_id in calls:
                yield calls[block.call_id], block


def results_of(messages: Sequence[Message]) -> list[ToolResult]:
    """All results of tools, in order; the first one's number is 1."""
    return [block for message in messages for block in message.blocks if isinstance(block, ToolResult)]


def shortened(messages: Sequence[Message], most: int = MOST_CHARACTERS) -> tuple[Message, ...]:
    """The conversation with its old tool results cut to a stub, once it has grown beyond `most` characters.

    A stub names the result's number, by which it can be read again. The boundary between old and new moves in leaps, so
    that between two leaps the beginning stays the same from turn to turn and a model's prompt cache keeps working.
    What the model thought before the last leap is left out: the API refuses thoughts before which anything was changed.
    """
    boundary, before, size = 0, 0, 0
    for index, message in enumerate(messages):
        size += _size(message)
        if size > most and index + 1 - KEPT_WHOLE > boundary:
            boundary, before = index + 1 - KEPT_WHOLE, index + 1
            size = sum(_size(later) for later in messages[boundary : index + 1])
    numbers = count(1)
    stubbed = [_stubbed(message, numbers) for message in messages[:boundary]]
    return (*map(_bare, [*stubbed, *messages[boundary:before]]), *messages[before:])


def _size(message: Message) -> int:
    return sum(
        len(str(block.arguments)) if isinstance(block, ToolCall) else len(block.text) for block in message.blocks
    )


def _bare(message: Message) -> Message:
    return message.model_copy(update={"opaque": ""})


def _stubbed(message: Message, numbers: Iterator[int]) -> Message:
    blocks = tuple(_stub(block, next(numbers)) if isinstance(block, ToolResult) else block for block in message.blocks)
    return message.model_copy(update={"blocks": blocks})


def _stub(result: ToolResult, number: int) -> ToolResult:
    if len(result.text) <= 2 * STUB:
        return result
    rest = len(result.text) - STUB
    note = f"[{rest} characters of this old result are left out; `recall` with number={number} shows all of it]"
    return result.model_copy(update={"text": f"{result.text[:STUB]}\n{note}"})
