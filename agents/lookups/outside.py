"""Tools of servers outside, as far as we let them in: a name, a word about it, a plain schema of its arguments.

A server's own words about its tools are foreign text, and nobody screens them but here.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from agents.screening.attacks import find_attack

_SCALARS = frozenset({"string", "integer", "number", "boolean"})
_DEEPEST = 5  # levels of a schema that are kept
_MOST_PROPERTIES = 40
_LONGEST_WORDS = 300


class OuterArguments(BaseModel):
    """What an outer tool is called with. Only its server knows what is valid."""

    model_config = ConfigDict(extra="allow")

    @property
    def given(self) -> dict[str, JsonValue]:
        """All of it."""
        return dict(self.model_extra or {})


@dataclass(frozen=True)
class OuterTool:
    """A tool of a server, which the policy allows and which the server does not say changes anything."""

    name: str  # the server's own for it
    description: str
    parameters: type[OuterArguments]


def arguments_of(schema: object) -> type[OuterArguments]:
    """A class whose schema is the plain part of this one. The same schema gives the same class."""
    plain = _plain(schema, schema, 0) if isinstance(schema, Mapping) else {}
    return _class(json.dumps({"type": "object", "properties": {}, **plain}, sort_keys=True))


def harmless(words: object) -> str:
    """A server's words in one short line; empty when they try to steer whoever reads them."""
    text = " ".join(words.split()) if isinstance(words, str) else ""
    return "" if not text or find_attack(text) else text[:_LONGEST_WORDS]


@functools.lru_cache(maxsize=256)
def _class(schema: str) -> type[OuterArguments]:
    class Arguments(OuterArguments):
        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            """The server's schema, as far as it is plain."""
            return dict(json.loads(schema))

    return Arguments


def _plain(part: object, whole: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """The part of a schema that every model's API understands; what it does not is left open."""
    if not isinstance(part, Mapping) or depth > _DEEPEST:
        return {}
    if isinstance(reference := part.get("$ref"), str):
        return _plain(_found(reference, whole), whole, depth + 1)
    plain: dict[str, Any] = {}
    if words := harmless(part.get("description")):
        plain["description"] = words
    plain.update(_typed(part, whole, depth))
    return plain


def _typed(part: Mapping[str, Any], whole: Mapping[str, Any], depth: int) -> dict[str, Any]:
    for several in ("anyOf", "oneOf"):
        if isinstance(part.get(several), list):
            return {"anyOf": [_plain(each, whole, depth + 1) for each in part[several][:8]]}
    kind = part.get("type")
    if isinstance(kind, list):
        return {"anyOf": [_plain({**part, "type": each}, whole, depth + 1) for each in kind[:8]]}
    if kind == "object" and isinstance(part.get("properties"), Mapping):
        return _object(part, whole, depth)
    if kind == "array":
        return {"type": "array", "items": _plain(part.get("items"), whole, depth + 1)}
    if kind in _SCALARS:
        return {"type": kind, **_choices(part)}
    return {"type": "null"} if kind == "null" else {}


def _object(part: Mapping[str, Any], whole: Mapping[str, Any], depth: int) -> dict[str, Any]:
    names = [name for name in part["properties"] if isinstance(name, str) and harmless(name)][:_MOST_PROPERTIES]
    required = part.get("required")
    needed = [name for name in required if name in names] if isinstance(required, list) else []
    return {
        "type": "object",
        "properties": {name: _plain(part["properties"][name], whole, depth + 1) for name in names},
        **({"required": needed} if needed else {}),
    }


def _choices(part: Mapping[str, Any]) -> dict[str, Any]:
    choices = part.get("enum")
    if not isinstance(choices, list):
        return {}
    return {"enum": [one for one in choices if not isinstance(one, str) or harmless(one)][:40]}


def _found(reference: str, whole: Mapping[str, Any]) -> object:
    part: object = whole
    for step in reference.removeprefix("#/").split("/"):
        part = part.get(step) if isinstance(part, Mapping) else None
    return part
