"""Incidents as PagerDuty's webhooks (version 3) send them: a signal when one is triggered, and when it is reopened."""

from __future__ import annotations

from typing import Annotated

from bot.sources.webhooks.words import Lenient, Reading, Sent, Table, Unreadable, Word, fitted, severity_of

_BEGINS = frozenset({"incident.triggered", "incident.reopened"})


class _Named(Lenient):
    summary: Word = ""


class _Incident(Lenient):
    id: Word = ""
    title: Word = ""
    html_url: Word = ""
    urgency: Word = ""
    service: Annotated[_Named, Table] = _Named()
    priority: Annotated[_Named, Table] = _Named()


class _Event(Lenient):
    id: Word = ""
    event_type: Word = ""
    occurred_at: Word = ""
    data: Annotated[_Incident, Table] = _Incident()


class _Envelope(Lenient):
    event: _Event | None = None


def read_incident(sent: object) -> Reading:
    """The incident that begins. Raises Unreadable for what is no event of version 3."""
    envelope = sent if isinstance(sent, dict) and isinstance(sent.get("event"), dict) else {}
    event = _Envelope.model_validate(envelope).event
    if event is None or not event.event_type:
        raise Unreadable("there is no event with an event_type in it; make the webhook one of version 3")
    incident = event.data
    if event.event_type not in _BEGINS or not incident.id:
        return Reading(ignored=1)
    told = {"Service": incident.service.summary, "Priority": incident.priority.summary, "Urgency": incident.urgency}
    signal = fitted(
        title=incident.title,
        body="\n".join(f"{name}: {text}" for name, text in told.items() if text),
        id=incident.id,
        occurrence=event.occurred_at if event.event_type == "incident.reopened" else "",
        severity=severity_of(incident.priority.summary, {"high": "error", "low": "info"}.get(incident.urgency, "")),
        url=incident.html_url,
        labels=(incident.service.summary,),
        happened_at=event.occurred_at,
    )
    return Reading((Sent(signal, event.id or signal.model_dump_json()),))
