"""How personal data looks: e-mail addresses, phone, card, account and insurance numbers, machines' addresses."""

from __future__ import annotations

import ipaddress
import re

from agents.placeholders import Kind, Rule

_EMAIL = re.compile(
    r"(?P<markup><mailto:)?(?<![\w.%+-])(?<!://)"
    r"(?P<value>[\w.%+'-]{1,64}@(?!v?\d+\.\d)(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})(?![\w@-])"
    r"(?(markup)(?:\|[^>\n]{0,200})?>)"
)
_NO_DOMAIN = re.compile(r"png|jpe?g|gif|svg|webp|ico|s?css|[jt]sx?|py|rb|go|rs|java|json|html|local", re.IGNORECASE)

_CARD = re.compile(
    r"(?<![\w.-])(?P<value>\d{4}([ -]?)\d{4}\2\d{4}\2\d{4}|3[47]\d{2}([ -]?)\d{6}\3\d{5}"
    r"|3[068]\d{2}([ -]?)\d{6}\4\d{4}|(?:2131|1800)\d{11})(?![\w-]|\.\d)"
)
_CARD_SPOKEN_OF = re.compile(
    r"\b(?:card|cc|visa|mastercard|amex|maestro)\b[^\d\n]{0,24}(?<![\w.-])(?P<value>\d{12,19})(?![\w-]|\.\d)",
    re.IGNORECASE,
)
_CARD_PREFIX = re.compile(r"4|5[0-9]|2[1-7]|6|3[0-9]|1800")
_IBAN = re.compile(r"(?<![\w-])(?P<value>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)(?![\w-])")
_SSN = re.compile(r"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-]|\.\d)")

_NUMBER = r"\(?\d{1,5}\)?(?:[ ./-]{0,2}\(?\d{1,5}\)?){1,6}"
_EXTENSION = r"(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?"
_PHONE_MARKUP = re.compile(r"(?P<markup><tel:)(?P<value>[+\d() ./-]{5,30})(?:\|[^>\n]{0,60})?>")
_INTERNATIONAL = re.compile(rf"(?<![\w+.:/-])(?P<value>\+\d{{1,3}}[ ./-]{{0,2}}{_NUMBER}{_EXTENSION})(?![\w-]|[.:,]\d)")
_NORTH_AMERICAN = re.compile(
    rf"(?<![\w+.:/#-])(?P<value>(?:\(\d{{3}}\)\s?|(?:001[ .-]|1[ .-])?\d{{3}}[-.])\d{{3}}[-. ]\d{{4}}{_EXTENSION})"
    r"(?![\w-]|[.:,]\d)"
)
_WITH_TRUNK_ZERO = re.compile(r"(?<![\w+.:/#-])(?P<value>0[1-9]\d{1,3}(?: \d{2,4}){2,4})(?![\w-]|[.:,]\d| \d)")
_SPOKEN_OF = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|fax|whatsapp|call(?:ed|ing)?(?: me| us)?|ring(?: me| us)?|text(?: me| us)?"
    r"|reach(?: me| us)?|telefon|handy|tél)\b(?: ?(?:number|no\.?|nr\.?))?(?: ?(?:is|at|on|under|unter|via))?"
    r"\s?[:=#.]?\s{0,2}"
    rf"(?P<value>\+?{_NUMBER}{_EXTENSION})(?![\w-]|[.:,]\d)",
    re.IGNORECASE,
)
_SHORTEST_PHONE, _LONGEST_PHONE = 8, 15  # digits of an international number, country code included
_SHORTEST_LOCAL, _SHORTEST_WITH_ZERO, _LONGEST_WITH_ZERO = 7, 9, 11

