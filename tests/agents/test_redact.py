"""Redaction: what is private goes, what only looks alike stays, and doing it twice changes nothing."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.placeholders import PLACEHOLDER
from agents.redact import Redactor
from tests.factories import a_raw_signal

REDACTOR = Redactor(b"a key of this test")
LETTERS = "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD"  # 32 of them; put together below, so that no secret stands in this file

SECRETS = {
    "AWS": "AKIA" + "IOSFODNN7EXAMPL3",
    "GitHub": "ghp_" + LETTERS + "aB3d",
    "GitHub, fine-grained": "github_pat_" + LETTERS,
    "GitLab": "glpat-" + LETTERS[:20],
    "Slack, bot": "xoxb-" + "123456789012-123456789012-" + LETTERS[:24],
    "Slack, app": "xapp-1-" + "A012-345-" + LETTERS,
    "Stripe": "sk_live_" + LETTERS[:24],
    "Google": "AIza" + LETTERS + "aB3",
    "Google, OAuth": "ya29." + LETTERS,
    "Anthropic": "sk-ant-api03-" + LETTERS + "-" + LETTERS,
    "OpenAI": "sk-proj-" + LETTERS,
    "OpenAI, old": "sk-" + LETTERS + LETTERS[:16],
    "npm": "npm_" + LETTERS + "aB3d",
    "SendGrid": "SG." + LETTERS[:22] + "." + LETTERS + "aB3dE6gH9jK",
    "Linear": "lin_api_" + LETTERS + LETTERS[:8],
    "JWT": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + LETTERS,
}
IN_CONTEXT = {
    "a password that is set": ("DB_PASSWORD=correct-horse-7", "correct-horse-7"),
    "a password that is told": ("user: gateway\nPassword: gateway111", "gateway111"),
    "a quoted token": ('{"api_key": "k9j8h7g6f5", "id": 3}', "k9j8h7g6f5"),
    "a password in an address": ("postgres://app:s3cr3t-pw@db.acme.example/shop", "s3cr3t-pw"),
    "a token in an address": ("git clone https://" + LETTERS + "@git.acme.example/shop", LETTERS),
    "a bearer token": ("Authorization: Bearer abcdef0123456789abcdef", "abcdef0123456789abcdef"),
    "a token in a query": ("GET /cb?access_token=q1w2e3r4t5&page=2", "q1w2e3r4t5"),
    "a signature in a query": (
        "https://bucket.example/f?X-Amz-Signature=0f9e8d7c6b5a&Expires=1298399992",
        "0f9e8d7c6b5a",
    ),
    "a link that signs in": ("https://app.example/reset-password/Zx9Yw8Vu7Ts6Rq5P?x=1", "Zx9Yw8Vu7Ts6Rq5P"),
    "a webhook": (
        "https://hooks.slack.com/services/" + "T01234567/B01234567/" + LETTERS[:24],
        "T01234567/B01234567/" + LETTERS[:24],
    ),
    "an AWS secret": ("aws secret key is " + LETTERS + "/+aB3dE6", LETTERS + "/+aB3dE6"),
}
PERSONAL = {
    "e-mail": ("write to Ada.Lovelace+news@mail.acme.example please", "Ada.Lovelace+news@mail.acme.example", "email"),
    "e-mail in Slack's markup": ("by <mailto:ada@acme.example|ada@acme.example>", "ada@acme.example", "email"),
    "phone, international": ("call +49 151 2345 6789 after five", "+49 151 2345 6789", "phone"),
    "phone, American": ("my number is (555) 123-4567.", "(555) 123-4567", "phone"),
    "phone, spoken of": ("tel. 030/1234567, ask for Marit", "030/1234567", "phone"),
    "phone in Slack's markup": ("<tel:+4915123456789|0151 23456789>", "+4915123456789", "phone"),
    "card": ("card 4111 1111 1111 1111 was charged", "4111 1111 1111 1111", "card"),
    "card, plain": ("5500005555555559 was refused", "5500005555555559", "card"),
    "account": ("IBAN DE89 3704 0044 0532 0130 00 is refused", "DE89 3704 0044 0532 0130 00", "iban"),
    "insurance number": ("my SSN 123-45-6789 is shown", "123-45-6789", "ssn"),
    "IPv4": ("client: 88.198.24.108, server: api", "88.198.24.108", "ip"),
    "IPv6": ("from 2a01:4f8:c17:b0f::2 at noon", "2a01:4f8:c17:b0f::2", "ip"),
}
SURVIVES = {
    "a stack frame": '  File "humanize/number.py", line 511, in metric\n    exponent = floor(math.log10(value))',
    "a Java frame": "\tat org.apache.hadoop.fs.s3a.S3AFileSystem.innerGetFileStatus(S3AFileSystem.java:3866)",
    "an object's address": "token = android.os.BinderProxy@42a76558, <Task at 0x7f2b1c3d4e50>",
    "versions": "humanize 4.3.0, Java 1.6.0.51, Chrome/119.0.6045.105, rv:1.9.2.6, sweeper@3.8.1, v10.15.7.1",
    "a release": "release: dashboard@2026.11.18 environment: production events: 1,204 in 9 h users: 61",
    "a UUID": "replay 0193b5e2-7c1d-7a44-9b1e-4f5c6d7e8f90 of 12345678-1234-4111-8111-111111111111",
    "a commit": "reverted by 3f2a9c1e8b7d6f5a4c3b2a1908f7e6d5c4b3a291 (was b1ee687)",
    "times": "2026-11-19 09:41:07.002, 2026-11-19T09:41:07+01:00, 20:15, 1795157642118, 01-25 17:43:51.119",
    "Slack's times": "1795157642.118209 https://acme.slack.example/archives/C07SOLAR/p1795157642118209",
    "Slack's markup": "<@U012AB3CD> in <#C07SOLAR|solar>: <https://acme.example/a?b=1|here>, <!subteam^S01>",
    "issue links": "https://git.acme.example/acme/app/issues/31 and acme/app#31, PLAT-318, SOLAR-DASHBOARD-1A7",
    "a clone address": "git@github.com:acme/shop.git and ssh://git@github.com/acme/shop.git",
    "private addresses": "http://localhost:8080, 127.0.0.1, 10.0.0.12, 192.168.1.1, 172.16.0.9, ::1, fe80::1",
    "prose about secrets": "The token is invalid. Password: required. secret: None, token=undefined, api_key = null",
    "code about secrets": "token = parser.next_token()\nlogin(password=user.password, token=get_token())",
    "counts": "max_tokens=4096, tokens: 120400, keys: 31, attempts 3 of 10, 1 234 567 rows, 14 of 2,300",
    "code names": "std::vector<int>, a::b::c, beef::cafe, @property, icon@2x.png, x @ y, 4:3:2:1",
    "a diff": "@@ -12,7 +12,8 @@\n-    return 1234567\n+    return 12345678",
    "a card that is none": "order 4111111111111112, build 1234567890123456, id 0000000000000000",
    "a memory map": "+145.76430723, +450.00000000 7f2b1c3d4000-7f2b1c3d5000 r-xp 00000000 08:01",
    "a working folder": "PWD=/home/ci/build, PATH=/usr/bin",
    "a CSS class": "sk-loading-indicator-container and eyJ are only names",
}


@pytest.mark.parametrize("issuer", SECRETS)
def test_a_secret_of_a_known_issuer_goes_wherever_it_stands(issuer: str) -> None:
    secret = SECRETS[issuer]

    for text in (
        f"it failed with {secret}.",
        f'key("{secret}")',
        f"KEY={secret}\n",
        f"<https://a.example/?q={secret}|x>",
    ):
        redacted = REDACTOR.text(text)
        assert secret not in redacted
        assert re.search(r"<secret:[a-z2-7]{6}>", redacted)
    assert secret not in REDACTOR.secrets_only(f'const key = "{secret}";')


@pytest.mark.parametrize("case", IN_CONTEXT)
def test_a_secret_that_only_its_context_tells_goes_and_the_context_stays(case: str) -> None:
    text, secret = IN_CONTEXT[case]

    redacted = REDACTOR.text(text)

    assert secret not in redacted
    before, after = text.split(secret)
    assert re.fullmatch(f"{re.escape(before)}<secret:[a-z2-7]{{6}}>{re.escape(after)}", redacted)


def test_a_private_key_goes_as_a_whole_even_when_its_end_is_missing() -> None:
    block = f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS}{LETTERS}\n{LETTERS}==\n"
    whole = f"see\n{block}-----END RSA PRIVATE KEY-----\nthanks"

    assert re.fullmatch(r"see\n<secret:\w{6}>\nthanks", REDACTOR.text(whole))
    assert LETTERS not in REDACTOR.text(f"see\n{block}")


@pytest.mark.parametrize("case", PERSONAL)
def test_personal_data_goes_and_its_kind_stays(case: str) -> None:
    text, value, kind = PERSONAL[case]

    redacted = REDACTOR.text(text)

    assert value not in redacted
    assert re.search(rf"<{kind}:[a-z2-7]{{6}}>", redacted)


@pytest.mark.parametrize("case", SURVIVES)
def test_what_only_looks_private_survives(case: str) -> None:
    assert REDACTOR.text(SURVIVES[case]) == SURVIVES[case]


def test_the_same_value_has_the_same_placeholder_however_it_is_written() -> None:
    redacted = REDACTOR.text(
        "<mailto:Ada@acme.example|Ada> ada@acme.example bob@acme.example, +49 151 2345 6789 +4915123456789"
    )

    ada, again, bob, phone, same_phone = PLACEHOLDER.findall(redacted)
    assert ada == again
    assert ada != bob
    assert phone == same_phone


def test_another_key_gives_other_placeholders() -> None:
    assert Redactor(b"one").text("ada@acme.example") != Redactor(b"two").text("ada@acme.example")
    with pytest.raises(ValueError, match="needs a key"):
        Redactor(b"")


def test_a_source_file_keeps_addresses_and_fixtures_but_no_secret() -> None:
    source = f'MAIL = "ada@acme.example"\npassword = "hunter2"\nTOKEN = "{LETTERS}"\nhost = "88.198.24.108"\n'

    redacted = REDACTOR.secrets_only(source)

    assert redacted.startswith('MAIL = "ada@acme.example"\npassword = "hunter2"\nTOKEN = "<secret:')
    assert redacted.endswith('host = "88.198.24.108"\n')


def test_a_signal_is_redacted_in_every_text_and_known_by_the_same_id() -> None:
    raw = a_raw_signal(
        title="ada@acme.example cannot sign in",
        body="password=hunter2hunter2\x00",
        url="https://acme.example/t?token=q1w2e3r4t5",
        author="ada@acme.example",
        keys=("url:https://acme.example/issues/7", "mail:ada@acme.example"),
    )

    clean = REDACTOR.raw(raw)

    text = " ".join((clean.title, clean.body, clean.url, clean.author, *clean.keys))
    assert "ada@" not in text
    assert "hunter2" not in text
    assert "q1w2e3r4t5" not in text
    assert "\x00" not in text
    assert clean.keys[0] == raw.keys[0]
    assert (clean.external_id, clean.channel, clean.happened_at) == (raw.external_id, raw.channel, raw.happened_at)


_SCRAPS = st.sampled_from(
    [
        *SECRETS.values(),
        *(text for text, *_ in (*IN_CONTEXT.values(), *PERSONAL.values())),
        *SURVIVES.values(),
        *("<", ">", "@", ":", "=", " ", ".", "-", "+49", "0", "token=", "<email:k3f9qa>", "password: ", "://"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=12) | _SCRAPS, max_size=8).map("".join))
def test_doing_it_again_changes_nothing(text: str) -> None:
    once = REDACTOR.text(text)

    assert REDACTOR.text(once) == once
    assert REDACTOR.secrets_only(once) == REDACTOR.secrets_only(REDACTOR.secrets_only(once))


@pytest.mark.parametrize(
    "scrap", ["a@a.", "1 ", "password", "token=x ", "eyJ", "1.1.1.1", "://a:", "sk-", "-----BEGIN PRIVATE KEY-----"]
)
def test_no_text_makes_it_slow(scrap: str) -> None:
    began = time.monotonic()
    REDACTOR.text((scrap * 40_000)[:40_000])

    assert time.monotonic() - began < 4
