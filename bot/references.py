"""What the parts of a policy file say of each other: each name once, and what is named exists.

Reads the file's table as far as it can be read, so that these faults are told together with those of single values.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from agents.patches.paths import NEVER, UNTOUCHABLE, matches
from agents.terms import PROTECTED, seconds
from bot.sources import KNOWN_OPTIONS, REQUIRED_OPTIONS

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,39}", re.ASCII)
_TAKEN = frozenset({"slack"})
_DRAFT = "draft"  # agents.terms.Autonomy.DRAFT, as it is written


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> list[dict[str, Any]]:
    return [_table(each) for each in value] if isinstance(value, list) else []


def _names(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, value))) if isinstance(value, list) else ()


def _protected(value: object) -> tuple[str, ...]:
    return _names(value) if isinstance(value, list) else PROTECTED


Text = Annotated[str, BeforeValidator(_text)]
Yes = Annotated[bool, BeforeValidator(lambda value: value is True)]
Many = Annotated[int, BeforeValidator(lambda value: len(set(map(str, value))) if isinstance(value, list) else 0)]
One = Annotated[int, BeforeValidator(lambda value: value if isinstance(value, int) else 1)]


class _Lenient(BaseModel):
    """Whatever has a wrong type reads as absent: that is a fault of its own, and told elsewhere."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Channel(_Lenient):
    id: Text = ""
    report_to: Text = ""
    repository: Text = ""
    connect: Yes = False
    autonomy: Text = ""
    allow_bots: Many = 0


class _Source(_Lenient):
    kind: Text = ""
    autonomy: Text = ""
    trusted: Yes = False
    repository: Text = ""
    options: Annotated[dict[str, Any], BeforeValidator(_table)] = {}


class _Repository(_Lenient):
    name: Text = ""
    approvers: Many = 0
    approvals: One = 1
    protected: Annotated[tuple[str, ...], BeforeValidator(_protected)] = PROTECTED
    restricted: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    restricted_approvals: One = 2
    autonomy: Text = ""
    draft: Annotated[bool, BeforeValidator(lambda value: value is not False)] = True
    image: Text = ""
    python: Text = ""
    environment: Text = ""
    requirements: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    requirements_from: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    toolchains: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()


class _Mcp(_Lenient):
    name: Text = ""


class Outline(_Lenient):
    """A policy file's table, as far as its parts speak of each other."""

    channels: Annotated[tuple[_Channel, ...], BeforeValidator(_tables)] = ()
    repositories: Annotated[tuple[_Repository, ...], BeforeValidator(_tables)] = ()
    sources: Annotated[dict[str, Annotated[_Source, BeforeValidator(_table)]], BeforeValidator(_table)] = {}
    mcp: Annotated[tuple[_Mcp, ...], BeforeValidator(_tables)] = ()
    approvers: Many = 0
    autonomy: Text = ""
    priorities: Annotated[dict[str, Text], BeforeValidator(_table)] = {}


def reference_faults(table: Mapping[str, object], kinds: Collection[str]) -> list[str]:
    """Every fault of this sort, a sentence each that begins with its key. `kinds` are those a source may have."""
    outline = Outline.model_validate(table)
    faults = _repeated("channels", [channel.id for channel in outline.channels])
    faults += _repeated("repositories", [repository.name.lower() for repository in outline.repositories])
    faults += _repeated("mcp", [server.name for server in outline.mcp])
    for number, channel in enumerate(outline.channels):
        faults += _channel_faults(f"channels[{number}]", channel, outline)
    for name, source in outline.sources.items():
        faults += _source_faults(f"sources.{name}", name, source, kinds)
        faults += _unknown(f"sources.{name}", source.repository, outline)
    if outline.repositories and not outline.approvers and not all(each.approvers for each in outline.repositories):
        faults.append('approvers: nobody could approve a fix; name Slack user ids, e.g. approvers = ["U012AB3CD"]')
    for number, repository in enumerate(outline.repositories):
        faults += _approval_faults(f"repositories[{number}]", repository, repository.approvers or outline.approvers)
        faults += _closed(f"repositories[{number}]", repository)
        faults += _beside_an_image(f"repositories[{number}]", repository)
    return [*faults, *_draft_faults(outline)]


def _approval_faults(key: str, repository: _Repository, named: int) -> Iterator[str]:
    """Where more people have to approve than are named."""
    people = "nobody" if not named else "one approver" if named == 1 else f"{named} approvers"
    asked = {"approvals": repository.approvals}
    if repository.restricted:
        asked["restricted_approvals"] = repository.restricted_approvals
    for name, needed in asked.items():
        if needed > max(1, named):
            yield (
                f"{key}.{name}: {needed} different people have to approve a plan, "
                f"and the policy names {people} for this repository; name more, or ask for fewer"
            )