_IPV4 = re.compile(r"(?<![\w.-])(?P<value>(?:\d{1,3}\.){3}\d{1,3})(?![\w-]|\.\w)")
_IPV6 = re.compile(r"(?<![\w:.])(?P<value>[23][0-9a-f]{3}(?::{1,2}[0-9a-f]{1,4}){2,7}(?:::)?)(?![\w:])", re.IGNORECASE)
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:v|rv|ver|versions?|release[sd]?|build|update)|[=<>~!]=?|@|[A-Za-z0-9]/|[\w-]-|\d, )[\s=:\"']{0,3}\Z",
    re.IGNORECASE,
)
_ADDRESS_BEFORE = re.compile(
    r"\b(?:ips?|ipv4|addr(?:ess)?|host|client|from|server|peer|remote|by)\b[^.\n]{0,12}\Z|://\Z", re.IGNORECASE
)
_SMALL = 30  # three parts below it are more likely a version's than an address's


def _is_email(match: re.Match[str]) -> bool:
    name, _, domain = match["value"].partition("@")
    ending = domain.rpartition(".")[2]
    is_clone_address = name == "git" and match.string[match.end("value") : match.end("value") + 1] in (":", "/")
    return not _NO_DOMAIN.fullmatch(ending) and not is_clone_address


def _is_card(match: re.Match[str]) -> bool:
    """By issuer prefix and Luhn's check digit."""
    digits = [int(char) for char in match["value"] if char.isdigit()]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    plain = "".join(map(str, digits))
    return bool(_CARD_PREFIX.match(plain)) and (sum(digits[-1::-2]) + doubled) % 10 == 0 and len(set(digits)) > 1


def _is_iban(match: re.Match[str]) -> bool:
    """By ISO 7064's check digits."""
    plain = match["value"].replace(" ", "")
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _digits(match: re.Match[str]) -> int:
    number = re.split(r"x|ext", match["value"], flags=re.IGNORECASE)[0]
    return sum(char.isdigit() for char in number)


def _is_international(match: re.Match[str]) -> bool:
    is_decimal = re.fullmatch(r"\+\d+\.\d+", match["value"])
    return _SHORTEST_PHONE <= _digits(match) <= _LONGEST_PHONE and not is_decimal


def _has_trunk_zero(match: re.Match[str]) -> bool:
    return _SHORTEST_WITH_ZERO <= _digits(match) <= _LONGEST_WITH_ZERO


def _is_spoken_of(match: re.Match[str]) -> bool:
    """Dates and versions have the looks of local numbers, so they are told apart."""
    is_date = re.search(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\b\d{1,2}[-./]\d{1,2}[-./]\d{4}", match["value"])
    is_decimal = re.fullmatch(r"\d+(?:\.\d+){1,2}", match["value"])
    return _SHORTEST_LOCAL <= _digits(match) <= _LONGEST_PHONE and not is_date and not is_decimal


def _is_public(match: re.Match[str]) -> bool:
    """A public address. A version of four parts is told by what stands before it, by small parts or by final zeros."""
    value = match["value"]
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    if address.version != 4:  # noqa: PLR2004 the protocol's version
        return address.is_global
    before = match.string[max(0, match.start() - 24) : match.start()]
    is_small = all(int(part) < _SMALL for part in value.split(".")[:3]) and not _ADDRESS_BEFORE.search(before)
    is_version = is_small or value.endswith(".0.0") or _VERSION_BEFORE.search(before) is not None
    return address.is_global and not is_version


PERSONAL: tuple[Rule, ...] = (
    Rule(Kind.EMAIL, _EMAIL, _is_email),
    Rule(Kind.CARD, _CARD, _is_card),
    Rule(Kind.CARD, _CARD_SPOKEN_OF, _is_card),
    Rule(Kind.IBAN, _IBAN, _is_iban),
    Rule(Kind.SSN, _SSN),
    Rule(Kind.IP, _IPV4, _is_public),
    Rule(Kind.IP, _IPV6, _is_public),
    Rule(Kind.PHONE, _PHONE_MARKUP),
    Rule(Kind.PHONE, _INTERNATIONAL, _is_international),
    Rule(Kind.PHONE, _NORTH_AMERICAN),
    Rule(Kind.PHONE, _SPOKEN_OF, _is_spoken_of),
    Rule(Kind.PHONE, _WITH_TRUNK_ZERO, _has_trunk_zero),
)
"""In this order: what is more surely recognised goes first."""
