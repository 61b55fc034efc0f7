"""Webhooks: any tool that can sign a request may send signals. Not pulled: bot/http.py receives, this module reads.

A request is signed with the secret that both sides share: HMAC-SHA256 over the version, the time, the source's name and
the idempotency key, each on a line, and then the body as it was sent. A webhook with a form takes what a tool sends of
itself instead, which proves the secret in a way of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agents.errors import BadSettings
from agents.terms import Policy, SourceTerms
from bot.sources.source import option
from bot.sources.webhooks.forms import ALERTS, Form
from bot.sources.webhooks.schema import WebhookSignal
from storage.columns import now
from storage.raw import RawSignal

KIND = "webhook"
VERSION = "v1"
WINDOW = 300.0  # seconds that a signature is good for, before and after its time
BODY_LIMIT = 256 * 1024  # bytes
TOOLS_BODY_LIMIT = 1024 * 1024  # what a tool sends in its own form nobody can shorten
_SHORTEST_SECRET = 16
_PER_MINUTE = 600.0


@dataclass(frozen=True)
class Webhook:
    """One webhook of the policy, with its secret."""

    name: str
    terms: SourceTerms
    secret: bytes
    per_minute: float
    form: Form | None = None

    @property
    def path(self) -> str:
        """Where it is received."""
        return f"/signals/{self.name}" if self.form else "/signals"

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
            author=sent.author,
            people=sent.people,
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=sent.severity,
            reach=sent.reach,
            keys=(*sent.keys, *((f"url:{sent.url}",) if sent.url and self.form not in ALERTS else ())),
            labels=sent.labels,
            happened_at=sent.happened_at or now(),
        )


def sign(secret: bytes, timestamp: str, source: str, key: str, body: bytes) -> str:
    """The signature of a request, as it stands in its header."""
    signed = f"{VERSION}\n{timestamp}\n{source}\n{key}\n".encode(errors="replace") + body
    return f"{VERSION}={hmac.new(secret, signed, hashlib.sha256).hexdigest()}"


REQUIRED, OPTIONAL = ("secret",), ("form", "per_minute")  # options


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
    return Webhook(name, terms, secret.encode(), max(1.0, per_minute), _form(name, terms))


def _form(name: str, terms: SourceTerms) -> Form | None:
    given = terms.options.get("form", "")
    if given not in ("", *Form):
        raise BadSettings(f"sources.{name}.options.form is {given!r}: leave it out, or give one of {', '.join(Form)}.")
    return Form(given) if given else None


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

    def owe(self, more: int) -> None:
        """Count what came with the one that was taken: later ones wait for it."""
        self._left -= more
