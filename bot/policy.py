"""Reads signalbox.toml: what people decide. All faults are said at once, each with what would be right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from agents.errors import BadPolicy
from agents.terms import Policy

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,39}", re.ASCII)
_TAKEN = frozenset({"slack"})


def read_policy(path: Path, source_kinds: Iterable[str]) -> Policy:
    """The policy in this file, valid in itself and in what it refers to. Raises BadPolicy with every fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        fault = f"{path}: there is no such file; copy signalbox.example.toml to it and edit that"
        raise BadPolicy((fault,)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadPolicy((f"{path}: it cannot be read ({error})",)) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy((f"{path}: this is not TOML: {error}",)) from error
    try:
        policy = Policy.model_validate(table)
    except ValidationError as error:
        raise BadPolicy(tuple(f"{path}: {_sentence(fault)}" for fault in error.errors())) from error
    faults = tuple(f"{path}: {fault}" for fault in _cross_faults(policy, frozenset(source_kinds)))
    if faults:
        raise BadPolicy(faults)
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


def _cross_faults(policy: Policy, kinds: frozenset[str]) -> list[str]:
    faults = _repeated("channels", [channel.id for channel in policy.channels])
    faults += _repeated("repositories", [repository.name for repository in policy.repositories])
    repositories = {repository.name for repository in policy.repositories}
    known = ", ".join(sorted(repositories)) or "none is configured"
    for number, channel in enumerate(policy.channels):
        if channel.repository and channel.repository not in repositories:
            faults.append(
                f"channels[{number}].repository: {channel.repository!r} is not among [[repositories]] ({known})"
            )
        if channel.connect and channel.report_to in ("", channel.id):
            faults.append(
                f"channels[{number}].report_to: with connect = true, name a channel of your own for its reports: what "
                "is found is not shown to another workspace"
            )
    for name, source in policy.sources.items():
        if not _NAME.fullmatch(name) or name in _TAKEN:
            faults.append(f"sources.{name}: a source's name is 1 to 40 of a-z, A-Z, 0-9, . _ -, and not slack")
        if source.kind not in kinds:
            faults.append(f"sources.{name}.kind: {source.kind!r} is not a source; there are {', '.join(sorted(kinds))}")
        if source.repository and source.repository not in repositories:
            faults.append(f"sources.{name}.repository: {source.repository!r} is not among [[repositories]] ({known})")
    if len(policy.repositories) and not policy.approvers and not all(r.approvers for r in policy.repositories):
        faults.append('approvers: nobody could approve a fix; name Slack user ids, e.g. approvers = ["U012AB3CD"]')
    return faults


def _repeated(table: str, names: list[str]) -> list[str]:
    return [f"{table}: {name!r} is there more than once" for name in sorted({n for n in names if names.count(n) > 1})]
