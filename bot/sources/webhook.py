"""Webhooks: any tool that can sign a request may send signals. Not pulled: bot/http.py receives, this module reads.

A request is signed with the secret that both sides share: HMAC-SHA256 over the version, the time, the source's name and
the idempotency key, each on a line, and then the body as it was sent.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from agents.errors import BadSettings
from agents.terms import Policy, SourceTerms
from bot.sources.source import option
from storage.columns import now
from storage.raw import RawSignal, Severity, possible

KIND = "webhook"
VERSION = "v1"
WINDOW = 300.0  # seconds that a signature is good for, before and after its time
BODY_LIMIT = 256 * 1024  # bytes
_SHORTEST_SECRET = 16
_PER_MINUTE = 600.0
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"  # without characters that control or end a line
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _storable(text: str) -> str:
    if _UNSTORABLE.search(text):
        raise ValueError("it holds a NUL or half a character, which no database keeps")
    return text


Text = Annotated[str, AfterValidator(_storable)]


class WebhookSignal(BaseModel):
    """A signal as a tool sends it. Only the title is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Signal")

    title: Text = Field(min_length=1, max_length=500, description="What is wrong, in one line.")
    body: Text = Field(default="", max_length=40_000, description="Everything else that is known, as plain text.")
    id: Text = Field(
        default="",
        max_length=200,
        pattern=_ONE_LINE,
        description="Your name for the problem. Sending it again with other words updates the signal. Empty: the "
        "idempotency key or, without one, the body stands for it.",
    )
    occurrence: Text = Field(
        default="",
        max_length=200,
        pattern=_ONE_LINE,
        description="What tells one time it happened from the next, such as the moment of a regression: another "
        "occurrence of the same id is another signal.",
    )
    severity: Severity = Field(default=Severity.WARNING, description="How bad it is.")
    reach: int = Field(default=1, ge=0, le=2**31 - 1, description="How many people met it.")
    url: Text = Field(default="", max_length=2000, pattern=r"^(https?://[^\s<>|]+)?$", description="Where to see it.")
    author: Text = Field(default="", max_length=200, description="Who or what reported it.")
    people: tuple[Annotated[Text, Field(max_length=200)], ...] = Field(
        default=(), max_length=20, description="Names of people in the text; they are replaced before it is kept."
    )
    keys: tuple[Annotated[Text, Field(min_length=1, max_length=280)], ...] = Field(
        default=(),
        max_length=20,
        description="What identifies the problem exactly, such as an error's fingerprint: signals that share one are "
        "filed under one report.",
    )
    labels: tuple[Annotated[Text, Field(min_length=1, max_length=100)], ...] = Field(
        default=(),
        max_length=20,
        description="What your tool files it under, such as a component: two of this source that share a rare one "
        "are likelier the same problem. Nobody is shown them; say in the body what should be read.",
    )
    happened_at: Annotated[AwareDatetime, AfterValidator(lambda moment: possible(min(moment, now())))] | None = Field(
        default=None, description="When, with its time zone. Left out: now."
    )


@dataclass(frozen=True)
class Webhook:
    """One webhook of the policy, with its secret."""

    name: str
    terms: SourceTerms
    secret: bytes
    per_minute: float

    def refuses(self, timestamp: str, signature: str, key: str, body: bytes, at: float) -> str:
        """Why a request is not to be believed at this Unix time; empty when it is."""
        if not re.fullmatch(r"\d{9,11}", timestamp):
            return "Signalbox-Timestamp must be the Unix time in seconds"
        if abs(at - int(timestamp)) > WINDOW:
            return f"Signalbox-Timestamp is more than {WINDOW:.0f} seconds away from this machine's time"
        expected = sign(self.secret, timestamp, self.name, key, body)
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            return "Signalbox-Signature does not fit the request"
        return ""

    def raw_signal(self, sent: WebhookSignal, key: str) -> RawSignal:
        """What was sent, as a signal of this source."""
        return RawSignal(
            source=self.name,
            external_id=sent.id or hashlib.sha256(key.encode(errors="replace")).hexdigest()[:24],
            occurrence=sent.occurrence,
            title=sent.title,
            body=sent.body,
            url=sent.url,
            author=sent.author or self.name,
            people=sent.people,
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=sent.severity,
            reach=sent.reach,
            keys=(*sent.keys, *((f"url:{sent.url}",) if sent.url else ())),
            labels=sent.labels,
            happened_at=sent.happened_at or now(),
        )


def sign(secret: bytes, timestamp: str, source: str, key: str, body: bytes) -> str:
    """The signature of a request, as it stands in its header."""
    signed = f"{VERSION}\n{timestamp}\n{source}\n{key}\n".encode(errors="replace") + body
    return f"{VERSION}={hmac.new(secret, signed, hashlib.sha256).hexdigest()}"


REQUIRED = ("secret",)  # options


def open_webhooks(policy: Policy, environment: Mapping[str, str]) -> dict[str, Webhook]:
    """The policy's webhooks by name. Raises a SignalboxError that names the secret that is missing or too short."""
    named = {name: terms for name, terms in policy.sources.items() if terms.kind == KIND}
    return {name: open_webhook(name, terms, environment) for name, terms in named.items()}


def open_webhook(name: str, terms: SourceTerms, environment: Mapping[str, str]) -> Webhook:
    """One webhook, its secret read from the variable that `options.secret` names."""
    variable = option(name, terms.options, "secret")
    secret = environment.get(variable, "")
    if len(secret) < _SHORTEST_SECRET:
        raise BadSettings(
            f"The webhook {name} needs a secret of at least {_SHORTEST_SECRET} characters in the environment variable "
            f"{variable}, which sources.{name}.options.secret names."
        )
    try:
        per_minute = float(terms.options.get("per_minute", _PER_MINUTE))
    except ValueError as error:
        raise BadSettings(f"sources.{name}.options.per_minute is no number: give one such as 600.") from error
    return Webhook(name, terms, secret.encode(), max(1.0, per_minute))


def json_schema() -> dict[str, Any]:
    """The JSON Schema of what may be sent, as docs/signals.schema.json publishes it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **WebhookSignal.model_json_schema()}


Monotonic = Callable[[], float]


class Bucket:
    """A rate limit: so many a minute, with as many at once saved up from quieter times, at most a minute's worth."""

    def __init__(self, per_minute: float, clock: Monotonic) -> None:
        self._most, self._clock = per_minute, clock
        self._left, self._at = per_minute, clock()

    def take(self) -> float:
        """0 when there is one left, which is taken; else the seconds until there is."""
        at = self._clock()
        self._left = min(self._most, self._left + (at - self._at) * self._most / 60.0)
        self._at = at
        if self._left < 1.0:
            return (1.0 - self._left) * 60.0 / self._most
        self._left -= 1.0
        return 0.0
