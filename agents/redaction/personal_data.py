"""How personal data looks: e-mail addresses, card, account and insurance numbers, machines' addresses.

Patterns begin with the character they stand on and look behind after it: so the search for a place to start is quick.
"""

from __future__ import annotations

import ipaddress
import re

from agents.redaction.phones import PHONES
from agents.redaction.placeholders import Kind, Rule

_BEGINS = (
    r"(?:(?<![\w.-].)|(?<=\\[nrt].)|(?<=(?<!\w)_.))"  # behind the first character: \n in JSON and _ as a mark may be
)
_ENDS = r"(?!(?!_(?!\w))[\w-]|\.\d)"
_AT = r"(?:@|%40|%2540|\\u0040|&#64;)"
_DOMAIN = r"(?!v?\d+\.\d)(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!(?!_(?!\w))[\w@-])"
_EMAIL = re.compile(
    rf"[\w+](?:(?<=%[0-9A-Fa-f]{{2}}.)|(?<=\\u00[0-9A-Fa-f]{{2}}.)|(?<=\\[nrt].)|(?<![\w+%].))[\w.+-]{{0,63}}{_AT}{_DOMAIN}"
)
_GAP = "[ \u00a0\u202f\u2010-\u2013-]"  # between groups, also as word processors and web pages write it
_HOST_BEFORE = re.compile(r"://[^\s/@:]{0,64}\Z")  # what is a container's name or a user's, and no address of a person
_SERVICE_BEFORE = re.compile(r"\w/[\w.-]{0,64}\Z")  # a Kerberos service: nn/host@REALM
_EMAIL_MARKUP = re.compile(
    rf"(?P<markup><mailto:)(?P<value>[\w.%+'-]{{1,64}}@{_DOMAIN})(?:\|[^>\n]{{0,200}})?>", re.IGNORECASE
)
_NO_DOMAIN = re.compile(
    r"png|jpe?g|gif|svg|webp|ico|s?css|[jt]sx?|rb|go|java|json|html|local|service|socket|timer|slice|mount",
    re.IGNORECASE,
)

_CARD = re.compile(
    rf"\d{_BEGINS}(?:\d{{3}}({_GAP}?)\d{{4}}\1\d{{4}}\1\d{{4}}|(?<=3)[47]\d{{2}}({_GAP}?)\d{{6}}\2\d{{5}}"
    rf"|(?<=3)[068]\d{{2}}({_GAP}?)\d{{6}}\3\d{{4}}|(?:(?<=2)131|(?<=1)800)\d{{11}}){_ENDS}"
)
_CARD_SPOKEN_OF = re.compile(
    r"(?:card|cc|visa|mastercard|amex|maestro)\b[^\d\n]{0,24}(?<![\w.-])"
    r"(?P<value>\d{4}(?:[ -]?\d){8,15})(?![\w-]|\.\d)",
    re.IGNORECASE,
)
_CARD_PREFIX = re.compile(r"4|5[0-9]|2[1-7]|6|3[0-9]|1800")

_IBAN = re.compile(
    rf"[A-Z]{_BEGINS}[A-Z]\d{{2}}(?:[ \u00a0]?[A-Z0-9]{{4}}){{2,7}}(?:[ \u00a0]?[A-Z0-9]{{1,3}})?{_ENDS}"
)
_IBAN_SPOKEN_OF = re.compile(
    r"(?:iban|account|konto)\b[^\n]{0,40}?(?<![\w-])"
    r"(?P<value>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)(?![\w-])",
    re.IGNORECASE,
)
_IBAN_LENGTHS = {
    "NO": 15, "BE": 16, **dict.fromkeys(("DK", "FI", "FO", "GL", "NL", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19), **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "MN", "XK"), 20),
    **dict.fromkeys(("CH", "CR", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "OM", "SO", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25), **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29), **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31), "LC": 32, "RU": 33,
}  # fmt: skip

_SSN = re.compile(rf"[0-8]{_BEGINS}\d{{2}}(?<!000)(?<!666)-(?!00)\d{{2}}-(?!0000)\d{{4}}{_ENDS}")
_SSN_LABELLED = re.compile(
    r"(?:ssn|social security(?: (?:number|no\.?|#))?)\b[^\d\n]{0,20}(?P<value>\d{3}[- ]?\d{2}[- ]?\d{4})(?![\w-]|\.\d)",
    re.IGNORECASE,
)

