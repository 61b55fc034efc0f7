"""Reads signalbox.toml: what people decide. All faults are said at once, each with what would be right."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from agents.errors import BadPolicy
from agents.terms import Policy
from bot.references import reference_faults


def read_policy(path: Path, source_kinds: Iterable[str]) -> Policy:
    """The policy in this file, valid in itself and in what it refers to. Raises BadPolicy with every fault."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # as some editors save it
    except FileNotFoundError as error:
        fault = f"{path.absolute()}: there is no such file; copy signalbox.example.toml to it and edit that"
        raise BadPolicy((fault,)) from error
    except UnicodeDecodeError as error:
        raise BadPolicy((f"{path}: it is not UTF-8 text; save it as that",)) from error
    except OSError as error:
        raise BadPolicy(
            (f"{path}: it cannot be read ({error.strerror}); let the user who runs this read it",)
        ) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy((f"{path}: this is not TOML: {error}",)) from error
    references = reference_faults(table, frozenset(source_kinds))
    try:
        policy = Policy.model_validate(table)
    except ValidationError as error:
        faults = [*map(_sentence, error.errors()), *references]
        raise BadPolicy(tuple(f"{path}: {fault}" for fault in faults)) from error
    if references:
        raise BadPolicy(tuple(f"{path}: {fault}" for fault in references))
    return policy


def _sentence(fault: ErrorDetails) -> str:
    key = ""
    for part in fault["loc"]:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
    if fault["type"] == "extra_forbidden":
        return f"{key}: there is no such key; see signalbox.example.toml for those there are"
    given = f" (given: {fault['input']!r})" if not isinstance(fault["input"], dict | list) else ""
    said = fault["msg"].removeprefix("Value error, ").replace("valid tuple", 'list, such as ["…"]')
    return f"{key}: {said}{given}"
