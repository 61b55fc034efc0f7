"""Tables that somebody else wrote: what is broken, or has another form than it should, is not there. Pure."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Mapping
from typing import Any

Table = Mapping[str, Any]


def table_of(table: Table, key: str) -> Table:
    """The table under a key; empty where there is none."""
    found = table.get(key)
    return found if isinstance(found, dict) else {}


def listed(value: object) -> list[str]:
    """The words of a list."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def tables_of(table: Table, key: str) -> list[Table]:
    """The tables of the list under a key."""
    found = table.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def parsed(text: str) -> Table:
    """What a TOML file says."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def configuration(text: str) -> configparser.RawConfigParser:
    """What a file says as setup.cfg and tox.ini do."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return configparser.RawConfigParser()
    return parser
