"""PostHog's insight alerts: those that fire, with the value that was expected and the one that was seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agents.errors import NotAtSource
from agents.terms import SourceTerms
from bot.sources.posthog_api import Project
from bot.sources.reading import Reading, moment, name_in
from bot.sources.source import Position, Pulled, has_come
from storage.columns import now
from storage.raw import RawSignal, Severity

_PAGE = 100
_CHECKS = 500  # that are looked through for the one that began the firing; PostHog gives no more
_FIRING, _QUIET = "Firing", "Not firing"


class Told(BaseModel):
    """What was told of an alert that fires: since when, and whether PostHog's own investigation was in it."""

    model_config = ConfigDict(frozen=True)

    since: dt.datetime
    investigated: bool = False


class AlertsPosition(Position):
    """The alerts that fired when last read, by id. There is no list of firings, only the present state of each."""

    firing: dict[str, Told] = Field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """An alert that fires: its id, what is told of it by now, and the signal of that if it is news."""

    alert: str
    told: Told
    signal: RawSignal | None


@dataclass(frozen=True)
class Alerts:
    """Reads the alerts that fire. Each time one begins to fire is an occurrence of its own."""

    project: Project
    terms: SourceTerms
    lookback: float  # seconds; an alert that fires now is told however long it has
    failing: dict[str, int] = field(default_factory=dict)

    def pull(self, cursor: str) -> Pulled:
        """The alerts that began to fire since the cursor, or that PostHog has investigated since."""
        at = AlertsPosition.at(cursor, self.lookback)
        reading = Reading(self.project.name, _name, failing=self.failing)
        rows = self.project.listed("alerts/", {"limit": str(_PAGE)})
        looked = [look for _, look in reading.each(rows, lambda row: self._look(row, at, reading)) if look is not None]
        firing = {look.alert: look.told for look in looked}
        newest = max([at.since, *(told.since for told in firing.values() if has_come(told.since))])
        following = AlertsPosition(since=newest, firing=firing)
        signals = tuple(look.signal for look in looked if look.signal is not None)
        return Pulled(signals, following.model_dump_json(), more=False, unread=reading.unread)

    def _look(self, row: Mapping[str, Any], at: AlertsPosition, reading: Reading) -> Look | None:
        """An alert that fires, with what is new of it; None for one that does not, or was deleted since."""
        name = name_in(row, "id")
        if row.get("state") != _FIRING or not row.get("enabled", True):
            return None
        known = at.firing.get(name)
        try:
            ask = partial(self.project.get, f"alerts/{name}/", {"checks_limit": str(_CHECKS)})
            alert = reading.beside(row, "its checks", ask, dict(row))
        except NotAtSource:
            return None
        if alert.get("state", _FIRING) != _FIRING:
            return None  # it stopped since it was listed
        began = _began(alert.get("checks") or [], known)
        since = known.since if known else moment(began.get("created_at") or _last_looked_at(alert))
        investigated = bool(began.get("investigation_summary")) or (known is not None and known.investigated)
        told = Told(since=since, investigated=investigated)
        return Look(name, told, self._signal(alert, began, since) if told != known else None)

    def _signal(self, alert: Mapping[str, Any], check: Mapping[str, Any], since: dt.datetime) -> RawSignal:
        insight = alert.get("insight") if isinstance(alert.get("insight"), dict) else {}
        insight = dict(insight or {})
        url = f"{self.project.page}/insights/{insight.get('short_id', '')}/alerts?alert_id={alert['id']}"
        measured, expected = str(insight.get("name") or insight.get("derived_name") or "an insight"), _expected(alert)
        seen = _number(check.get("calculated_value"), percent=_is_percentage(alert))
        days = ", ".join(map(str, check.get("triggered_dates") or []))
        lines = [
            f"Alert: {alert.get('name') or measured}",
            f"Insight: {measured}",
            f"Expected: {expected}",
            f"Seen: {seen}{f', for {days}' if days else ''}",
            f"Fires since: {since.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC",
            f"Checked: {alert.get('calculation_interval', '')}",
        ]
        if found := check.get("investigation_summary"):
            lines += ["", f"PostHog's own investigation: {found}"]
        return RawSignal(
            source=self.project.name,
            external_id=_name(alert),
            occurrence=f"firing {since.isoformat()}",
            title=f"{alert.get('name') or measured}: seen {seen}, expected {expected}",
            body="\n".join(lines),
            url=url,
            author="PostHog",
            channel=self.terms.report_to,
            visibility=self.terms.visibility,
            severity=Severity.WARNING,
            keys=(f"posthog-alert:{alert['id']}",),
            happened_at=since,
        )


def _name(row: Mapping[str, Any]) -> str:
    return f"alert-{name_in(row, 'id')}"


def _last_looked_at(alert: Mapping[str, Any]) -> object:
    return alert.get("last_notified_at") or alert.get("last_checked_at") or now().isoformat()


def _began(checks: Sequence[Mapping[str, Any]], known: Told | None) -> Mapping[str, Any]:
    """The check with which an alert began to fire, of its checks, newest first; empty when none of them is told."""
    run: list[Mapping[str, Any]] = []
    for check in checks:
        if check.get("state") == _QUIET:
            break
        if check.get("state") == _FIRING:
            run.append(check)
    for check in run:
        if known is not None and moment(check["created_at"]) == known.since:
            return check
    return run[-1] if run else {}


def _is_percentage(alert: Mapping[str, Any]) -> bool:
    return _configuration(alert).get("type") == "percentage"


def _configuration(alert: Mapping[str, Any]) -> Mapping[str, Any]:
    return (alert.get("threshold") or {}).get("configuration") or {}


def _expected(alert: Mapping[str, Any]) -> str:
    """The condition that does not hold, in words."""
    if detector := alert.get("detector_config"):
        return f"nothing unusual, by PostHog's {detector.get('type', 'own')} detector"
    bounds = _configuration(alert).get("bounds") or {}
    percent = _is_percentage(alert)
    limits = []
    if bounds.get("lower") is not None:
        limits.append(f"at least {_number(bounds['lower'], percent=percent)}")
    if bounds.get("upper") is not None:
        limits.append(f"at most {_number(bounds['upper'], percent=percent)}")
    what = {"relative_increase": "an increase of ", "relative_decrease": "a decrease of "}
    return what.get(str((alert.get("condition") or {}).get("type")), "") + (" and ".join(limits) or "something else")


def _number(value: object, *, percent: bool) -> str:
    """PostHog writes 34 % as 0.34."""
    if value is None:
        return "an unusual value"
    try:
        number = float(str(value)) * (100 if percent else 1)
    except ValueError:
        return str(value)[:100]
    text = f"{number:,.2f}".rstrip("0").rstrip(".")
    return f"{text} %" if percent else text
