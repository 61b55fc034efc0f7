"""Reads signalbox.toml: what people decide. All faults are said at once, each with what would be right."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from agents.errors import BadPolicy
from agents.model_terms import Models, PriceTerms
from agents.term_forms import Terms
from agents.terms import (
    FROM_FILE,
    Budgets,
    Channel,
    Limits,
    LinearTerms,
    Policy,
    Repository,
    SourceTerms,
    StandingTerms,
    Waits,
)
from bot.references import reference_faults


def read_policy(path: Path, source_kinds: Iterable[str]) -> Policy:
    """The policy in this file, valid in itself and in what it refers to. Raises BadPolicy with every fault."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # as some editors save it
    except FileNotFoundError as error:
        fault = f"{path.absolute()}: there is no such file; `signalbox init` asks what to write there"
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
        policy = Policy.model_validate(table, context=FROM_FILE)
    except ValidationError as error:
        faults = [*map(_sentence, error.errors()), *references]
        raise BadPolicy(tuple(f"{path}: {fault}" for fault in faults)) from error
    if references:
        raise BadPolicy(tuple(f"{path}: {fault}" for fault in references))
    return policy


_HOMES: Mapping[str, type[Terms]] = {
    "at the top of the file, above the first table": Policy,
    "under [[channels]]": Channel,
    "under [[repositories]]": Repository,
    "under [sources.…]": SourceTerms,
    "under [research_limits] or [fix_limits]": Limits,
    "under [budgets]": Budgets,
    "under [waits]": Waits,
    "under [models]": Models,
    "under [models.prices.…]": PriceTerms,
    "under [linear]": LinearTerms,
    "under [standing]": StandingTerms,
}
_SHOWN = 200  # characters of a value that is wrong
_WHOLE, _NUMBER = "it has to be a whole number, such as 2", "it has to be a number, such as 2.5"
_YES_OR_NO = "it has to be true or false, without quotation marks"
_LIST = 'it has to be a list, such as ["…"]'
_TABLE = "it has to be a table with keys of its own"
_PLAIN: Mapping[
    str, str
] = {  # by the library's name of a fault; what its own words say of types means little to people
    "bool_parsing": _YES_OR_NO,
    "bool_type": _YES_OR_NO,
    "dict_type": _TABLE,
    "finite_number": "it has to be a finite number, such as 2.5",
    "enum": "it has to be one of {expected}",
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "greater_than": "it has to be more than {gt:g}",
    "greater_than_equal": "it has to be {ge:g} or more",
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "missing": "it is missing, and has to be there",
    "model_type": _TABLE,
    "string_too_short": "it must not be empty",
    "string_pattern_mismatch": "it has to be an emoji's name as it stands between colons in Slack, such as mag",
    "string_type": "it has to be words in quotation marks",
    "too_short": 'it must not be empty; name one at least, such as ["…"]',
    "tuple_type": _LIST,
}


def _sentence(fault: ErrorDetails) -> str:
    key = ""
    for part in fault["loc"]:
        key += f"[{part}]" if isinstance(part, int) else "" if part == "[key]" else f".{part}" if key else str(part)
    if fault["type"] == "extra_forbidden":
        return f"{key}: {_misplaced(str(fault['loc'][-1]))}"
    given = f" (given: {_typed(fault['input'])})" if not isinstance(fault["input"], dict | list) else ""
    plain = _PLAIN.get(fault["type"], "").format_map(fault.get("ctx", {}))
    return f"{key}: {plain or fault['msg'].removeprefix('Value error, ')}{given}"


def _misplaced(name: str) -> str:
    """What is said of a key that is not known where it stands. In TOML a key belongs to the table above it."""
    homes = [home for home, terms in _HOMES.items() if name in terms.model_fields]
    if homes:
        return f"there is no such key here; it stands {', or '.join(homes)}"
    return (
        "there is no such key; see signalbox.example.toml (what `signalbox init --examples` writes) for those there are"
    )


def _typed(value: object) -> str:
    """As it stands in the file, or nearly; of what is long the beginning."""
    typed = str(value).lower() if isinstance(value, bool) else repr(value)
    return typed if len(typed) <= _SHOWN else f"{typed[:_SHOWN]} …"
