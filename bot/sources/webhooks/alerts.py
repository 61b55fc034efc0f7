"""Alerts as Prometheus' Alertmanager and Grafana send them: a group at a time, and again while they last.

Each alert that fires is a signal of its own. Its fingerprint, which is that of its labels, is its id; when it began is
its occurrence: so what is sent again is known, and an alert that fires anew is a new signal with the same key.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.sources.webhooks.schema import TITLE_LIMIT
from bot.sources.webhooks.words import (
    ByName,
    Lenient,
    Reading,
    Sent,
    Tables,
    Unreadable,
    Word,
    digest,
    fitted,
    severity_of,
)

_TITLES = ("summary", "title", "message", "description")  # annotations that tell what is wrong, the best first
_RULE = ("alertname", "rulename")  # the second is of the rule that Grafana cannot evaluate: DatasourceNoData of it
_HOW_BAD = ("severity", "priority", "level", "criticality")  # labels


class _Alert(Lenient):
    status: Word = ""
    labels: ByName = Field(default_factory=dict)
    annotations: ByName = Field(default_factory=dict)
    values: ByName = Field(default_factory=dict)  # Grafana's
    startsAt: Word = ""  # noqa: N815 as it is sent
    fingerprint: Word = ""
    generatorURL: Word = ""  # noqa: N815
    panelURL: Word = ""  # noqa: N815
    dashboardURL: Word = ""  # noqa: N815

    @property
    def name(self) -> str:
        return self.fingerprint or digest("\n".join(f"{name}={self.labels[name]}" for name in sorted(self.labels)))

    @property
    def told(self) -> str:
        """What it says is wrong."""
        return next(filter(None, (self.annotations.get(name, "").strip() for name in _TITLES)), "")

    @property
    def title(self) -> str:
        told = self.told
        rule = " of ".join(filter(None, map(self.labels.get, _RULE)))
        first = told.splitlines()[0] if told else ""
        return first if not rule or rule.lower() in first.lower() else f"{rule}: {first}" if first else rule

    @property
    def body(self) -> str:
        in_title = "" if "\n" in self.told or len(self.title) > TITLE_LIMIT else self.told
        told = [_named(name, text) for name, text in sorted(self.annotations.items()) if text.strip() != in_title]
        labels = [f"{name}: {self.labels[name]}" for name in sorted(self.labels)]
        values = [f"{name} = {self.values[name]}" for name in sorted(self.values)]
        return "\n\n".join(filter(None, (*told, "\n".join(labels), "\n".join(values))))


def _named(name: str, text: str) -> str:
    """An annotation: sentences as they are, anything else, such as the address of a runbook, with its name."""
    text = text.strip()
    return text if name in _TITLES or not text else f"{name}: {text}"


class _Group(Lenient):
    alerts: Annotated[tuple[_Alert, ...], Tables] = ()


def read_alerts(sent: object) -> Reading:
    """The alerts of a group that fire. Raises Unreadable for what has no list of alerts."""
    if not isinstance(sent, dict) or not isinstance(sent.get("alerts"), list):
        raise Unreadable("there is no list named alerts in it")
    group = _Group.model_validate(sent)
    firing = [alert for alert in group.alerts if alert.status.lower() in ("firing", "")]
    return Reading(tuple(map(_sent, firing)), ignored=len(group.alerts) - len(firing))


def _sent(alert: _Alert) -> Sent:
    signal = fitted(
        title=alert.title,
        body=alert.body,
        id=alert.name,
        occurrence=alert.startsAt,
        severity=severity_of(*(alert.labels.get(name, "") for name in _HOW_BAD)),
        url=alert.panelURL or alert.dashboardURL or alert.generatorURL,
        keys=(f"alert:{alert.name}",),
        labels=tuple(f"{name}={alert.labels[name]}" for name in sorted(alert.labels)),
        happened_at=alert.startsAt,
    )
    return Sent(signal, f"{signal.id}\n{signal.occurrence}")
