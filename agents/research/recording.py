"""What was done about a report so far, as an agent reads and cites it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from agents.wording import cut
from storage.records import Entry, Fix, Report
from storage.store import Store

_LINES = 60  # of the journal, the newest
_LINE = 400  # characters
_PROVEN = "It is proven: its new tests fail without the change and pass with it, and the whole suite holds."


def record_of(store: Store, report: Report) -> str:
    """Status, plan, pull request and journal, a line each, oldest first."""
    return "\n".join(_lines(store, report))


def _lines(store: Store, report: Report) -> Iterator[str]:
    report_id = report.id or 0
    count = store.signals.count(report_id).signals
    status = report.status.value.replace("_", " ")
    yield f"{report.ref} is {status} since {_at(report.since)}; it holds {count} signal{'s' * (count != 1)}."
    if report.name:
        yield f"People call it “{report.name}”."
    if report.priority is not None:
        yield f"Its priority is {report.priority.value}."
    if report.plan_revision:
        yield f"Its latest plan is revision {report.plan_revision}."
    if (fix := store.fixes.latest(report_id)) is not None:
        yield from _fix(fix)
    entries = store.reports.journal(report_id)
    if len(entries) > _LINES:
        yield f"({len(entries) - _LINES} older lines are left out)"
    for entry in entries[-_LINES:]:
        yield _entry(entry)


def _fix(fix: Fix) -> Iterator[str]:
    if fix.by_hand:
        what = (
            f"pull request #{fix.number}, {fix.url}" if fix.number is not None else fix.mended_in or "no pull request"
        )
        yield f"{fix.by_hand} mends it by hand, as they said on {_at(fix.started_at)}: {what}."
        if fix.number is not None and fix.merged_at is not None:
            yield f"It was merged on {_at(fix.merged_at)} by {fix.merged_by or 'somebody'}."
        return
    yield f"A fix of plan revision {fix.plan_revision} was begun on {_at(fix.started_at)}, on the branch {fix.branch}."
    if fix.proof is not None:
        yield f"Its proof does not hold: {cut(fix.proof.why_not, _LINE)}" if not fix.proof.holds else _PROVEN
    if fix.number is not None:
        ready = "ready for review" if fix.ready else "a draft"
        yield f"Its pull request is #{fix.number}, {fix.url}, {ready}; its checks are {fix.checks.value}."
    if fix.merged_at is not None:
        yield f"It was merged on {_at(fix.merged_at)} by {fix.merged_by or 'somebody'}."


def _entry(entry: Entry) -> str:
    moved = ""
    if entry.before is not None and entry.after is not None:
        moved = f"{entry.before.value.replace('_', ' ')} -> {entry.after.value.replace('_', ' ')}: "
    return f"{_at(entry.at)} {entry.who or 'machine'}: {moved}{cut(' '.join(entry.text.split()), _LINE)}"


def _at(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
