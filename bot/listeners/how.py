"""The button “How I got here”: a window with what was done for a report, for those who may see the report."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from agents import rules
from agents.errors import SlackRejected
from bot.actions import Picked
from bot.listeners.deps import Deps
from bot.listeners.payload import Press
from bot.views.how import RUNS, Told, how
from bot.views.trouble import outdated
from storage.judgments import Stage
from storage.records import Report
from storage.runs import RunSeen
from storage.status import Visibility

log = structlog.get_logger()

_AGENTS = frozenset({Stage.RESEARCH, Stage.FIX})
_TOO_LATE = "Slack opens a window only within three seconds, and I was too slow. Please press it again."


def show(press: Press, deps: Deps) -> str:
    """Open the window; else what to tell the person. Raises NotFound, SlackDown."""
    report = deps.store.reports.get(Picked.model_validate_json(press.value).report_id)
    if not _is_seen_by(report, press, deps):
        return outdated()
    if refusal := rules.may_ask(deps.person(press.user, press.team), deps.home_team):
        return refusal
    runs = [run for run in deps.store.runs.of_report(report.id or 0) if run.stage in _AGENTS]
    try:
        deps.slack.show_window(press.trigger, "How I got here", how(report, _told(runs, deps)))
    except SlackRejected as error:
        log.warning("a window could not be opened", report=report.id, error=str(error))
        return _TOO_LATE
    return ""


def _told(runs: Sequence[RunSeen], deps: Deps) -> list[Told]:
    """The runs with their strands; what was done only where there is room for it."""
    own = [run for run in runs if not run.strand]
    shown = {run.key for run in own[:RUNS]}

    def told(run: RunSeen, strands: Sequence[Told] = ()) -> Told:
        return Told(run, deps.store.runs.uses(run.key) if run.whole in shown else (), strands)

    return [told(run, [told(each) for each in runs if each.strand and each.whole == run.key]) for run in own]


def _is_seen_by(report: Report, press: Press, deps: Deps) -> bool:
    """Whether the report may be shown to whoever pressed: a private one only to its channel's people, and there."""
    if report.visibility is Visibility.PUBLIC:
        return True
    return press.channel == report.channel and deps.slack.is_member(report.channel, press.user)
