"""Reports that people correct, and what they see and press while they do."""

from __future__ import annotations

from typing import Any

from playground.workspace import Ephemeral, Message
from storage.groups import Considered, Route, Weighed
from storage.judgments import Grouping, Screening
from storage.records import Report
from storage.reports.filing import NewReport
from storage.status import Status, Visibility
from tests.bot.workplace import SOLAR, Workplace
from tests.factories import a_report, a_signal, a_summary, a_vector


def a_public(place: Workplace, title: str = "The export fails", **columns: Any) -> Report:
    return a_report(place.store, channel=SOLAR, title=title, **columns)


def said(place: Workplace, user: str, text: str, channel: str = SOLAR) -> str:
    """What a command answers."""
    return str(place.types(user, "/signalbox", text, channel).body)


def purpose(place: Workplace, report: Report, name: str) -> Message:
    """A message of the report's thread, drawn just now."""
    messages = place.draw(report.id or 0)
    ts = place.store.outbox.of_report(report.id or 0)[name].ts
    return next(message for message in messages if message.ts == ts)


def shown(place: Workplace, user: str) -> Ephemeral:
    return place.workspace.ephemerals(user)[-1]


def button(seen: Ephemeral, label: str) -> dict[str, Any]:
    rows = [block["elements"] for block in seen.blocks if block["type"] == "actions"]
    return next(each for row in rows for each in row if each["text"]["text"] == label)


def a_joined(place: Workplace) -> tuple[Report, int]:
    """A report with a signal that a judgment put there."""
    report = a_public(place)
    other = a_public(place, "Something <!channel> else")
    signal = a_signal(place.store, channel=SOLAR, title="Exports hang")
    summary = a_summary(title="Exports hang", queries=("export hangs", "timeout"))
    place.store.signals.describe(signal.id or 0, Screening(), summary, a_vector(1.0), b"")
    weighed = [
        Weighed(report_id=number or 0, subject="s", status=Status.GATHERING, ranks={Route.TEXT: rank}, score=0.1,
                similarity=0.71, likelihood=likelihood, shared_keys=())
        for rank, (number, likelihood) in enumerate(((report.id, 0.64), (other.id, 0.31)), start=1)
    ]  # fmt: skip
    place.store.filing.file(
        signal.id or 0, report_id=report.id, grouping=Grouping(candidate="s", reason="One change cures both."),
        candidates=("s",), epoch=place.store.filing.epoch(), weight=1.0, keys=(), step="x",
        new_report=NewReport(title="t", gist="", subject="s", channel=SOLAR, visibility=Visibility.PUBLIC),
        considered=Considered(queries=summary.queries, candidates=tuple(weighed), judge="claude-x", near_miss=other.id),
    )  # fmt: skip
    return report, other.id or 0


def stray_backticks(shown: Any) -> list[str]:
    """Texts of blocks in which Slack would show backticks as they are, for only mrkdwn makes code of them."""
    if isinstance(shown, list):
        return [found for each in shown for found in stray_backticks(each)]
    if not isinstance(shown, dict) or shown.get("type") == "mrkdwn":
        return []
    own = shown.get("text")
    here = [own] if isinstance(own, str) and "`" in own else []
    return [*here, *(found for each in shown.values() for found in stray_backticks(each))]
