"""What stands in the place of something private: `<email:k3f9qa>`, the same for the same value in one installation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was taken out."""

    SECRET = "secret"  # noqa: S105 the name of a kind
    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    SSN = "ssn"
    IP = "ip"
    NAME = "name"


PLACEHOLDER = re.compile(rf"(<(?:{'|'.join(Kind)}):[a-z2-7]{{6}}>)")
"""Our own output; as a group, so that `split` keeps it."""

_HALF = re.compile(rf"<(?:{'|'.join(Kind)})?:?[a-z2-7]{{0,6}}\Z")
_SPACE = re.compile(r"\s")
_AROUND = 400  # characters around a replacement that are looked at again
_PUNCTUATION = re.compile(r"[^0-9a-z]", re.IGNORECASE)
_WRITTEN_IN_MANY_WAYS = frozenset({Kind.PHONE, Kind.CARD, Kind.IBAN, Kind.SSN})


def placeholder(kind: Kind, value: str, key: bytes) -> str:
    """The placeholder of a value. Without the key it cannot be told which value it stands for."""
    same = value if kind is Kind.SECRET else value.lower()
    if kind in _WRITTEN_IN_MANY_WAYS:
        same = _PUNCTUATION.sub("", same)
    digest = hmac.digest(key, f"{kind.value}:{same}".encode(errors="surrogatepass"), hashlib.sha256)
    return f"<{kind.value}:{base64.b32encode(digest)[:6].decode().lower()}>"


def cut_after(text: str, most: int) -> str:
    """The beginning of a text that is redacted; a placeholder that stands across the limit goes whole."""
    return text if len(text) <= most else _HALF.sub("", text[:most])


Span = tuple[int, int]
"""Where a part of a text begins and ends."""


@dataclass(frozen=True)
class Found:
    """Something private: where it stands in a text, and whose placeholder takes its place."""

    start: int
    end: int
    kind: Kind
    value: str


def _always(_: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """Something private by its looks. What the group `value` holds is private, or all of the match without one.

    `signs` are what the pattern can start with, in lower case; the pattern is tried only where one of them stands,
    which is what makes redaction quick. A rule without signs looks everywhere, if the text holds one of `needs`. Of a
    match whose group `markup` took part the whole goes, not only the value.
    """

    kind: Kind
    pattern: re.Pattern[str]
    is_one: Callable[[re.Match[str]], bool] = _always
    signs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def find(self, text: str, lower: str, span: Span) -> Iterator[Found]:
        """Everything private that this rule finds in that part of the text. `lower` is the text in lower case."""
        if self.needs and not any(lower.find(each, *span) >= 0 for each in self.needs):
            return
        matches = self._at_signs(text, lower, span) if self.signs else self.pattern.finditer(text, *span)
        for match in matches:
            if not self.is_one(match):
                continue
            if "value" not in self.pattern.groupindex:
                yield Found(match.start(), match.end(), self.kind, match[0])
            elif "markup" in self.pattern.groupindex and match["markup"]:
                yield Found(match.start(), match.end(), self.kind, match["value"])
            else:
                yield Found(match.start("value"), match.end("value"), self.kind, match["value"])

    def _at_signs(self, text: str, lower: str, span: Span) -> Iterator[re.Match[str]]:
        start, end = span
        for sign in self.signs:
            at = lower.find(sign, start, end)
            while at >= 0:
                match = self.pattern.match(text, at, end)
                if match:
                    yield match
                at = lower.find(sign, at + len(sign), end)


def lowered(text: str) -> str:
    """The text in lower case, with every character where it was: one letter alone has two in lower case."""
    return text.replace("\u0130", "i").lower()


def replaced(text: str, rules: Sequence[Rule], key: bytes, *, keep_lines: bool = False) -> str:
    """The text with a placeholder for everything that the rules find; the earlier rule wins where two overlap.

    Doing it again changes nothing: it looks again around what it placed, until nothing more is found. That ends, as
    every replacement leaves less that is no placeholder. With `keep_lines` a value of several lines leaves as many,
    so that what follows keeps its line number.
    """
    spans = [(0, len(text))]
    while spans:
        found = _found(text, rules, spans)
        pieces, at, length, spans = [], 0, 0, []
        for each in found:
            lines = "\n" * text.count("\n", each.start, each.end) if keep_lines else ""
            pieces += [text[at : each.start], placeholder(each.kind, each.value, key), lines]
            length += sum(map(len, pieces[-3:]))
            spans.append((length, length))
            at = each.end
        text = "".join((*pieces, text[at:]))
        spans = _widened(text, spans)
    return text


def _found(text: str, rules: Sequence[Rule], spans: Sequence[Span]) -> list[Found]:
    """What is private in these parts, by its place. Placeholders and what an earlier rule found are left alone."""
    taken = bytearray(len(text))
    for own in PLACEHOLDER.finditer(text):
        taken[own.start() : own.end()] = b"\1" * (own.end() - own.start())
    lower = lowered(text)
    found: list[Found] = []
    for rule in rules:
        for span in spans:
            for each in rule.find(text, lower, span):
                if each.end > each.start and taken.find(1, each.start, each.end) < 0:
                    taken[each.start : each.end] = b"\1" * (each.end - each.start)
                    found.append(each)
    return sorted(found, key=lambda each: each.start)


def _widened(text: str, spans: Sequence[Span]) -> list[Span]:
    """Each part with what stands around it, up to white space; parts that meet become one."""
    wide: list[Span] = []
    for start, end in spans:
        begin = max(0, start - _AROUND)
        if wide and end + _AROUND <= wide[-1][1]:
            continue  # no white space lies between: the part before ends where this one would
        after = _SPACE.search(text, end + _AROUND)
        stop = after.start() if after else len(text)
        if wide and begin <= wide[-1][1]:
            wide[-1] = (wide[-1][0], max(stop, wide[-1][1]))
        else:
            wide.append((begin, stop))
    return wide
