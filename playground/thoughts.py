"""Thoughts as newer models sign them: each is bound to all that stood before it when it was had.

The real API refuses a request that sends one back after the system prompt, the tools or an earlier message was changed
(its documentation: "Preserved thinking"). So does this one, whoever edits a conversation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

_OURS = "playground:"  # how a signature begins that was made here; others were made by a model
CHANGED = (
    "messages.{message}.content.{block}: Invalid `signature` in `thinking` block. The block is bound to a different "
    'conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block".'
)


def thought(body: Mapping[str, Any]) -> Json:
    """What the model thinks before it answers this request, as it is given out: signed, and without its words."""
    return {"type": "thinking", "thinking": "", "signature": _signature(body, body["messages"], ())}


def changed(body: Mapping[str, Any]) -> str:
    """What the API says of a thought that is sent back where something before it is not as it was; empty if none is."""
    messages = body["messages"]
    for number, message in enumerate(messages):
        blocks = message["content"] if isinstance(message["content"], list) else []
        for place, block in enumerate(blocks):
            signature = str(block.get("signature", ""))
            expected = _signature(body, messages[:number], blocks[:place])
            if signature.startswith(_OURS) and signature != expected:
                return CHANGED.format(message=number, block=place)
    return ""


def _signature(body: Mapping[str, Any], messages: Sequence[Json], begun: Sequence[Json]) -> str:
    """Of everything before a block; marks for the prompt cache count for nothing."""
    before = _unmarked([body.get("system"), body.get("tools"), list(messages), list(begun)])
    return _OURS + hashlib.sha256(json.dumps(before, sort_keys=True).encode()).hexdigest()[:32]


def _unmarked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    if isinstance(value, dict):
        return {key: _unmarked(each) for key, each in value.items() if key != "cache_control"}
    return value
