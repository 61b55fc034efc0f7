"""What the policy names and a source does not have: nothing would ever come of it, and nobody would be told why."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from bot.sources.source import Source
from storage.errors import SignalboxError

_TOLD = 10  # names that there are


@runtime_checkable
class Names(Protocol):
    """A source whose options name teams, labels or tags."""

    def strangers(self) -> tuple[str, ...]:
        """A sentence for each that it does not have. Raises SourceDown and SourceRejected."""
        ...


def named_in_vain(source: Source) -> tuple[str, ...]:
    """A sentence for each name in the policy that a source does not have, or on why that cannot be told."""
    if not isinstance(source, Names):
        return ()
    try:
        return tuple(
            f"{sentence}; nothing comes by that name, correct it in the policy" for sentence in source.strangers()
        )
    except SignalboxError as error:
        return (f"whether all that the policy names exists could not be looked up: {error}",)


def missing(named: Iterable[str], there: Iterable[str]) -> list[str]:
    """Those that are not there, however they are written."""
    known = {each.casefold() for each in there}
    return sorted(each for each in named if each.casefold() not in known)


def strange(what: str, name: str, there: Sequence[str]) -> str:
    """The sentence on one name: which there are, of many those that are written most like it."""
    if not there:
        return f"{what} {name} does not exist; there is none at all"
    if len(there) <= _TOLD:
        return f"{what} {name} does not exist; there {'is' if len(there) == 1 else 'are'} {', '.join(sorted(there))}"
    written = {each.casefold(): each for each in there}
    like = difflib.get_close_matches(name.casefold(), written, _TOLD // 2, 0.5)
    told = [written[each] for each in like] or sorted(there)[:_TOLD]
    return f"{what} {name} does not exist; there are {', '.join(told)} and {len(there) - len(told)} others"
