"""Secrets that only what stands around them tells: what a password or token is set to, headers, parts of addresses."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter

from agents.redaction.placeholders import Kind, Rule
from agents.redaction.secret_addresses import NEXT, PARAMETERS, UUID

# ── names that are set to a secret ──────────────────────────────────────────────────────────────────────────────────

_STEMS = (
    "pass",
    "pwd",
    "kennwort",
    "senha",
    "wachtwoord",
    "contrase",
    "secret",
    "token",
    "key",
    "connection",
    "credential",
)
_NAME = (
    r"(?P<name>pass(?:word|wd|phrase|wort|code|e(?= ?:))?\d?|pwd|kennwort|senha|wachtwoord|contrase[nñ]a"
    r"|secret(?:[_-]?key(?:[_-]?base)?)?|token"
    r"|key(?:[_-]?(?:id|base|secret))?|connection[_-]?string|credentials?)"
)
_KEY_OF = re.compile(
    r"(?:api|access|auth|private|signing|encryption|account|shared|client|licen[sc]e|secret|master|service|deploy"
    r"|subscription|app|storage|hmac|webhook|write|ingest|admin)[ _-]?\Z",
    re.IGNORECASE,
)
_CLOSED = r"(?:\\{0,7}[\"']|[*_]{1,2})?\]?\s{0,3}"
_ITS_VALUE = r",?\s{1,12}value:|,\s{0,3}\\{0,7}[\"']?value\\{0,7}[\"']?\s?:"  # beside its name, in YAML and JSON
_SIGN = rf"(?P<sign>:=|=>|%3D|\\u003d|[:=](?:[*_]{{1,2}}(?=\s))?|(?<=[\"'])\s?value=|{_ITS_VALUE}|,)\s{{0,3}}"
_QUOTED = re.compile(
    rf"{_NAME}{_CLOSED}{_SIGN}(?P<quote>\\{{0,7}}[\"'`])(?P<value>(?:(?!(?P=quote))(?:[^\s<>]|<(?![@#!]|\w{{1,20}}:)|(?<!:[a-z2-7]{{6}})>)){{6,512}})(?P=quote)",
    re.IGNORECASE,
)
_PIECE = r"[^\s\"'`<>&,;|(){}\[\]\\]"
_JOIN = (  # what may stand within a value, unless something else begins there
    rf"(?:&(?!(?:amp|lt|gt|quot);|{NEXT})|[,|](?!{NEXT})|;(?![\w. -]{{1,40}}=|{NEXT})"
    r"|[(\[{](?![^\s()\[\]{}]{0,200}[)\]}](?!\w))|[)\]}](?=\w))"  # a bracket that ends the word is a call or an index
)
_BARE = re.compile(
    rf"{_NAME}{_CLOSED}(?P<sign>:=|=>|%3D|\\u003d|[:=](?:[*_]{{1,2}}(?=\s))?|{_ITS_VALUE})\s{{0,3}}"
    rf"(?P<value>(?P<head>{_PIECE}{{6,512}}|{_PIECE}{{3,5}}(?=&{_PIECE}{{3}}))(?:{_JOIN}{_PIECE}{{1,512}}){{0,8}})"
    r"(?P<after>[(\[]?)",
    re.IGNORECASE,
)
_JOINS = re.compile(r"[&,;|(){}\[\]]")
_ELEMENT = re.compile(rf"{_NAME}>\s{{0,3}}(?P<value>[^\s<>]{{4,512}})\s{{0,3}}</", re.IGNORECASE)
_FLAG = re.compile(
    rf"{_NAME}\s{{1,2}}(?P<quote>[\"']?)(?P<value>[^\s\"'<>-][^\s\"'<>]{{4,512}})(?P=quote)", re.IGNORECASE
)
_FLAG_BEFORE = re.compile(r"(?<![\w-])--?(?:[a-z]{1,20}-){0,3}\Z", re.IGNORECASE)
_SAID = re.compile(
    rf"{_NAME}s?(?: \w{{1,12}}){{0,2}}\s(?:is|was|are|set to|ist|lautet)\s{{0,2}}:?\s{{0,2}}[\"'`*]{{0,2}}"
    r"(?P<value>[^\s\"'`]{6,200})",
    re.IGNORECASE,
)
_WITH_A_LOGIN = re.compile(
    r"(?P<name>pass(?:word|wd|wort|phrase)?|pwd|pw)\s{0,3}[:=]\s{0,3}(?P<value>[^\s\"'`<>,;]{3,200})", re.IGNORECASE
)
_NETRC = re.compile(
    r"machine\s{1,3}\S{1,255}\s{1,3}login\s{1,3}\S{1,255}\s{1,3}password\s{1,3}(?P<value>\S{1,255})", re.IGNORECASE
)
_LOGIN_BEFORE = re.compile(
    r"(?<![\w-])(?:user(?:name|[ _-]?id)?|login|log-?in|e-?mail|account|benutzer)\s{0,3}[:= ]\s{0,3}"
    r"[^\s:=]{2,80}\s{0,3}(?:[,;/|]|and|und|&)?\s{0,3}\Z",
    re.IGNORECASE,
)

_NOT_SECRET = re.compile(
    r"changeme|default|disabled|empty|enabled|expired|false|filtered|hidden|invalid|masked|missing|none|null|optional"
    r"|(?:your)?_?passw(?:or)?d|placeholder|redacted|removed|required|secret|string|token|true|undefined|unknown|x+|\.+"
)
_EXPRESSION = re.compile(
    r"\+.{0,200}\+$|\$\{|\$\(|\$[A-Za-z_]\w*$|%\w{1,30}%?$|[{<]|~?/[\w.@-]+(?:/[\w.@-]*)*$|\.{1,2}/|\w+=[^=\s]|[A-Z]+(?:_[A-Z]+)*$"
    r"|[A-Za-z_]\w*(?:\.\w+)+(?<!\d\d)(?:@[0-9a-f]+)?$"
)
_PARSER_BEFORE = re.compile(r"(?:unrecogni[sz]ed|unexpected|illegal|expected|unknown|next|of)\s{1,2}\Z", re.IGNORECASE)
_NO_VALUE = re.compile(r"[\w./-]+\.\w{1,4}|v?\d+(?:\.\d+)+|0x[0-9a-f]+|\d{4}-\d\d-\d\d\S*", re.IGNORECASE)
_TECHNICAL = re.compile(
    r"\d+[ -]?(?:bits?|bytes?|chars?|characters?|days?|hours?|h|m|s|min|th|st|nd|rd|kb)\b|base\d\d|sha-?\d|md5|utf-?\d+"
    r"|[rh]s\d{3}|oauth|https?:|x509|ipv\d|iso-?\d",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"[\w.-]+(?:/[\w.-]+)+\.[A-Za-z]\w{0,4}")
_MIXED = 2  # kinds of characters (lower, upper, digit, other), or different ones, that a value must have to look random
_LONG = 16
_RANDOM_LENGTH, _RANDOM_BITS, _RANDOM_KINDS = 24, 3.6, 3  # bits of entropy a character


def _is_named(match: re.Match[str]) -> bool:
    """Whether the name in front tells a secret: `key` alone does so only for what looks random."""
    name = match["name"].lower()
    if name == "pass":
        before = match.string[max(0, match.start() - 1) : match.start()]
        return before in ("_", "-", ".") or "=" in match.string[match.end("name") : match.end("name") + 4]
    if name == "token" and _PARSER_BEFORE.search(match.string, max(0, match.start() - 16), match.start()):
        return False  # a parser's complaint
    if not name.startswith("key"):
        return True
    value, owner = match["value"], _KEY_OF.search(match.string, max(0, match.start() - 16), match.start())
    return (owner is not None or _is_random(value)) and not _OBJECT.fullmatch(value)  # the key of an object in a store


def _is_random(value: str) -> bool:
    """Whether it looks drawn by lot: long, of several kinds of characters, with hardly a pattern."""
    if len(value) < _RANDOM_LENGTH or _kinds(value) < _RANDOM_KINDS or not _has_digit_and_letter(value):
        return False
    counts = Counter(value).values()
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
    return bits >= _RANDOM_BITS and re.fullmatch(r"[A-Za-z0-9+/=_~.-]+", value) is not None and value.count("-") < 3  # noqa: PLR2004 more of them part words


def _looks_set(match: re.Match[str], group: str = "value") -> bool:
    """Whether what a password or token is set to looks like one, and not like code or a word about it."""
    value = match[group]
    plain = value.strip(".:!?*…").lower()
    return not _NOT_SECRET.fullmatch(plain) and len(set(plain)) > _MIXED and not _EXPRESSION.match(value)


def _is_quoted_value(match: re.Match[str]) -> bool:
    if match["sign"] == "," and not _has_digit_and_letter(match["value"]):
        return False  # a list of names
    return _is_named(match) and _looks_set(match)


def _is_bare_value(match: re.Match[str]) -> bool:
    """Without quotes it may be code or prose: words, names and calls are no secrets."""
    value, name = match["value"].rstrip(".:!?"), match["name"].lower()
    if match["after"] or not _is_named(match) or not _looks_set(match) or not _looks_set(match, "head"):
        return False
    if match["sign"].rstrip("*_")[-1] not in ":>":
        is_code = all(map(_is_code, _JOINS.split(value)))
        is_number = value.replace(".", "").isdigit() and not name.startswith(("pass", "pwd"))
        return not is_number and not (is_code and not _has_digit_and_letter(value))
    return _has_digit_and_letter(value) and not _NO_VALUE.fullmatch(value)


def _is_code(word: str) -> bool:
    """Whether it reads as a name in a program."""
    is_plain = _kinds(word) < _MIXED or "." in word or "_" in word
    return re.fullmatch(r"[A-Za-z_][\w.]*", word) is not None and is_plain


def _is_element(match: re.Match[str]) -> bool:
    return _is_named(match) and _looks_set(match)


def _is_flag(match: re.Match[str]) -> bool:
    value = match["value"]
    if not _FLAG_BEFORE.search(match.string, max(0, match.start() - 64), match.start()):
        return False
    return _is_named(match) and _looks_set(match) and _kinds(value) >= _MIXED and not _NO_VALUE.fullmatch(value)


def _is_said(match: re.Match[str]) -> bool:
    """Told in a sentence: it must look made up, with digits or signs among its letters."""
    value = match["value"].rstrip(".:!?,;)")
    if not _is_named(match) or not _looks_set(match) or _TECHNICAL.match(value) or _NO_VALUE.fullmatch(value):
        return False
    return len(value) >= 6 and _has_digit_and_letter(value)  # noqa: PLR2004 as short as in the pattern


def _is_with_a_login(match: re.Match[str]) -> bool:
    """Beside a login even a plain word is a password."""
    before = _LOGIN_BEFORE.search(match.string, max(0, match.start() - 120), match.start())
    value = match["value"]
    return (
        before is not None
        and value[-1] != ":"
        and not _NOT_SECRET.fullmatch(value.strip(".)*!?").lower())
        and not _EXPRESSION.match(value)
    )


def _is_long_literal(match: re.Match[str]) -> bool:
    """In source code only long mixed literals are secrets; short ones are fixtures and field names."""
    value = match["value"]
    is_set = _is_named(match) and _looks_set(match) and match["sign"] != ","
    return is_set and len(value) >= _LONG and _has_digit_and_letter(value)


def _has_digit_and_letter(value: str) -> bool:
    return any(char.isdigit() for char in value) and any(char.isalpha() for char in value)


def _kinds(value: str) -> int:
    tests = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())
    return sum(any(test(char) for char in value) for test in tests)


# ── headers and command lines ───────────────────────────────────────────────────────────────────────────────────────

_SCHEME = re.compile(
    r"(?<![\w-])(?:bearer|token|apikey|basic)\s{1,3}(?P<value>[A-Za-z0-9._~+/=-]{8,4096})", re.IGNORECASE
)
_HEADER = re.compile(
    r"(?:authorization|x-[a-z-]{0,30}(?:auth|key|token|secret)|private-token)[\"']?\s{0,2}[:=]\s{0,2}[\"']?"
    r"(?P<value>[^\s\"',;=<>]{16,2048})",
    re.IGNORECASE,
)
_SESSION = re.compile(
    r"(?:sess(?:ion)?(?:[_.-]?(?:id|token|key))?|(?<![a-z])sid|csrftoken|xsrf-token)=(?P<value>[\w%.~+/-]{16,2048})",
    re.IGNORECASE,
)
_LOGIN_FLAG = re.compile(r"(?:-u|--user|--proxy-user)[ =]{1,2}[\"']?[\w.@+-]{1,80}:(?P<value>[^\s\"'<>]{4,200})")
_TOOL_FLAG = re.compile(
    r"(?:(?:mysql(?:dump|admin)?|mariadb)\s(?:[^\n|;]{0,120}?\s)?-p|sshpass\s{1,2}-p\s?|docker\slogin\s(?:[^\n|;]{0,120}?\s)?-p\s)"
    r"[\"']?(?P<value>[^\s\"'<>-][^\s\"'<>]{3,200})",
    re.IGNORECASE,
)
_AWS_SECRET = re.compile(
    r"aws.{0,24}?secret.{0,30}?(?<![\w/+=])(?P<value>(?=[^\s]{0,39}[A-Z])[A-Za-z0-9/+]{40})(?![\w/+=])", re.IGNORECASE
)
_LEAST_TOKEN = 16


def _is_scheme_value(match: re.Match[str]) -> bool:
    """What follows `Basic` must decode to a name and a password; what follows `Bearer`, look like a token."""
    value = match["value"]
    if match[0][:5].lower() == "basic":
        return _is_login(value)
    if len(value) < _LEAST_TOKEN or _NO_VALUE.fullmatch(value) or _EXPRESSION.match(value):
        return False
    return any(char.isdigit() for char in value)


def _is_login(value: str) -> bool:
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False


def _is_session(match: re.Match[str]) -> bool:
    """Session ids that are UUIDs are keys, by which a replay is found."""
    before = match.string[max(0, match.start() - 3) : match.start()].lower()
    is_cookie = before.endswith(("j", "php", "asp"))  # servers of Java write one in the digits of a UUID
    return _kinds(match["value"]) >= _MIXED and (is_cookie or not UUID.match(match["value"]))


def _is_header_value(match: re.Match[str]) -> bool:
    value = match["value"]
    return _has_digit_and_letter(value) and not UUID.fullmatch(value) and not _EXPRESSION.match(value)


def _is_tool_flag(match: re.Match[str]) -> bool:
    return not match["value"].isdigit() and not _EXPRESSION.match(match["value"])


def _is_no_number(match: re.Match[str]) -> bool:
    return not match["value"].isdigit()


IN_CODE: tuple[Rule, ...] = (Rule(Kind.SECRET, _QUOTED, _is_long_literal, _STEMS),)
"""Further secrets in source files."""

IN_TEXT: tuple[Rule, ...] = (
    Rule(Kind.SECRET, _SCHEME, _is_scheme_value, ("bearer", "token", "apikey", "basic")),
    Rule(Kind.SECRET, _AWS_SECRET, signs=("aws",)),
    *PARAMETERS,
    Rule(Kind.SECRET, _QUOTED, _is_quoted_value, _STEMS),
    Rule(Kind.SECRET, _BARE, _is_bare_value, _STEMS),
    Rule(Kind.SECRET, _ELEMENT, _is_element, _STEMS),
    Rule(Kind.SECRET, _FLAG, _is_flag, _STEMS),
    Rule(Kind.SECRET, _SAID, _is_said, _STEMS),
    Rule(Kind.SECRET, _WITH_A_LOGIN, _is_with_a_login, ("pass", "pwd", "pw")),
    Rule(Kind.SECRET, _NETRC, signs=("machine",)),
    Rule(Kind.SECRET, _HEADER, _is_header_value, ("authorization", "x-", "private-token")),
    Rule(Kind.SECRET, _SESSION, _is_session, ("sess", "sid", "csrftoken", "xsrf-token")),
    Rule(Kind.SECRET, _TOOL_FLAG, _is_tool_flag, ("mysql", "mariadb", "sshpass", "docker login")),
    Rule(Kind.SECRET, _LOGIN_FLAG, _is_no_number, ("-u", "--user", "--proxy-user")),
)
"""Further secrets in what people and tools write."""
