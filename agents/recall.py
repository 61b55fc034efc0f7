"""recall: read an old result again that the conversation holds only the beginning of."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from agents.exchange import Message, Tool, ToolFault, ToolSpec
from agents.transcript import results_of

RECALL = "recall"
PAGE = 12_000  # characters


class Recall(BaseModel):
    """Arguments of recall."""

    number: int = Field(ge=1, description="The result's number, as the note in its place says.")
    offset: int = Field(default=0, ge=0, description="How many characters to skip, to go on with a long one.")


def recall(messages: Sequence[Message]) -> Tool:
    """The results of a conversation as they were. They are part of it, so a resumed run has them too."""

    def work(asked: Recall) -> str:
        results = results_of(messages)
        if asked.number > len(results):
            raise ToolFault(f"There is no result {asked.number}; there are {len(results)} so far.")
        whole = results[asked.number - 1].text
        text = whole[asked.offset : asked.offset + PAGE]
        left = len(whole) - asked.offset - len(text)
        return f"{text}\n[{left} more characters; go on with offset={asked.offset + PAGE}]" if left > 0 else text

    description = "Read an old result of a tool again, exactly as it was, where the conversation shows only its start."
    return Tool(ToolSpec(RECALL, description, Recall), work)