_IPV4 = re.compile(rf"\d{_BEGINS}\d{{0,2}}\.(?:\d{{1,3}}\.){{2}}\d{{1,3}}(?!(?!_(?!\w))[\w-]|\.\w)")
_IPV6 = re.compile(r"[0-9a-f](?<![\w:.].)[0-9a-f]{0,3}(?::{1,2}[0-9a-f]{1,4}){2,7}(?:::)?(?![\w:])", re.IGNORECASE)
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:v|rv|ver|versions?|release[sd]?|build|update)|[=<>~!]=?|@|[A-Za-z0-9]/|[\w-]-|\d, )[\s=:\"']{0,3}\Z",
    re.IGNORECASE,
)
_PRIVATE_BEFORE = re.compile(
    r"(?<![\w.])(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}, \Z"
)  # a list of hops
_ADDRESS_BEFORE = re.compile(
    r"\b(?:ips?|ipv4|addr(?:ess)?|host|client|from|server|peer|remote|by)\b[^.\n]{0,12}\Z|://\Z", re.IGNORECASE
)
_CHANGE_BEFORE = re.compile(r"\b(?:updat|upgrad|downgrad|bump|version|releas|install|migrat)", re.IGNORECASE)
_SMALL, _SMALLISH = 30, 100  # a first part below the one and others below the other are rather a version's
_GROUPS = 8  # of an IPv6 address written out


def _is_email(match: re.Match[str]) -> bool:
    value = match["value"] if "value" in match.re.groupindex else match[0]
    name, _, domain = re.sub(_AT, "@", value).partition("@")
    ending = domain.rpartition(".")[2]
    is_clone_address = name == "git" and match.string[match.end() : match.end() + 1] in (":", "/")
    if _NO_DOMAIN.fullmatch(ending) or is_clone_address:
        return False
    before = match.string[max(0, match.start() - 72) : match.start()]
    is_service = domain.isupper() and _SERVICE_BEFORE.search(before) is not None
    return not is_service and not _HOST_BEFORE.search(before)


def _is_card(match: re.Match[str]) -> bool:
    """By issuer prefix and Luhn's check digit."""
    value = match["value"] if "value" in match.re.groupindex else match[0]
    digits = [int(char) for char in value if char.isdigit()]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    plain = "".join(map(str, digits))
    is_real = len(set(digits)) > 1 and "0" * 10 not in plain
    return is_real and bool(_CARD_PREFIX.match(plain)) and (sum(digits[-1::-2]) + doubled) % 10 == 0


def _is_iban(match: re.Match[str]) -> bool:
    """By its country's length and ISO 7064's check digits."""
    value = match["value"] if "value" in match.re.groupindex else match[0]
    plain = re.sub(r"\s", "", value).upper()
    if _IBAN_LENGTHS.get(plain[:2]) != len(plain):
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _is_public_v4(match: re.Match[str]) -> bool:
    """A public address. A version of four parts is told by what stands before it, by small parts or by final zeros."""
    value = match[0]
    try:
        address = ipaddress.IPv4Address(value)
    except ValueError:
        return False
    before = match.string[max(0, match.start() - 24) : match.start()]
    is_version = _VERSION_BEFORE.search(before) and not _PRIVATE_BEFORE.search(before)
    if not address.is_global or value.endswith(".0.0") or is_version:
        return False
    first, *others = (int(part) for part in value.split("."))
    if first >= _SMALL or any(part >= _SMALLISH for part in others):
        return True
    changes = _CHANGE_BEFORE.search(match.string, max(0, match.start() - 60), match.start())
    return _ADDRESS_BEFORE.search(before) is not None and changes is None


def _is_public_v6(match: re.Match[str]) -> bool:
    """A public address: one of the block that is given out, or any written out in groups of more than a byte."""
    groups = match[0].split(":")
    is_long = any(len(group) > 2 for group in groups)  # noqa: PLR2004 digits of a byte
    is_written_out = is_long and len(groups) == _GROUPS
    if not is_written_out and (groups[0][0] not in "23" or len(groups[0]) != 4):  # noqa: PLR2004 digits of a group
        return False
    try:
        return ipaddress.IPv6Address(match[0]).is_global
    except ValueError:
        return False


EMAIL = Rule(Kind.EMAIL, _EMAIL, _is_email, needs=("@", "%40", "%2540", "\\u0040", "&#64;"))
PERSONAL: tuple[Rule, ...] = (
    Rule(Kind.EMAIL, _EMAIL_MARKUP, _is_email, ("<mailto:",)),
    EMAIL,
    Rule(Kind.CARD, _CARD, _is_card),
    Rule(Kind.CARD, _CARD_SPOKEN_OF, _is_card, ("card", "cc", "visa", "mastercard", "amex", "maestro")),
    Rule(Kind.IBAN, _IBAN, _is_iban),
    Rule(Kind.IBAN, _IBAN_SPOKEN_OF, _is_iban, ("iban", "account", "konto")),
    Rule(Kind.SSN, _SSN),
    Rule(Kind.SSN, _SSN_LABELLED, signs=("ssn", "social security")),
    Rule(Kind.IP, _IPV4, _is_public_v4),
    Rule(Kind.IP, _IPV6, _is_public_v6, needs=(":",)),
    *PHONES,
)
"""In this order: what is more surely recognised goes first."""
