"""The forms in which tools send signals that cannot sign as we ask, or do not know our schema."""

from __future__ import annotations

import codecs
import hmac
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from enum import StrEnum

from bot.sources.webhooks.alerts import read_alerts
from bot.sources.webhooks.jira import read_issue
from bot.sources.webhooks.pagerduty import read_incident
from bot.sources.webhooks.schema import WebhookSignal
from bot.sources.webhooks.words import Reading, Sent, Unreadable


class Form(StrEnum):
    """What a tool sends."""

    SIGNAL = "signal"  # our own schema, from a tool whose body can be written by its users
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    PAGERDUTY = "pagerduty"
    JIRA = "jira"


ALERTS = frozenset({Form.ALERTMANAGER, Form.GRAFANA})
"""Forms whose addresses are those of a rule or of a panel, which many problems share."""

_SIGNATURES = ("X-PagerDuty-Signature", "X-Hub-Signature-256", "X-Hub-Signature", "X-Grafana-Alerting-Signature")
"""Headers in which tools put the hex HMAC-SHA256 of the body by the secret that they share with us."""


def read_form(form: Form, body: bytes) -> Reading:
    """What a body holds. Raises Unreadable where it is not what this tool sends; for our own schema ValidationError."""
    plain = body.removeprefix(codecs.BOM_UTF8)
    if form is Form.SIGNAL:
        signal = WebhookSignal.model_validate_json(plain)
        return Reading((Sent(signal, signal.model_dump_json()),))
    try:
        sent = json.loads(plain)
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is not JSON") from error
    return _READERS[form](sent)


_READERS: Mapping[Form, Callable[[object], Reading]] = {
    Form.ALERTMANAGER: read_alerts,
    Form.GRAFANA: read_alerts,
    Form.PAGERDUTY: read_incident,
    Form.JIRA: read_issue,
}


def is_from(secret: bytes, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a request proves the secret: as a token, as a password, or by its signature of the body."""
    scheme, _, given = headers.get("Authorization", "").strip().partition(" ")
    given = given.strip()
    if scheme.lower() == "basic":
        given = _password(given)
    elif not given:
        given = scheme  # some tools send the token alone
    proven = hmac.compare_digest(secret, given.encode(errors="replace"))
    expected = hmac.new(secret, body, "sha256").hexdigest()
    for name in _SIGNATURES:
        for signature in headers.get(name, "").split(","):
            hexadecimal = signature.strip().rpartition("=")[2].lower()
            proven |= hmac.compare_digest(expected.encode(), hexadecimal.encode(errors="replace"))
    return proven


def _password(encoded: str) -> str:
    try:
        return b64decode(encoded, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""
