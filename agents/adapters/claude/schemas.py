"""Schemas of judgments and tools as the API takes them; each is made once."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from typing import Any

from anthropic import transform_schema
from pydantic import BaseModel

from agents.adapters.claude import wire
from agents.exchange import ToolSpec
from storage.judgments import Judgment

Json = dict[str, Any]

_IN_WORDS = "Answer with one JSON object and nothing else: no words around it, no Markdown. Its JSON schema:"


def asked_for(returns: type[Judgment], standing: str, *, in_words: bool) -> Json:
    """The part of a request that says what is judged and in which form, by a schema or in words."""
    schema = _answer_schema(returns)
    if in_words:
        return {"system": wire.system(f"{standing}\n\n{_IN_WORDS}\n{json.dumps(schema, ensure_ascii=False)}")}
    return {
        "system": wire.system(standing),
        "output_config": {"format": {"type": "json_schema", "schema": schema}},
    }


def tools(specs: Sequence[ToolSpec], *, strict: bool) -> list[Json]:
    """The tools as the API takes them: strict where that is allowed, since the loop validates arguments in any case."""
    strictness = wire.Strictness()
    return [_tool(spec, strictness if strict else None) for spec in specs]


@functools.cache
def _answer_schema(returns: type[Judgment]) -> Json:
    return transform_schema(wire.demanding(returns.model_json_schema()))


def _tool(spec: ToolSpec, strictness: wire.Strictness | None) -> Json:
    schema = _strict_schema(spec.parameters) if strictness is not None else None
    tool: Json = {"name": spec.name, "description": spec.description}
    if strictness is not None and schema is not None and strictness.allows(schema):
        return {**tool, "input_schema": schema, "strict": True}
    return {**tool, "input_schema": spec.parameters.model_json_schema()}


@functools.cache
def _strict_schema(parameters: type[BaseModel]) -> Json | None:
    """None when the parameters hold something that strict schemas cannot say."""
    try:
        return transform_schema(parameters.model_json_schema())
    except ValueError:
        return None
