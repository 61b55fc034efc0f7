"""Secrets that stand in addresses: logins, parameters, links that let in whoever has them."""

from __future__ import annotations

import re

from agents.redaction.placeholders import Kind, Rule

NEXT = r"[\w.-]{1,40}\s?[:=]"  # the next of several settings in one line
UUID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)

_MORE = rf"(?(semi)&(?!(?:amp|lt|gt|quot);|{NEXT})|(?!))"  # in a list of settings an & parts nothing
_PASSWORD_PARAMETER = re.compile(
    rf"(?:[?&](?:amp;)?|(?P<semi>;))[\w-]{{0,30}}passw(?:or)?d=(?P<value>(?:[^\s&;<>\"'|)\]]|{_MORE}){{6,200}})",
    re.IGNORECASE,
)
_PARAMETER = re.compile(
    r"(?:[?&#](?:amp;)?|(?P<semi>;))(?:[\w-]{0,30}(?:token|secret|password|passwd|api_?key|apikey|signature|credential)|pwd|sig|jwt|auth|otp)"
    rf"=(?P<value>(?:[^\s&#;<>\"'|)\]]|{_MORE}){{6,2048}})",
    re.IGNORECASE,
)
_LOOSE_PARAMETER = re.compile(
    r"[?&#](?:amp;)?(?:key|code|state|k|t|nonce|ticket|session(?:_?id)?|sid)"
    r"=(?P<value>(?=[^\s&#<>|]{0,60}\d)(?=[^\s&#<>|]{0,60}[A-Za-z])[\w.~%+/=-]{16,2048})",
    re.IGNORECASE,
)
_IN_PATH = re.compile(
    r"/(?:reset(?:-password)?|verify|confirm|invite|magic-link|login|token|unsubscribe|activate|share)/"
    r"(?P<value>(?=[\w-]{0,60}\d)(?=[\w-]{0,60}[A-Za-z])[\w-]{16,512})(?![\w.-])",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r":(?:\\?/){2}[^\s/:@<>\"'?#]{0,100}:(?P<value>[^\s/<>\"']{1,255})@(?=[\w\[])")
_ENCODED_PASSWORD = re.compile(
    r"%3A%2F%2F(?:(?!%3A|%40|%2F)[^\s&]){0,100}%3A(?P<value>(?:(?!%40|%2F)[^\s&<>\"']){1,255})%40", re.IGNORECASE
)
_TOKEN = re.compile(r"(?<=http)s?://(?P<value>(?=[\w.-]{0,40}\d)[\w.-]{20,255})@(?=\w)", re.IGNORECASE)


_SLUG = re.compile(r"(?:[a-z]{2,}|v?\d{1,4})(?:[_-](?:[a-z]{1,}|v?\d{1,4})){2,}")  # of a page: words and small numbers


def _is_no_uuid(match: re.Match[str]) -> bool:
    return not UUID.fullmatch(match["value"])


def _is_no_name(match: re.Match[str]) -> bool:
    return _is_no_uuid(match) and not _SLUG.fullmatch(match["value"])


PARAMETERS: tuple[Rule, ...] = (
    Rule(Kind.SECRET, _PASSWORD_PARAMETER, needs=("passw",)),
    Rule(Kind.SECRET, _PARAMETER),
    Rule(Kind.SECRET, _LOOSE_PARAMETER, _is_no_uuid),
    Rule(Kind.SECRET, _IN_PATH, _is_no_name),
)
"""Secrets in the paths and queries of addresses, in what people and tools write."""

IN_ADDRESSES: tuple[Rule, ...] = (
    Rule(Kind.SECRET, _PASSWORD, signs=("://", ":\\/\\/")),
    Rule(Kind.SECRET, _ENCODED_PASSWORD, signs=("%3a%2f%2f",)),
    Rule(Kind.SECRET, _TOKEN, signs=("://", "s://")),
)
"""Secrets in addresses, source files included."""
