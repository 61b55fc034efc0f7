"""How secrets look that tell themselves by their own form: the published formats of well-known issuers, and keys."""

from __future__ import annotations

import re

from agents.redaction.placeholders import Kind, Rule

_BEFORE = (  # also after %3D in an address, \n and \u0022 in JSON, and a colour
    r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\\u00[0-9A-Fa-f]{2})|(?<=\[[01]m)|(?<=\[\d{2}m)|(?<=;\dm)|(?<=;\d\dm))"
)
_AFTER = r"(?![A-Za-z0-9])"

FORMATS: dict[str, tuple[tuple[str, ...], str]] = {
    "AWS": (("akia", "asia", "abia", "acca"), r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"),
    "GitHub": (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{36,255}"),
    "GitHub, fine-grained": (("github_pat_",), r"github_pat_[A-Za-z0-9_]{22,255}"),
    "GitHub, installation": (("v1.",), r"v1\.[0-9a-f]{40}"),
    "GitLab": (
        ("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glsoat-", "glft-", "glagent-", "gloas-", "glimt-"),
        r"gl(?:pat|dt|rt|cbt|ptt|soat|ft|agent|oas|imt)-[\w-]{20,255}(?:\.\w{2}\.\w{7,12})?",
    ),
    "Slack": (("xox", "xapp-", "xwfp-"), r"(?:xox[abceoprsd](?:\.xox[bp])?|xapp-\d|xwfp)-[A-Za-z0-9%-]{10,255}"),
    "Stripe": (
        ("sk_", "rk_", "whsec_"),
        r"(?:(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,255}|whsec_[A-Za-z0-9+/=]{24,255})",
    ),
    "Google": (
        ("aiza", "ya29.", "gocspx-", "1//0"),
        r"(?:AIza[\w-]{35}|ya29\.[\w-]{20,1024}|GOCSPX-[\w-]{28}|1//0[\w-]{40,255})",
    ),
    "OpenAI, Anthropic, OpenRouter": (
        ("sk-",),
        r"sk-(?:(?:ant|proj|svcacct|admin|or)-[\w-]{20,255}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9]{32,255})",
    ),
    "npm": (("npm_",), r"npm_[A-Za-z0-9]{36}"),
    "PyPI": (("pypi-age",), r"pypi-AgE[\w-]{40,1024}"),
    "Docker": (("dckr_",), r"dckr_(?:pat|oat)_[\w-]{20,255}"),
    "RubyGems": (("rubygems_",), r"rubygems_[0-9a-f]{48}"),
    "SendGrid": (("sg.",), r"SG\.[\w-]{16,64}\.[\w-]{16,64}"),
    "Mailgun": (("key-",), r"key-[0-9a-f]{32}"),
    "Twilio": (("sk",), r"SK[0-9a-f]{32}"),
    "DigitalOcean": (("dop_v1_", "doo_v1_", "dor_v1_"), r"do[opr]_v1_[0-9a-f]{64}"),
    "Databricks": (("dapi",), r"dapi[0-9a-f]{32}(?:-\d)?"),
    "HashiCorp": (("hvs.", "hvb.", "hvr."), r"hv[sbr]\.[\w-]{24,512}"),
    "Shopify": (("shpat_", "shpca_", "shppa_", "shpss_"), r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    "Hugging Face": (("hf_",), r"hf_[A-Za-z0-9]{34,37}"),
    "Linear": (("lin_api_", "lin_oauth_"), r"lin_(?:api|oauth)_[A-Za-z0-9]{32,64}"),
    "Notion": (("ntn_",), r"ntn_[A-Za-z0-9]{40,64}"),
    "Atlassian": (("atatt3", "atctt3"), r"AT[AC]TT3[\w=-]{60,255}"),
    "PostHog": (("phx_",), r"phx_[A-Za-z0-9]{32,64}"),
    "Sentry": (("sntrys_", "sntryu_"), r"sntry[su]_[\w=+/-]{40,512}"),
    "New Relic": (("nrak-",), r"NRAK-[A-Z0-9]{27}"),
    "Grafana": (("glc_", "glsa_"), r"(?:glc_[A-Za-z0-9+/]{32,400}={0,3}|glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8})"),
    "Supabase": (("sbp_", "sb_secret_"), r"(?:sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,64})"),
    "Doppler": (("dp.",), r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{1,40}\.)?[A-Za-z0-9]{40,44}"),
    "Postman": (("pmak-",), r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    "Planetscale": (("pscale_",), r"pscale_(?:tkn|pw|oauth)_[\w=.-]{32,64}"),
    "Square": (("eaaa", "sq0atp-", "sq0csp-"), r"(?:EAAA[\w-]{60}|sq0(?:atp|csp)-[\w-]{22,43})"),
    "Meta": (("eaacedeose0cba",), r"EAACEdEose0cBA[A-Za-z0-9]{20,255}"),
    "age": (("age-secret-key-1",), r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    "1Password": (("ops_eyj",), r"ops_eyJ[\w=+/-]{60,1500}"),
    "JWT": (  # also one that was cut off within its second part
        ("eyj",),
        (
            r"eyJ[\w-]{6,1024}\.(?:eyJ[\w-]{6,4096}(?:\.[\w-]{1,1024}(?:\.[\w-]{0,4096}\.[\w-]{0,1024})?)?"
            r"|[\w-]{6,4096}\.[\w-]{6,1024}(?:\.[\w-]{0,4096}\.[\w-]{0,1024})?)"
        ),
    ),
}
"""Per issuer the signs (lower case) at which its secrets start, and how they look."""

_START = r"(?:(?<![\w+/-])|(?<=%[0-9A-Fa-f]{2}))"
_TELEGRAM = re.compile(rf"{_START}\d{{8,10}}:AA[\w-]{{33}}(?![\w-])")
_TERRAFORM = re.compile(rf"{_START}[A-Za-z0-9]{{14}}\.atlasv1\.[\w=-]{{60,70}}{_AFTER}")
_MAILCHIMP = re.compile(rf"{_START}[0-9a-f]{{32}}-us\d{{1,2}}(?![\w-])")
_AZURE_KEY = re.compile(rf"{_START}[A-Za-z0-9+/]{{86}}==(?![A-Za-z0-9+/=])")  # 64 bytes
_ID_BEFORE = re.compile(r"\bids?\W{1,4}\Z", re.IGNORECASE)
_KEY_BLOCK = re.compile(
    r"-----BEGIN (?P<what>[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----"
    r"(?:.{0,20000}?-----END (?P=what)-----"
    r"|(?:\s{0,4}(?:\\{1,4}[nr]){0,2}(?:(?:>|&gt;|\|) ?)?[A-Za-z0-9+/=:, -]{16,120}){0,400})",
    re.DOTALL,
)
_PUTTY_KEY = re.compile(
    r"private-lines: ?\d{1,4}(?P<value>(?:\s{1,3}[A-Za-z0-9+/=]{4,80}(?![^\s])){1,400})", re.IGNORECASE
)
_WEBHOOKS = (
    "hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/",
    "discord.com/api/webhooks/", "discordapp.com/api/webhooks/", ".webhook.office.com/webhookb2/",
)  # fmt: skip
_SLASHED = tuple(each.replace("/", r"\/") for each in _WEBHOOKS)  # as many write JSON
_WEBHOOK = re.compile(
    rf"(?:{'|'.join(map(re.escape, _WEBHOOKS + _SLASHED))})(?P<value>(?:[\w/@-]|\\/){{20,300}})", re.IGNORECASE
)


def _is_no_id(match: re.Match[str]) -> bool:
    """Amazon's request ids are as long, and must stay: they are how a failed request is found."""
    return _ID_BEFORE.search(match.string, max(0, match.start() - 16), match.start()) is None


def _issued(signs: tuple[str, ...], form: str) -> Rule:
    return Rule(Kind.SECRET, re.compile(f"{_BEFORE}(?:{form}){_AFTER}"), signs=signs)


ISSUED: tuple[Rule, ...] = (
    Rule(Kind.SECRET, _KEY_BLOCK, signs=("-----begin ",)),
    Rule(Kind.SECRET, _PUTTY_KEY, signs=("private-lines:",)),
    Rule(Kind.SECRET, _WEBHOOK, signs=_WEBHOOKS + _SLASHED),
    *(_issued(signs, form) for signs, form in FORMATS.values()),
    Rule(Kind.SECRET, _TELEGRAM, needs=(":aa",)),
    Rule(Kind.SECRET, _TERRAFORM, needs=(".atlasv1.",)),
    Rule(Kind.SECRET, _MAILCHIMP, needs=("-us",)),
    Rule(Kind.SECRET, _AZURE_KEY, _is_no_id, needs=("==",)),
)
"""Secrets wherever they stand, source files included."""
