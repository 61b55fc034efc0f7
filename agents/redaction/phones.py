"""How phone numbers look: by their country code, by the North American form, or where one is spoken of."""

from __future__ import annotations

import re

from agents.redaction.placeholders import Kind, Rule

_GAP = "[ ./\u00a0\u202f\u2010-\u2013-]"  # also as word processors and web pages write it
_NUMBER = rf"\(?\d{{1,5}}\)?(?:{_GAP}{{0,2}}\(?\d{{1,5}}\)?){{1,6}}"
_EXTENSION = r"(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?"
_MARKUP = re.compile(r"(?P<markup><tel:)(?P<value>[+\d() ./-]{5,30})(?:\|[^>\n]{0,60})?>", re.IGNORECASE)
_INTERNATIONAL = re.compile(
    rf"(?:\+(?:(?<![\w+.:/-].)|(?<=\\[nrt].))|%2B)\d{{1,3}}{_GAP}{{0,2}}(?:\(0\)[ ]?)?"
    rf"{_NUMBER}{_EXTENSION}(?![\w-]|[.:,]\d)"
)
_NORTH_AMERICAN = re.compile(
    r"[(\d](?<![\w+.:/#-].)(?:(?<=\()\d{3}\)\s?|(?:(?<=0)01[ .-]\d{3}|(?<=1)[ .-]\d{3}|(?<=\d)\d\d)[-.])\d{3}[-. ]\d{4}"
    rf"{_EXTENSION}(?![\w-]|[.:,]\d)"
)
_WITH_TRUNK_ZERO = re.compile(r"0(?<![\w+.:/#-].)[1-9]\d{1,3}(?:(?: \d{2,4}){2,4}|-\d{6,7})(?![\w-]|[.:,]\d| \d)")
_WORDS = (
    "phone", "tel", "mobil", "cell", "fax", "whatsapp", "sms", "hotline", "voicemail", "landline", "call", "ring",
    "dial", "text", "reach", "contact", "answering", "messages to", "message to", "registered", "desk:", "office:",
    "handy", "tél", "number is", "number:", "rufnummer",
)  # fmt: skip
_SPOKEN_OF = re.compile(
    rf"(?:{'|'.join(map(re.escape, _WORDS))})"
    rf"(?=\D{{0,48}}\d)\w{{0,6}}(?!\w)(?:[^\d\n+(]{{0,32}}?|[ :]{{0,3}}\r?\n\s{{0,3}})"
    r"(?<=[\s:=#.(\"'`*])"
    rf"(?P<value>\+?{_NUMBER}{_EXTENSION})(?![\w-]|[.:,]\d)",
    re.IGNORECASE,
)
_OTHER_FIELD = re.compile(r"[{}]|,\s{0,3}[\"'][^\"']{1,30}[\"']\s{0,3}:")  # between a word and a quoted number
_SURE = re.compile(
    r"phone|telephone|tel|mobile?|cell|fax|whatsapp|hotline|handy|tél|rufnummer|landline|desk:|office:", re.IGNORECASE
)
_SHORTEST, _LONGEST = 8, 15  # digits of an international number, country code included
_SHORTEST_LOCAL, _SHORTEST_WITH_ZERO, _LONGEST_WITH_ZERO = 7, 9, 11


def _digits(text: str) -> int:
    number = re.split(r"x|ext", text, flags=re.IGNORECASE)[0]
    return sum(char.isdigit() for char in number)


def _is_international(match: re.Match[str]) -> bool:
    is_decimal = re.fullmatch(r"\+\d+\.\d+", match[0])
    if re.fullmatch(r"\+1(?!\d{10}\Z)\d+", match[0]):
        return False  # numbers of North America have ten digits more
    return _SHORTEST <= _digits(match[0]) <= _LONGEST and not is_decimal


def _has_trunk_zero(match: re.Match[str]) -> bool:
    return _SHORTEST_WITH_ZERO <= _digits(match[0]) <= _LONGEST_WITH_ZERO


def _is_spoken_of(match: re.Match[str]) -> bool:
    """Dates, versions, counts and ids have the looks of local numbers, so they are told apart."""
    value = match["value"]
    if not _SHORTEST_LOCAL <= _digits(value) <= _LONGEST:
        return False
    if re.search(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\b\d{1,2}[-./]\d{1,2}[-./]\d{4}", value):
        return False  # a date
    if ". " in value or re.match(r"(?:19|20)\d\d\D+(?:19|20)\d\d", value):
        return False  # two sentences, or two years
    if re.fullmatch(r"\d+(?:\.\d+){1,3}", value):
        return False  # a decimal or a version
    before = match.string[max(0, match.start() - 1) : match.start()]
    between = match.string[match.start() : match.start("value")]
    is_elsewhere = between.endswith(("'", '"')) and _OTHER_FIELD.search(between) is not None
    if before.isalnum() or before in ("_", ".") or is_elsewhere:
        return False  # the word is part of another one or of a name in code, or stands in another field of the data
    is_parted = re.search(r"\d[ ()./-]+\d", value) is not None
    return is_parted or _SURE.match(match[0]) is not None


PHONES: tuple[Rule, ...] = (
    Rule(Kind.PHONE, _MARKUP, signs=("<tel:",)),
    Rule(Kind.PHONE, _INTERNATIONAL, _is_international),
    Rule(Kind.PHONE, _NORTH_AMERICAN),
    Rule(Kind.PHONE, _SPOKEN_OF, _is_spoken_of, _WORDS),
    Rule(Kind.PHONE, _WITH_TRUNK_ZERO, _has_trunk_zero),
)
"""In this order: what is more surely recognised goes first."""
