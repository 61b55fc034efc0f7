"""Whom and what a report names that its repository does not: customers, people, places, sums, hosts. Pure.

Nobody can list all names. A word counts as one when it is written as names are, in the midst of a sentence or where
the agent itself writes it so; `known` words, those that the repository holds, never do.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|<[^>\n]{1,80}>", re.DOTALL)
_URL = re.compile(r"https?://(?:[^\s/@]*@)?([\w.-]+\.\w+)\S*")
_SUM = re.compile(
    r"[€$£]\s?(\d[\d.,]{0,20}\s?(?:k|m|bn|mn)\b)"
    r"|(?<![\w.,])(\d[\d.,]{0,20}\s?(?:k|m|bn|mn))\s?(?:€|\$|£|EUR\b|USD\b|GBP\b|CHF\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")  # of an identifier: camelCase, snake_case
_OWN = re.compile(r"['\u2019]s?$")
_ENDED = re.compile(r"(?:^|[.!?:;\n\u2022|])[\s\"'\u201c\u2018(\[*_>#-]*\Z")  # a sentence begins behind it
_NEAR = 20  # characters
_GAP = re.compile(r"\s+")
_OF_CODE = re.compile(r"[.:(/_\\=@#][\w:]")
_FAULT = re.compile(r"(?:Error|Exception|Warning)s?$")
_SHORTEST = 3
_SHORT = 4  # may be any word: Mark, Bill, May
_HEADING = 0.6  # of its words begin with a capital: they say nothing about names
_COMMON = (
    "alpine amazon android apache apple arm azure bash chrome chromium cloudflare debian docker english excel fedora"
    " firefox french gecko german git gnome google graphql intel ios italian java javascript kotlin kubernetes latin"
    " linux mac macos markdown microsoft mongo mozilla mysql nginx node oracle postgres powershell python react redis"
    " ruby rust safari spanish sqlite swift typescript ubuntu unicode unix webkit webpack windows"
)  # what code runs on and speaks
_EVERYBODYS = frozenset(_COMMON.split())


@dataclass(frozen=True)
class Particulars:
    """What is not to be repeated: `names` wherever it stands, `doubtful` where it is written as a name again."""

    names: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()  # sums and hosts, as they were written

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that the repository may know."""
        return tuple(sorted(self.names | self.doubtful | self.others))

    def but(self, known: Container[str]) -> Particulars:
        """Those that are not known."""
        return Particulars(
            *(
                frozenset(word for word in words if word not in known)
                for words in (self.names, self.doubtful, self.others)
            )
        )

    def in_prose(self, text: str) -> list[str]:
        """Those that the text names, in its order."""
        told = [name for name, initial in _capitals(text) if name in (self.names if initial else self._all)]
        return [*dict.fromkeys(told), *self._others_in(text)]

    def in_code(self, text: str) -> list[str]:
        """Those that code or a path holds, as words or in identifiers; short ones, such as May, as names."""
        found = (*_PIECE.findall(text), *_WORD.findall(text))
        told = (one.lower() for one in found if len(one) > _SHORT or one[0].isupper())
        return [*dict.fromkeys(one for one in told if one in self.names), *self._others_in(text)]

    @property
    def _all(self) -> frozenset[str]:
        return self.names | self.doubtful

    def _others_in(self, text: str) -> list[str]:
        low = text.lower()
        return sorted(one for one in self.others if re.search(rf"(?<![\w.]){re.escape(one)}(?!\w)", low))


def particulars_of(prose: Iterable[str]) -> Particulars:
    """What these words name, in small letters."""
    names: set[str] = set()
    doubtful: set[str] = set()
    others: set[str] = set()
    for text in prose:
        others |= {host.lower() for host in _URL.findall(text)}
        others |= {(before or behind).lower() for before, behind in _SUM.findall(text)}
        for line in _CODE.sub(" ` ", _URL.sub(" ` ", text)).split("\n"):
            heading = _is_heading(line)
            for name, initial in _capitals(line):
                (doubtful if initial or heading else names).add(name)
    return Particulars(frozenset(names), frozenset(doubtful - names), frozenset(others))


def _capitals(text: str) -> Iterator[tuple[str, bool]]:
    """Words written as names are, in small letters, and whether one only begins a sentence.

    The first word of a sentence is part of a name when the next one is, as in “Acme Freight says”.
    """
    found = [one for one in _WORD.finditer(text) if _is_name(one, text)]
    nexts = {one.start() for one in found}
    for one in found:
        initial = _ENDED.search(_before(text, one.start())) is not None
        gap = _GAP.match(text, one.end())
        followed = gap is not None and gap.end() in nexts
        yield _OWN.sub("", one[0]).lower(), initial and not followed


def _before(text: str, at: int) -> str:
    """The few characters before a place: to look at all of them for each word takes a minute for one long line."""
    return text[:at] if at <= _NEAR else f"x{text[at - _NEAR : at]}"


def _is_name(word: re.Match[str], text: str) -> bool:
    said = _OWN.sub("", word[0])
    if len(said) < _SHORTEST or not said[0].isupper() or said.isupper() or said.lower() in _EVERYBODYS:
        return False
    before, behind = text[max(0, word.start() - 1) : word.start()], text[word.end() : word.end() + 2]
    return not (_FAULT.search(said) or _OF_CODE.match(behind) or before in {".", "/", "_", ":", "\\", "@", "#", "$"})


def _is_heading(line: str) -> bool:
    words = _WORD.findall(line)
    return len(words) > 2 and sum(word[0].isupper() for word in words) >= _HEADING * len(words)  # noqa: PLR2004 a name
