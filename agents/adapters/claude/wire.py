"""How conversations and schemas look on Anthropic's wire. Knows the wire's JSON, not its SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from agents.exchange import About, Message, TextBlock, ToolCall, ToolResult
from storage.judgments import Stage

Json = dict[str, Any]

_CACHED: Json = {"type": "ephemeral"}
_NOTHING = "(nothing)"
_SILENCE: list[Json] = [{"type": "text", "text": _NOTHING}]
_THOUGHTS = ("thinking", "redacted_thinking")
_MARKS = 2  # in the conversation; the prompt and the tools have one each, and the API takes four
_MOST_STRICT, _MOST_OPTIONAL, _MOST_UNIONS = 20, 24, 16  # of all strict tools together; more are refused by the API


def headers(stage: Stage, about: About, turn: int) -> dict[str, str]:
    """What tells recordings and logs which turn a request is."""
    subject = quote(about.subject, safe="/#:@!$&'()*+,;=[]~ ")
    return {"x-signalbox-stage": stage.value, "x-signalbox-subject": subject, "x-signalbox-turn": str(turn)}


def system(text: str) -> list[Json]:
    """The system prompt, marked for the cache."""
    return [{"type": "text", "text": text, "cache_control": _CACHED}]


def conversation(messages: Sequence[Message], model: str) -> list[Json]:
    """The messages for a model; the last two of ours are marked for the cache.

    The newest mark is what the next turn reads from; the one before it is what this turn reads from, also when so many
    blocks came since that the API would not look back to it by itself.
    """
    contents = [_content(message, model) for message in messages]
    for place in [place for place, message in enumerate(messages) if not message.by_model][-_MARKS:]:
        contents[place] = cached(contents[place])
    roles = ["assistant" if message.by_model else "user" for message in messages]
    return [{"role": role, "content": content} for role, content in zip(roles, contents, strict=True)]


def _content(message: Message, model: str) -> list[Json]:
    """The message's blocks; thoughts are signed by the model that had them, and no other one takes them back."""
    if message.opaque:
        kept: Json = json.loads(message.opaque)
        if kept["model"] == model:
            return list(kept["content"])
    blocks = [_block(block) for block in message.blocks if not isinstance(block, TextBlock) or block.text.strip()]
    return blocks or _SILENCE


def _block(block: TextBlock | ToolCall | ToolResult) -> Json:
    if isinstance(block, TextBlock):
        return {"type": "text", "text": block.text}
    if isinstance(block, ToolCall):
        return {"type": "tool_use", "id": block.id, "name": block.name, "input": block.arguments}
    text = block.text if block.text.strip() else _NOTHING
    return {"type": "tool_result", "tool_use_id": block.call_id, "content": text, "is_error": block.failed}


def without_thoughts(messages: Sequence[Json]) -> list[Json]:
    """The conversation with what the model said and called, but not what it thought."""
    return [
        {**message, "content": [block for block in content if block["type"] not in _THOUGHTS] or _SILENCE}
        if isinstance(content := message["content"], list)
        else message
        for message in messages
    ]


def is_whole(content: Sequence[Json]) -> bool:
    """Whether words are words, and each call has a name, arguments and an id of its own, by which it is answered."""
    calls = [block for block in content if block["type"] == "tool_use"]
    named = all(isinstance(block.get(key), str) and block[key] for block in calls for key in ("id", "name"))
    said = all(isinstance(block.get("text"), str) for block in content if block["type"] == "text")
    return named and said and len({block["id"] for block in calls}) == len(calls)


def sound(content: Sequence[Json], *, cut: bool) -> list[Json]:
    """The model's blocks as they can be kept, carried out and sent back, with arguments that are an object.

    No process takes a NUL as an argument, no file or database half a surrogate pair: one such sign would end a run.

    When the answer was cut off within a call, that call is left out: half a file is not to be written.
    """
    blocks: list[Json] = _sound(list(content))
    for block in blocks:
        if block["type"] == "tool_use" and not isinstance(block.get("input"), dict):
            block["input"] = {}
    return blocks[:-1] if cut and blocks and blocks[-1]["type"] == "tool_use" else blocks


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode(errors="replace").decode()
    if isinstance(value, list):
        return [_sound(each) for each in value]
    return {_sound(key): _sound(each) for key, each in value.items()} if isinstance(value, dict) else value


def heard(content: Sequence[Json], model: str) -> Message:
    """The model's message. Blocks that only this wire knows (thoughts) are kept to be sent back unchanged."""
    known: list[TextBlock | ToolCall] = []
    for block in content:
        if block["type"] == "text" and block["text"].strip():
            known.append(TextBlock(text=block["text"]))
        elif block["type"] == "tool_use":
            known.append(ToolCall(id=block["id"], name=block["name"], arguments=block["input"]))
    others = any(block["type"] not in ("text", "tool_use") for block in content)
    opaque = json.dumps({"model": model, "content": content}) if others and known else ""
    return Message(by_model=True, blocks=tuple(known), opaque=opaque)


def words(content: Sequence[Json]) -> str:
    """All text of the model's message."""
    return "".join(block["text"] for block in content if block["type"] == "text")


def demanding(schema: Json) -> Json:
    """The schema without defaults and titles, and every property required: a model says what it leaves empty."""
    plain = {key: value for key, value in schema.items() if key not in ("default", "title")}
    for key in ("properties", "$defs"):
        if key in plain:
            plain[key] = {name: demanding(inner) for name, inner in plain[key].items()}
    if "properties" in plain:
        plain["required"] = list(plain["properties"])
    if "items" in plain:
        plain["items"] = demanding(plain["items"])
    if "anyOf" in plain:
        plain["anyOf"] = [demanding(inner) for inner in plain["anyOf"]]
    return plain


class Strictness:
    """Says which tools may be strict, in the order given, until the API's limits for a request are reached."""

    def __init__(self) -> None:
        self._tools = self._optional = self._unions = 0

    def allows(self, schema: Json) -> bool:
        """Whether this tool fits too; if so it is counted."""
        nodes = list(_nodes(schema))
        optional = sum(
            len(node["properties"]) - len(node.get("required", ())) for node in nodes if "properties" in node
        )
        unions = sum("anyOf" in node for node in nodes)
        fits = (
            self._tools < _MOST_STRICT
            and self._optional + optional <= _MOST_OPTIONAL
            and self._unions + unions <= _MOST_UNIONS
        )
        if fits:
            self._tools, self._optional, self._unions = (
                self._tools + 1, self._optional + optional, self._unions + unions,
            )  # fmt: skip
        return fits


def _nodes(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Every schema inside a schema; each definition once."""
    if isinstance(schema, list):
        for each in schema:
            yield from _nodes(each)
    if isinstance(schema, dict):
        yield schema
        for each in schema.values():
            yield from _nodes(each)


def cached(blocks: list[Json]) -> list[Json]:
    """The blocks (or tools), the last of them marked for the cache."""
    return [*blocks[:-1], *({**block, "cache_control": _CACHED} for block in blocks[-1:])]