def _closed(key: str, repository: _Repository) -> Iterator[str]:
    """What is restricted and can never be opened."""
    for number, glob in enumerate(repository.restricted):
        if matches(glob, UNTOUCHABLE):
            yield f"{key}.restricted[{number}]: {glob} {NEVER}; leave it out"
        elif matches(glob, repository.protected):
            yield f"{key}.restricted[{number}]: {glob} is `protected` too, and so stays refused; take it out of one"


def _beside_an_image(key: str, repository: _Repository) -> Iterator[str]:
    """What is made or lent by this machine, where an image has it all."""
    for name in ("python", "environment", "requirements", "requirements_from", "toolchains"):
        if repository.image and getattr(repository, name):
            yield f"{key}.{name}: an image brings its own; put that into {repository.image}, and leave this out"


def _draft_faults(outline: Outline) -> Iterator[str]:
    """Where a standing approval is allowed by words that would have no effect, or must not have it."""
    named = [(f"channels[{number}]", each.autonomy) for number, each in enumerate(outline.channels)]
    named += [(f"sources.{name}", each.autonomy) for name, each in outline.sources.items()]
    named += [(f"repositories[{number}]", each.autonomy) for number, each in enumerate(outline.repositories)]
    wanted = [f"{key}.autonomy" for key, autonomy in named if autonomy == _DRAFT]
    wanted += [f"priorities.{name}" for name, autonomy in outline.priorities.items() if autonomy == _DRAFT]
    if outline.autonomy != _DRAFT:
        for key in wanted:
            yield (
                f'{key}: draft has no effect here, since the most careful setting counts; write autonomy = "draft" '
                'at the top of the file too, and "ask" wherever a person is to be asked each time'
            )
    for number, channel in enumerate(outline.channels):
        if channel.autonomy == _DRAFT and channel.connect:
            yield f"channels[{number}].autonomy: no draft with connect = true: people of another workspace write there"
        if channel.autonomy == _DRAFT and channel.allow_bots:
            yield f"channels[{number}].autonomy: no draft with allow_bots: apps may write there under a member's name"
    for name, source in outline.sources.items():
        if source.autonomy == _DRAFT and not source.trusted:
            yield f"sources.{name}.autonomy: draft needs trusted = true, or whoever can write there could begin a fix"
    for number, repository in enumerate(outline.repositories):
        if repository.autonomy == _DRAFT and not repository.draft:
            yield f"repositories[{number}].autonomy: draft needs pull requests that are drafts; leave draft = false out"


def _channel_faults(key: str, channel: _Channel, outline: Outline) -> Iterator[str]:
    yield from _unknown(key, channel.repository, outline)
    if channel.connect and channel.report_to in ("", channel.id):
        yield (
            f"{key}.report_to: with connect = true, name a channel of your own for its reports: what is found is not "
            "shown to another workspace"
        )


def _source_faults(key: str, name: str, source: _Source, kinds: Collection[str]) -> Iterator[str]:
    if not _NAME.fullmatch(name) or name in _TAKEN:
        yield f"{key}: a source's name is 1 to 40 of a-z, A-Z, 0-9, . _ -, and not slack"
    if source.kind in _TAKEN:
        yield f"{key}.kind: Slack is no source to name here; its channels are watched by [[channels]]"
    elif source.kind and source.kind not in kinds:
        yield f"{key}.kind: {source.kind!r} is not a source; there are {', '.join(sorted(kinds))}"
    for option in REQUIRED_OPTIONS.get(source.kind, ()):
        if source.options.get(option, "") == "":
            yield (
                f"{key}.options.{option}: it is missing, and a {source.kind} source cannot do without it; write "
                f'options = {{ {option} = "…" }} (docs/sources.md says what stands there)'
            )
    known = KNOWN_OPTIONS.get(source.kind, tuple(source.options))
    for option in sorted({*source.options} - {*known}):
        yield f"{key}.options.{option}: a {source.kind} source has no such option; there are {', '.join(known)}"
    try:
        seconds(source.options.get("lookback", "1d"))
    except ValueError as error:
        yield f"{key}.options.lookback: {error} (given: {source.options['lookback']!r})"


def _unknown(key: str, repository: str, outline: Outline) -> Iterator[str]:
    names = sorted(each.name for each in outline.repositories if each.name)
    if repository and repository not in names:
        known = ", ".join(names) or "none is configured"
        yield f"{key}.repository: {repository!r} is not among [[repositories]] ({known})"


def _repeated(table: str, names: list[str]) -> list[str]:
    return [
        f"{table}: {name!r} is there more than once" for name in sorted({n for n in names if n and names.count(n) > 1})
    ]
