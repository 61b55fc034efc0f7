"""Secrets made up from the published formats of real issuers, and the places where people leave them."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable, Mapping

_ALNUM = string.ascii_letters + string.digits
_URL_SAFE = _ALNUM + "-_"
_HEX = "0123456789abcdef"
_UPPER = string.ascii_uppercase

Dice = random.Random
Maker = Callable[[Dice], str]


def _of(alphabet: str, length: int) -> Maker:
    return lambda dice: "".join(dice.choices(alphabet, k=length))


def _after(prefix: str, alphabet: str, length: int) -> Maker:
    return lambda dice: prefix + _of(alphabet, length)(dice)


def _one_of(*makers: Maker) -> Maker:
    return lambda dice: dice.choice(makers)(dice)


def _jwt(dice: Dice) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")

    claims = {"sub": str(dice.randrange(10**9)), "name": "Ada", "iat": 1_700_000_000 + dice.randrange(10**7)}
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{_of(_URL_SAFE, 43)(dice)}"


def _pem(dice: Dice) -> str:
    kind = dice.choice(("RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED "))
    lines = [_of(_ALNUM + "+/", 64)(dice) for _ in range(dice.randrange(3, 26))]
    body = "\n".join([*lines, _of(_ALNUM + "+/", 30)(dice) + "=="])
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----"


def _slack(dice: Dice) -> str:
    numbers = "-".join(_of(string.digits, 12)(dice) for _ in range(2))
    app = f"xapp-1-A{_of(_UPPER + string.digits, 10)(dice)}-{_of(string.digits, 13)(dice)}-{_of(_HEX, 64)(dice)}"
    return dice.choice((f"xox{dice.choice('bp')}-{numbers}-{_of(_ALNUM, 24)(dice)}", app))


def _password(dice: Dice) -> str:
    return dice.choice(
        (
            _of(_ALNUM + "!#*-_", 14)(dice) + "7a",
            f"{dice.choice(_WORDS)}{dice.choice('-_.!')}{dice.choice(_WORDS)}{dice.randrange(10, 9999)}",
            f"{dice.choice(_WORDS).title()}{dice.randrange(10, 9999)}{dice.choice('!?#*')}"[:-1],
        )
    )


_WORDS = ("correct", "horse", "battery", "staple", "summer", "winter", "dragon", "monkey", "sunshine", "coffee")

BY_FORM: Mapping[str, Maker] = {
    "AWS access key id": _one_of(
        _after("AKIA", string.ascii_uppercase + "234567", 16), _after("ASIA", string.ascii_uppercase + "234567", 16)
    ),
    "GitHub, classic": _one_of(*(_after(f"gh{kind}_", _ALNUM, 36) for kind in "pousr")),
    "GitHub, fine-grained": lambda dice: f"github_pat_{_of(_ALNUM, 22)(dice)}_{_of(_ALNUM, 59)(dice)}",
    "Slack token": _slack,
    "Slack webhook": lambda dice: (
        "https://hooks.slack.com/services/"
        f"T{_of(string.digits, 8)(dice)}/B{_of(string.digits, 8)(dice)}/{_of(_ALNUM, 24)(dice)}"
    ),
    "Stripe": _one_of(*(_after(prefix, _ALNUM, 24) for prefix in ("sk_live_", "sk_test_", "rk_live_"))),
    "Stripe webhook": _after("whsec_", _ALNUM, 32),
    "OpenAI": _one_of(
        _after("sk-proj-", _URL_SAFE, 48), lambda dice: f"sk-{_of(_ALNUM, 20)(dice)}T3BlbkFJ{_of(_ALNUM, 20)(dice)}"
    ),
    "Anthropic": lambda dice: f"sk-ant-api03-{_of(_URL_SAFE, 93)(dice)}AA",
    "Google API key": _after("AIza", _URL_SAFE, 35),
    "Google OAuth": _one_of(_after("ya29.", _URL_SAFE, 60), _after("GOCSPX-", _URL_SAFE, 28)),
    "npm": _after("npm_", _ALNUM, 36),
    "PyPI": _after("pypi-AgEIcHlwaS5vcmc", _URL_SAFE, 120),
    "GitLab": _after("glpat-", _URL_SAFE, 20),
    "Twilio API key": _after("SK", _HEX, 32),
    "SendGrid": lambda dice: f"SG.{_of(_URL_SAFE, 22)(dice)}.{_of(_URL_SAFE, 43)(dice)}",
    "Mailgun": _after("key-", _HEX, 32),
    "Mailchimp": lambda dice: f"{_of(_HEX, 32)(dice)}-us{dice.randrange(1, 21)}",
    "DigitalOcean": _after("dop_v1_", _HEX, 64),
    "Databricks": _after("dapi", _HEX, 32),
    "HashiCorp Vault": _after("hvs.", _URL_SAFE, 90),
    "Terraform Cloud": lambda dice: f"{_of(_ALNUM, 14)(dice)}.atlasv1.{_of(_ALNUM, 67)(dice)}",
    "Shopify": _after("shpat_", _HEX, 32),
    "Hugging Face": _after("hf_", string.ascii_letters, 34),
    "Linear": _after("lin_api_", _ALNUM, 40),
    "Atlassian": _after("ATATT3xFfGF0", _URL_SAFE, 160),
    "Telegram": lambda dice: f"{_of('123456789', 10)(dice)}:AA{_of(_URL_SAFE, 33)(dice)}",
    "PostHog": _after("phx_", _ALNUM, 43),
    "Sentry": _after("sntryu_", _HEX, 64),
    "New Relic": _after("NRAK-", string.ascii_uppercase + string.digits, 27),
    "Grafana": lambda dice: f"glsa_{_of(_ALNUM, 32)(dice)}_{_of(_HEX, 8)(dice)}",
    "Docker Hub": _after("dckr_pat_", _URL_SAFE, 27),
    "JWT": _jwt,
    "private key": _pem,
    "Azure storage key": lambda dice: base64.b64encode(dice.randbytes(64)).decode(),
}
"""Secrets that tell themselves by their form, by issuer."""

BY_PLACE: Mapping[str, tuple[Maker, tuple[str, ...]]] = {
    "AWS secret key": (
        _of(_ALNUM + "/+", 40),
        ("aws_secret_access_key = {}", "AWS_SECRET_ACCESS_KEY={}", 'aws: {{"secretAccessKey": "{}"}}'),
    ),
    "Twilio auth token": (_of(_HEX, 32), ("TWILIO_AUTH_TOKEN={}", "auth_token: '{}'", 'Client(sid, auth_token="{}")')),
    "database address": (
        _password,
        (
            "postgres://app:{}@db.internal:5432/shop", "mysql2://root:{}@10.0.0.4/orders?pool=5",
            "DATABASE_URL=mongodb+srv://svc:{}@cluster0.abcde.mongodb.net/app", "redis://:{}@cache:6379/0",
        ),
    ),
    "connection string": (
        _password,
        (
            "Server=tcp:db.internal,1433;User ID=app;Password={};Encrypt=True;",
            "jdbc:mysql://db/shop?user=app&password={}",
        ),
    ),
    "basic authorization": (
        lambda dice: base64.b64encode(f"app:{_password(dice)}".encode()).decode(),
        (
            "Authorization: Basic {}", "curl -H 'Authorization: Basic {}' https://api.acme.example/v1",
            '"authorization": "Basic {}"',
        ),
    ),
    "bearer authorization": (
        _of(_ALNUM, 40),
        ("Authorization: Bearer {}", '-H "authorization: bearer {}"', "headers = {{'Authorization': 'Bearer {}'}}"),
    ),
    "password that is set": (
        _password,
        (
            "password={}", "DB_PASSWORD={}", "password: {}", 'password: "{}"', "export PGPASSWORD='{}'",
            '{{"password":"{}"}}',
            "'password' => '{}',", "spring.datasource.password={}", "<password>{}</password>", "--password {}",
            '\\"password\\":\\"{}\\"', "PASSWORD={} ./run.sh",
        ),
    ),
    "password that is told": (
        _password,
        (
            "my password is {}", "user: gateway\npassword: {}", "login: ada / pw: {}", "the password is `{}` btw",
            "Passwort: {}",
        ),
    ),
    "token that is set": (
        _of(_ALNUM, 32),
        (
            "API_KEY={}", "api_key: {}", 'apiKey: "{}"', "client_secret={}", "X-Api-Key: {}", "secret_key_base: {}",
            "--token {}",
        ),
    ),
    "token in an address": (
        _of(_ALNUM, 32),
        (
            "GET /callback?access_token={}&page=2", "https://app.acme.example/reset-password?token={}",
            "https://app.acme.example/#access_token={}&state=1", "https://{}@git.acme.example/shop.git",
            "redirect=https%3A%2F%2Fapp.acme.example%2F%3Ftoken%3D{}", "https://app.acme.example/invite/{}",
            "https://acme.blob.core.example/f?sv=2022-11-02&sig={}",
        ),
    ),
    "session cookie": (
        _of(_ALNUM, 32),
        ("Cookie: sessionid={}; theme=dark", "Set-Cookie: connect.sid={}; Path=/; HttpOnly", "JSESSIONID={}"),
    ),
}  # fmt: skip
"""Secrets that only their place tells, and such places."""

ANYWHERE: tuple[str, ...] = (
    "{}", "it failed with {} just now", "KEY={}", 'key = "{}"', "config: {{'value': '{}'}}",
    "curl https://api.acme.example -H 'k: {}'",
    "(see {})", "`{}`", "<code>{}</code>", "log line ends {}\\nnext", "https://x.example/?q=a%3D{}", "*{}*",
)  # fmt: skip
"""Where a secret that tells itself may stand."""
