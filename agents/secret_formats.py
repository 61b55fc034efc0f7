"""How secrets look: the published formats of well-known issuers, keys, passwords in addresses, and assignments."""

from __future__ import annotations

import re

from agents.placeholders import Kind, Rule

_ISSUED = (
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",  # AWS
    r"gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}|v1\.[0-9a-f]{40}",  # GitHub
    r"gl(?:pat|dt|rt|cbt|ptt|soat)-[\w-]{20,255}",  # GitLab
    r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,255}|xapp-\d-[A-Za-z0-9-]{10,255}|xwfp-[A-Za-z0-9-]{10,255}",  # Slack
    r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,255}|whsec_[A-Za-z0-9+/=]{24,255}",  # Stripe
    r"AIza[\w-]{35}|ya29\.[\w-]{20,1024}|GOCSPX-[\w-]{28}",  # Google
    r"sk-(?:ant|proj|svcacct|admin|or)-[\w-]{20,255}|sk-[A-Za-z0-9]{32,255}",  # Anthropic, OpenAI, OpenRouter
    r"npm_[A-Za-z0-9]{36}|pypi-AgE[\w-]{40,255}|dckr_pat_[\w-]{20,255}|rubygems_[0-9a-f]{48}",  # package registries
    r"SG\.[\w-]{16,64}\.[\w-]{16,64}|key-[0-9a-f]{32}|\bSK[0-9a-f]{32}",  # SendGrid, Mailgun, Twilio
    r"do[opr]_v1_[0-9a-f]{64}|dapi[0-9a-f]{32}|hv[sb]\.[\w-]{24,255}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    r"hf_[A-Za-z]{34}|lin_api_[A-Za-z0-9]{32,64}|ntn_[A-Za-z0-9]{40,64}|ATATT3[\w=-]{60,255}",
    r"phx_[A-Za-z0-9]{32,64}|sntry[su]_[\w=+/-]{40,512}|NRAK-[A-Z0-9]{27}|AGE-SECRET-KEY-1[A-Z0-9]{58}",
    r"\d{8,10}:AA[\w-]{33}|(?:EAACEdEose0cBA|sq0(?:atp|csp)-)[\w-]{20,255}",  # Telegram, Meta, Square
    r"eyJ[\w-]{6,}\.(?:eyJ)?[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*\.[\w-]*)?",  # JWT, JWE
)
_KEY_BLOCK = re.compile(
    r"-----BEGIN (?P<what>[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----"
    r"(?:.{0,20000}?-----END (?P=what)-----|(?:\s{0,4}(?:\\n)?[A-Za-z0-9+/=:, -]{16,120}){0,400})",
    re.DOTALL,
)
_WEBHOOK = re.compile(
    r"(?:hooks\.slack\.com/(?:services|workflows|triggers)|discord(?:app)?\.com/api/webhooks)/(?P<value>[\w/-]{20,200})"
)

_KEY_NAME = (
    r"[\w.-]{0,60}?(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|auth[_-]?key"
    r"|private[_-]?key|signing[_-]?key|encryption[_-]?key|account[_-]?key|client[_-]?secret|connection[_-]?string)"
)
_QUOTED = re.compile(
    rf"(?<![\w.-])[\"']?{_KEY_NAME}[\"']?\]?\s{{0,3}}(?::=|=>|[:=])\s{{0,3}}(?P<quote>[\"'])(?P<value>[^\"'\s<>]{{6,512}})(?P=quote)",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<![\w.-])(?P<name>{_KEY_NAME})(?P<sign>\s{{0,3}}[:=]\s{{0,3}})(?P<value>[^\s\"'`<>&,;|(){{}}\[\]]{{6,512}})(?P<after>[(\[]?)",
    re.IGNORECASE,
)
_BEARER = re.compile(
    r"\b(?:bearer|basic|token|apikey)\s{1,3}(?P<value>(?=[^\s\"']{0,40}\d)[A-Za-z0-9._~+/=-]{16,2048})", re.IGNORECASE
)
_AWS_SECRET = re.compile(r"(?i:\baws.{0,20}?secret).{0,30}?(?<![\w/+=])(?P<value>[A-Za-z0-9/+]{40})(?![\w/+=])")
_PARAMETER = re.compile(
    r"[?&#;](?:[\w-]{0,30}(?:token|secret|password|passwd|api_?key|apikey|signature|credential)|sig|jwt|auth|session(?:id)?|sid|otp)"
    r"=(?P<value>[^\s&#<>\"'|)\]]{6,2048})",
    re.IGNORECASE,
)
_LOOSE_PARAMETER = re.compile(
    r"[?&#](?:key|code|state|k|t)=(?P<value>(?=[^\s&#<>|]{0,60}\d)(?=[^\s&#<>|]{0,60}[A-Za-z])[\w.~%+/=-]{16,2048})",
    re.IGNORECASE,
)
_IN_PATH = re.compile(
    r"(?<=/)(?:reset(?:-password)?|verify|confirm|invite|magic-link|login|token|unsubscribe|activate|share)/"
    r"(?P<value>(?=[\w-]{0,60}\d)(?=[\w-]{0,60}[A-Za-z])[\w-]{16,512})(?![\w.-])",
    re.IGNORECASE,
)
_PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)[^\s/:@<>\"'?#]{0,100}:(?P<value>[^\s/@<>\"']{1,255})(?=@)")
_TOKEN_IN_ADDRESS = re.compile(r"https?://(?P<value>(?=[\w.-]{0,40}\d)[\w.-]{20,255})(?=@)", re.IGNORECASE)

