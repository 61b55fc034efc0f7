"""Redaction: what is private goes, what only looks alike stays, and doing it twice changes nothing."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.placeholders import PLACEHOLDER
from agents.redact import Redactor
from evals.made_secrets import ANYWHERE, BY_FORM, BY_PLACE
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
    "a password with an & in it": ("password=Tr0ub4dor&3xyz", "Tr0ub4dor&3xyz"),
    "a password with an & early in it": ("password=Tr0&ub4dor", "Tr0&ub4dor"),
    "a password with a comma in it": ("password=Tr0ub4dor,3xyz next", "Tr0ub4dor,3xyz"),
    "a password with a semicolon in it": ("pwd=Tr0ub4dor;3xyz", "Tr0ub4dor;3xyz"),
    "a password with brackets in it": ("password: Tr0ub4dor(3xyz", "Tr0ub4dor(3xyz"),
    "a password with a closing bracket in it": ("password=Tr0ub4dor)3xyz", "Tr0ub4dor)3xyz"),
    "a quoted password with signs in it": ('password="Tr0,b4&o;r(3x<y>z" ok', "Tr0,b4&o;r(3x<y>z"),
    "a password among settings": ("password=abc12345,user=bob", "abc12345"),
    "a password in a form": ("user=bob&password=Tr0ub4dor&next=1", "Tr0ub4dor"),
    "a password in a connection string": ("Server=db;Password=Tr0ub&4dor;Initial Catalog=x", "Tr0ub&4dor"),
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
    "keys of objects": "storage_key = uploads/2024/01/report-1.pdf, s3 key=prod/2024/a1b2c3/photo.jpg",
    "units of systemd": "getty@tty1.service failed, see backup@daily.timer and sshd@0-10.0.0.1:22.service",
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


@pytest.mark.parametrize("length", [40, 48, 49, 50, 60])
def test_a_jwt_that_was_cut_off_goes_too(length: int) -> None:
    cut = SECRETS["JWT"][:length]

    assert re.fullmatch(r"jwt = <secret:\w{6}>\.? \[…\]", REDACTOR.text(f"jwt = {cut} […]"))


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


STAYS = (
    # stack frames
    '  File "/app/shop/checkout/models.py", line 1204, in save',
    "\tat com.acme.shop.checkout.CartService.total(CartService.java:211)",
    "\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136)",
    "    at Object.<anonymous> (/srv/app/node_modules/express/lib/router/index.js:284:15)",
    "    at async Promise.all (index 3)",
    "#0  0x00007f8e2c3a5d24 in __GI_raise (sig=6) at ../sysdeps/unix/sysv/linux/raise.c:51",
    "#12 0xb7e3d9a1 in gtk_main () from /usr/lib/libgtk-x11-2.0.so.0.1200.9",
    "goroutine 4821 [running]:\nmain.(*Server).handle(0xc0001a2000, 0x7f3b8c0010a8)",
    "thread 'main' panicked at 'index out of bounds: the len is 3', src/main.rs:42:13",
    "app/models/user.rb:118:in `block in authenticate'",
    "[0x1045a3f80] -[UIViewController viewDidLoad] + 124",
    "   at Acme.Shop.Cart.Total() in C:\\build\\src\\Cart.cs:line 88",
    # versions
    "Python 3.11.7 (main, Dec  4 2023, 18:10:11) [Clang 15.0.7]",
    "Chrome/119.0.6045.105 Safari/537.36 (KHTML, like Gecko) Version/17.1",
    "Upgrade the client to 3.22.3.1, jackson from 2.12.7.1 to 2.15.0",
    "Build Number: 3.11.405.2, Kernel Version: 2.6.35.7",
    "iOS 17.1.2 (21B101), Android 14 (API 34), macOS 14.1.1",
    "numpy==1.26.2, torch>=2.1.0, <3; node v20.10.0; go1.21.5",
    "dashboard@2026.11.18+build.4471, shop-web@1.0.0-rc.12",
    "mysql  Ver 8.0.35-0ubuntu0.22.04.1 for Linux on x86_64",
    # UUIDs, hashes, ids
    "session 0193b5e2-7c1d-7a44-9b1e-4f5c6d7e8f90",
    "https://app.posthog.example/replay/0193b5e2-7c1d-7a44-9b1e-4f5c6d7e8f90?t=42",
    "https://app.example/replay?session_id=0193b5e2-7c1d-7a44-9b1e-4f5c6d7e8f90&t=12",
    "event_id: 7f3d2b1a9c8e4f6db5a4c3e2d1f0a9b8, trace: 4bf92f3577b34da6a3ce929d0e0e4736",
    "span_id=00f067aa0ba902b7 trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
    "commit 3f2a9c1e8b7d6f5a4c3b2a1908f7e6d5c4b3a291",
    "Merge 94621cef29f8 into b1ee687 (see 0a1b2c3)",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    "image: registry.example/shop@sha256:4bcdffd70da292293d059d2435c7056711fab2655f8b74f48ad0abe042b63687",
    'ETag: W/"33a64df551425fcc55e4d42a148795d9f25f89d4", request-id: req_8fJk2Lm4Np6Qr8',
    "x-amzn-RequestId: 8b7d6f5a-4c3b-2a19-08f7-e6d5c4b3a291",
    "SOLAR-DASHBOARD-1A7, PLAT-318, #4821, acme/app#31, HADOOP-19226, CVE-2023-44487, RFC 9110",
    "ObjectId('507f1f77bcf86cd799439011') order 1000045821 user 48213",
    "arn:aws:s3:::my-bucket and i-0abcd1234efgh5678 in eu-central-1",
    # times and numbers
    "2026-11-19T09:41:07.002+01:00 and 1795157642118 and 1795157642.118209",
    "Thu, 19 Nov 2026 09:41:07 GMT; took 00:12:31.442; 01/25/2026 17:43:51",
    "rows 1,204,331 of 2 300 111; 99.97 % in 12.5 ms; 4:3; 10.0.0; 1e-9; -0.0042",
    "line 128, column 14; lines 100-240; offset 4096; port 5432; HTTP 503; exit code 137",
    "pid 12345 uid 1000 gid 1000 rss 182736 kB heap 536870912",
    "coordinates 52.520008, 13.404954 and 40.7128,-74.0060",
    "ids 100200300, 5403926876, 9876543210 and 12345678901234567890",
    "from 2026-01-01 to 2026-03-31, Q3 2026, week 47",
    # code and configuration that names secrets without holding one
    "def login(self, password: str, token: str | None = None) -> bool:",
    "password = request.form['password']; token = get_token(user)",
    "if (!password) throw new Error('Password: required')",
    "const { token, secret } = useAuth(); api_key: process.env.API_KEY",
    "password: ${DB_PASSWORD}, token: {{ vault_token }}, api_key=$API_KEY, secret: <redacted>",
    "SyntaxError: Unexpected token: 'punc1' in JSON at position 14",
    'unrecognized token: \\"8395dda4\\"',
    "the csrf token is invalid; the password is too short; your secret is missing",
    'type="password" name="user_password" autocomplete="current-password"',
    "tokens=4096 max_tokens: 120400 token_count=31 key=value keys: 12 primary_key: 48213",
    "KeyError: 'api_key' in settings['secret_key']",
    "docker run -u 1000:1000 -p 8080:80; chmod 0644; umask 0022",
    # names, addresses and markup that look alike
    "@decorator, @media (max-width: 600px), icon@2x.png, user@localhost, git@github.com:acme/shop.git",
    "npm install @angular/core@17.0.5 lodash@4.17.21 and pip install app@git+https://github.com/acme/app",
    "http://localhost:8080/api, http://127.0.0.1:5000, 10.0.0.12:443, 192.168.1.1, 172.16.0.9, ::1, fe80::1",
    "00:1A:2B:3C:4D:5E and 12:34:56:78:9a:bc, std::vector<int>, a::b::c, :root, :hover",
    "<@U012AB3CD> in <#C07SOLAR|solar>: <https://acme.example/a?b=1|here> <!subteam^S01> <!here>",
    "https://acme.example/docs/reset-password and /invite/team and /token/refresh",
    "GET /api/v2/orders?page=2&limit=50&sort=created_at&key=name&state=open HTTP/1.1",
    "/usr/lib/python3.11/site-packages/pkg/mod.py:88 C:\\Users\\runner\\AppData\\Local\\Temp",
    "data:image/png;base64,iVBORw0KGgo= and a Bearer token, Basic auth, Token expired",
    "sk-loading-indicator, key-value pairs, npm_config_registry, hf_transfer, xox, AKIA, ghp_",
    "card 2 of 4, phone screen 1080x2400, tel quel, call 3 functions, text-align: 100, mobile 375x812",
)


@pytest.mark.parametrize("line", STAYS)
def test_what_engineers_need_comes_out_unchanged(line: str) -> None:
    assert REDACTOR.text(line) == line
    assert REDACTOR.text(f"It broke:\n{line}\nand again") == f"It broke:\n{line}\nand again"


def test_there_are_enough_such_lines() -> None:
    assert len(set(STAYS)) >= 60


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


@pytest.mark.parametrize("name", [*BY_FORM, *BY_PLACE])
def test_made_secrets_of_every_format_go_from_every_place(name: str) -> None:
    dice = random.Random(name)  # noqa: S311 made secrets, the same in every run
    make, places = BY_PLACE[name] if name in BY_PLACE else (BY_FORM[name], ANYWHERE)
    for place in places:
        secret = make(dice)
        body = max(secret.rpartition("/services/")[2].split("\n"), key=len)
        text = place.replace("{{", "{").replace("}}", "}").replace("{}", secret)
        redacted = REDACTOR.text(f"It broke in export.py line 12:\n{text}\nsince 4.3.0")
        assert body not in redacted
        assert redacted.startswith("It broke in export.py line 12:\n")
        assert redacted.endswith("\nsince 4.3.0")


def test_names_that_the_source_marks_go_however_they_are_written_and_words_stay() -> None:
    people = ("Perpetua Lovelock", "Will Mark")
    text = (
        "Hi, Perpetua here. PERPETUA LOVELOCK and Lovelock, Perpetua wrote; perpetua lovelock too. perpetual motion, "
        "we will mark it. Will Mark says that Mark and Will stay, as does perpetua.py."
    )

    redacted = REDACTOR.text(text, people)

    placed = PLACEHOLDER.findall(redacted)
    assert len(placed) == 6
    assert len(set(placed)) == 2
    assert "perpetual motion, we <name:" in redacted
    assert "says that Mark and Will stay, as does perpetua.py." in redacted
    assert REDACTOR.text(text) == text


def test_names_are_taken_out_of_a_signal_and_never_kept() -> None:
    raw = a_raw_signal(
        title="Zoë Quill: it fails", body="Thanks,\nZoë", author="Zoë Quill", people=("Zoë Quill", "a@b", "Support")
    )

    clean = REDACTOR.raw(raw)

    assert "Zoë" not in clean.model_dump_json()
    assert clean.people == ()
    assert clean.title.split(":")[0] in PLACEHOLDER.findall(clean.title)[0]


def test_mentions_stay_as_ids_without_the_name_beside_them() -> None:
    assert REDACTOR.text("<@U012AB3CD|perpetua.lovelock> says so, <@U012AB3CD>") == "<@U012AB3CD> says so, <@U012AB3CD>"


def test_ids_lose_addresses_and_stay_ids() -> None:
    raw = a_raw_signal(external_id="form/ada@acme.example/2026", occurrence="5403926876")

    clean = REDACTOR.raw(raw)

    assert re.fullmatch(r"form/<email:[a-z2-7]{6}>/2026", clean.external_id)
    assert clean.occurrence == "5403926876"
    assert REDACTOR.raw(clean) == clean


def test_a_key_in_a_source_file_leaves_the_lines_where_they_were() -> None:
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS}{LETTERS}\n{LETTERS}==\n-----END RSA PRIVATE KEY-----"
    source = f'one = 1\nKEY = """{key}"""\ntwo = 2\n'

    redacted = REDACTOR.secrets_only(source)

    assert LETTERS not in redacted
    assert redacted.count("\n") == source.count("\n")
    assert redacted.split("\n").index("two = 2") == source.split("\n").index("two = 2")


HOSTILE = (
    "a@a.", "1 ", "password", "token=x ", "eyJ", "-eyJaaaaaa", "1.1.1.1", "://a:", "sk-", "-----BEGIN PRIVATE KEY-----",
    "password='", "password is ", "+1 ", "call 1-", "ab:", "DE89 3704 ", "4111 1111 ", "user=a pass=b ", "?token=",
    "Basic QUJD", "phone ", "machine a login b ", "[" * 10, "aws secret ", "xoxb-1", "<mailto:a", "%40a.", "\u0130@",
)  # fmt: skip


def _growth(redact: Callable[[int], object]) -> float:
    """How many times longer four times the text takes, of this thread's own time: 4 when linear, 16 when quadratic."""

    def seconds(length: int) -> float:
        began = time.thread_time()
        redact(length)
        return time.thread_time() - began

    return min(seconds(40_000) for _ in range(2)) / (min(seconds(10_000) for _ in range(2)) + 0.005)


@pytest.mark.parametrize("scrap", HOSTILE)
def test_no_text_makes_it_slow(scrap: str) -> None:
    assert _growth(lambda length: REDACTOR.text((scrap * length)[:length])) < 12


def test_a_name_of_many_words_does_not_make_it_slow() -> None:
    names = tuple(f"Ada {number} Lovelace" for number in range(50))

    assert _growth(lambda length: REDACTOR.text(("Ada " * length)[:length], names)) < 12
