"""A text prepared once, so that it can be compared with many."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agents.frames import LEAST, frames
from storage.searching.stems import SILENT, stems

Numbers = NDArray[np.float32]

TEXT_LIMIT, LEAD_LIMIT = 3_000, 500
_URL = re.compile(r"https?://[^\s<>|)\"']+")
_VERSION = re.compile(r"\b\d+(?:\.\d+)+\w*\b")
_CODE = re.compile(
    r"[A-Za-z_$]\w*(?:\.[A-Za-z_]\w*)+|\b\w+\(|\b[a-z]+[A-Z]\w+|\b[A-Z][a-z]+[A-Z]\w+|\b\w+_\w+|\b[A-Z]{2,}-\d+"
    r"|\b[A-Z]{3,}\d*\b|\b\w+(?:Error|Exception)\b|[\w-]+\.(?:js|py|java|html|css|xml|json|c|h|cpp|rb|ts|sh|m|kt|go)\b"
)
_PLAIN = re.compile(r"[A-Za-z]{2,29}")
_QUOTED = re.compile(
    r"\"([^\"\n]{3,60})\"|(?<!\w)'([^'\n]{3,60})'(?!\w)|`([^`\n]{3,60})`|“([^”\n]{3,60})”|(?<!\S)\*(\w[^*\n]{2,60})\*"
)
_MOST_QUOTED = 12


@dataclass(frozen=True)
class Saying:
    """A text as it is compared."""

    source: str
    labels: frozenset[str]  # what its source files it under
    at: dt.datetime
    title: frozenset[str]
    lead: frozenset[str]  # of the title and the first 500 characters
    whole: frozenset[str]
    code: frozenset[str]
    pairs: frozenset[str]  # neighbouring terms of the lead
    versions: frozenset[str]
    addresses: frozenset[str]
    frames: tuple[str, ...]
    title_words: tuple[str, ...]
    lead_words: tuple[str, ...]
    quoted: frozenset[str]  # what it gives word for word, in quotation marks, as code, or stressed
    plain: str  # the text in lower case, to look for what another quotes
    length: int
    vector: Numbers = field(compare=False)
    title_vector: Numbers = field(compare=False)
    sentence: Numbers = field(compare=False)  # a sentence transformer's vector; empty when there is none

    @property
    def is_trace(self) -> bool:
        """Whether it holds enough of a stack trace to be compared by it."""
        return len(self.frames) >= LEAST


@dataclass(frozen=True)
class Vectors:
    """What was made of a text: of all of it, of its title, and by a sentence transformer, if there is one."""

    text: Numbers
    title: Numbers
    sentence: Numbers


@dataclass(frozen=True)
class Origin:
    """Where a text comes from, and what is known of it there."""

    source: str
    at: dt.datetime
    labels: tuple[str, ...] = ()


def saying(title: str, body: str, *, origin: Origin, vectors: Vectors) -> Saying:
    """Prepare a text."""
    text = f"{title}\n{body}"
    lead = f"{title}\n{body[:LEAD_LIMIT]}"
    terms = stems(lead)
    return Saying(
        source=origin.source,
        labels=frozenset(origin.labels),
        at=origin.at,
        title=frozenset(stems(title)),
        lead=frozenset(terms),
        whole=frozenset(stems(text[:TEXT_LIMIT])),
        code=frozenset(_code(text[:TEXT_LIMIT])),
        pairs=frozenset(f"{one} {two}" for one, two in itertools.pairwise(terms)),
        versions=frozenset(_VERSION.findall(text[:TEXT_LIMIT])),
        addresses=frozenset(_URL.findall(text)),
        frames=frames(text),
        title_words=_plain(title)[:30],
        lead_words=_plain(lead)[:90],
        quoted=frozenset(_quoted(text[:TEXT_LIMIT])),
        plain=" ".join(text[:TEXT_LIMIT].lower().split()),
        length=len(text),
        vector=vectors.text,
        title_vector=vectors.title,
        sentence=vectors.sentence,
    )


def _code(text: str) -> Iterable[str]:
    for match in _CODE.finditer(_URL.sub(" ", text)):
        name = match[0].rstrip("(").lower()
        if len(name) > 2 and name not in SILENT:  # noqa: PLR2004 shorter ones say nothing
            yield name
        if "." in name:
            yield name.rpartition(".")[2]


def _plain(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in map(str.lower, _PLAIN.findall(text)) if word not in SILENT))


def _quoted(text: str) -> Iterable[str]:
    """The first few things that it quotes, without what is only one common word or no word at all."""
    found = (" ".join(next(filter(None, match.groups())).lower().split()) for match in _QUOTED.finditer(text))
    telling = (each.strip(".,:;!? ") for each in found if stems(each))
    return itertools.islice(dict.fromkeys(telling), _MOST_QUOTED)
