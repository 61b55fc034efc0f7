"""The releases that a signal names, and which of two came first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from storage.records import Signal
from storage.reports.soaks import KnownReleases, NamedReleases

_LINE = re.compile(  # of a source that writes fields: `release: backend@4.12.3`, also behind `environment: production`
    r"^(?:environment:.*\s)?release[ \t]*[:=][ \t]*[`\"'*]*([\w.@+/-]{1,100}?)[`\"'*]*[ \t\r]*$",
    re.IGNORECASE | re.MULTILINE | re.ASCII,
)
_SAID = re.compile(  # of a person: `in version 4.12.3`, `**Version:** 4.12.3`; that of Python is another matter
    r"(?:^\W*|\b(?:in|on|at|to|of|with|since|from|using|running|still|the|our|your|app|product|affected|current)\s+)"
    r"(?:release|version)\W{1,8}v?\d+\.\d",
    re.IGNORECASE | re.MULTILINE | re.ASCII,
)
_NUMBERED = re.compile(r"(?<![\w.@])v?\d+(?:\.\d+)+(?:[-+][\w.+-]*\w)?", re.ASCII)
_VERSION = re.compile(
    r"(?:(?P<package>[\w./-]+)@)?v?(?P<numbers>\d+(?:\.\d+)+)(?P<rest>(?:[-+.]?[a-z+-].*)?)", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True)
class _Version:
    """A name that can be compared: `backend@v4.12.0-rc.1`."""

    package: str
    numbers: tuple[int, ...]  # without zeros at the end
    rest: str


def releases_in(signal: Signal, *, in_fields: bool) -> tuple[str, ...]:
    """Those that it names; `in_fields`: only where its source writes them, since its words quote a program's.

    A person who names one may name others in passing, so of their words all that may be one count.
    """
    text = f"{signal.title}\n{signal.body}"
    found = _LINE.findall(text)
    if not in_fields and (found or _SAID.search(text)):
        found += _NUMBERED.findall(text)
    return tuple(dict.fromkeys(found))


def is_from_before(name: str, signal: Signal, known: KnownReleases, mended_in: str = "") -> bool:
    """Whether a release that the signal names is one without the fix.

    It was named before the merge, or it comes before one that signals like this one had named by then. What people say
    that it is `mended_in` decides for itself where the two can be compared.
    """
    own, mended = _parsed(name), _first(mended_in.split())
    if own is not None and mended is not None:
        return own.numbers < mended.numbers
    if any(_is_same(name, each) for line in known.named for each in line.releases):
        return True
    like_it = (line for line in known.named if (line.source, line.labels) == (signal.source, signal.labels))
    return any(_is_earlier(own, _parsed(each)) for line in like_it for each in line.releases)


def by_line(signals: Iterable[tuple[Signal, tuple[str, ...]]], most: int) -> tuple[NamedReleases, ...]:
    """The releases that these signals name, apart for each source and what it files them under; of each so many."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, None]] = {}
    for signal, names in signals:
        found.setdefault((signal.source, signal.labels), {}).update(dict.fromkeys(names))
    return tuple(
        NamedReleases(source=source, labels=labels, releases=tuple(names)[:most])
        for (source, labels), names in found.items()
        if names
    )


def _parsed(name: str) -> _Version | None:
    """None for what has no order, such as a commit."""
    found = _VERSION.fullmatch(name)
    if found is None:
        return None
    numbers = [int(each) for each in found["numbers"].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return _Version(found["package"] or "", tuple(numbers), found["rest"])


def _first(words: Iterable[str]) -> _Version | None:
    return next((version for word in words if (version := _parsed(word)) is not None), None)


def _is_same(name: str, other: str) -> bool:
    """A person leaves the package out that a tool names with it."""
    if name == other:
        return True
    one, two = _parsed(name), _parsed(other)
    if one is None or two is None or (one.package and two.package and one.package != two.package):
        return False
    return (one.numbers, one.rest) == (two.numbers, two.rest)


def _is_earlier(one: _Version | None, other: _Version | None) -> bool:
    """Of one package. What differs in its build or candidate alone is not told apart."""
    return one is not None and other is not None and one.package == other.package and one.numbers < other.numbers