_NOT_SECRET = re.compile(
    r"changeme|default|disabled|empty|enabled|expired|false|filtered|hidden|invalid|masked|missing|none|null|optional"
    r"|(?:your)?_?passw(?:or)?d|placeholder|redacted|removed|required|secret|string|token|true|undefined|unknown|x+|\.+"
)
_EXPRESSION = re.compile(r"[$%{<+/~]|\.{1,2}/|\w+=|[A-Z]+(?:_[A-Z]+)*$|[A-Za-z_]\w*(?:\.\w+)+(?:@[0-9a-f]+)?$")
_MIXED = 2  # kinds of characters (lower, upper, digit, other), or different ones, that a value must have to look random


def _is_value(match: re.Match[str]) -> bool:
    """Whether what a password or token is set to looks like one, and not like code or a word about it."""
    value = match["value"]
    plain = value.strip(".:!?*…").lower()
    return not _NOT_SECRET.fullmatch(plain) and len(set(plain)) > _MIXED and not _EXPRESSION.match(value)


def _is_bare_value(match: re.Match[str]) -> bool:
    """Without quotes it may be code or prose: words, names and calls are no secrets."""
    value = match["value"].rstrip(".:!?")
    if not _is_value(match) or match["after"]:
        return False
    if "=" in match["sign"]:
        is_code = re.fullmatch(r"[A-Za-z_][\w.]*", value) and (_kinds(value) < _MIXED or "." in value or "_" in value)
        is_number = (
            value.replace(".", "").isdigit()
            and "pass" not in match["name"].lower()
            and "pwd" not in match["name"].lower()
        )
        return not is_number and not (is_code and not _has_digit_and_letter(value))
    return _has_digit_and_letter(value) and not re.fullmatch(r"[\w./-]+\.\w{1,4}|v?\d+(?:\.\d+)+|0x[0-9a-f]+", value)


def _is_long_literal(match: re.Match[str]) -> bool:
    """In source code only long mixed literals are secrets; short ones are fixtures and field names."""
    return len(match["value"]) >= 16 and _has_digit_and_letter(match["value"]) and _is_value(match)  # noqa: PLR2004


def _has_digit_and_letter(value: str) -> bool:
    return any(char.isdigit() for char in value) and any(char.isalpha() for char in value)


def _kinds(value: str) -> int:
    tests = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())
    return sum(any(test(char) for char in value) for test in tests)


def _secret(pattern: str | re.Pattern[str]) -> Rule:
    return Rule(Kind.SECRET, re.compile(pattern))


ISSUED: tuple[Rule, ...] = (
    _secret(_KEY_BLOCK),
    _secret(_WEBHOOK),
    _secret(_PASSWORD_IN_ADDRESS),
    _secret(_TOKEN_IN_ADDRESS),
    _secret(rf"(?<![A-Za-z0-9_])(?:{'|'.join(_ISSUED)})(?![A-Za-z0-9_])"),
)
"""Secrets wherever they stand, source files included."""

IN_CODE: tuple[Rule, ...] = (Rule(Kind.SECRET, _QUOTED, _is_long_literal),)
"""Further secrets in source files."""

IN_TEXT: tuple[Rule, ...] = (
    _secret(_BEARER),
    _secret(_AWS_SECRET),
    _secret(_PARAMETER),
    _secret(_LOOSE_PARAMETER),
    _secret(_IN_PATH),
    Rule(Kind.SECRET, _QUOTED, _is_value),
    Rule(Kind.SECRET, _BARE, _is_bare_value),
)
"""Further secrets in what people and tools write."""
