"""What was done for a report, for those who may see the report: “How I got here”, and `/signalbox runs`."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence

import structlog
from slack_sdk.models.blocks import Block

from agents import rules
from agents.errors import SlackRejected
from bot.actions import Picked
from bot.listeners.deps import Deps
from bot.listeners.payload import Press, Typed
from bot.views.how import RUNS, Told, how, lately
from bot.views.trouble import outdated
from storage.columns import now
from storage.judgments import Stage
from storage.records import Report
from storage.runs import AGENTS, RunSeen
from storage.status import Visibility

log = structlog.get_logger()

_LATELY = dt.timedelta(days=7)
_TOO_LATE = "Slack opens a window only within three seconds, and I was too slow. Please press it again."


def show(press: Press, deps: Deps) -> str:
    """Open the window; else what to tell the person. Raises NotFound, SlackDown."""
    report = deps.store.reports.get(Picked.model_validate_json(press.value).report_id)
    if not _is_seen_by(report, press, deps):
        return outdated()
    if refusal := rules.may_ask(deps.person(press.user, press.team), deps.home_team):
        return refusal
    runs = [run for run in deps.store.runs.of_report(report.id or 0) if run.stage in AGENTS]
    runs.sort(key=lambda run: run.stage == Stage.INQUIRE)  # they hide no other run
    try:
        deps.slack.show_window(press.trigger, "How I got here", how(report, _told(runs, deps)))
    except SlackRejected as error:
        log.warning("a window could not be opened", report=report.id, error=str(error))
        return _TOO_LATE
    return ""


def runs_typed(typed: Typed, deps: Deps) -> tuple[str, list[Block]]:
    """`/signalbox runs`: the last ones of reports that whoever typed it may see there. Raises SlackDown."""
    if refusal := rules.may_ask(deps.person(typed.user, typed.team), deps.home_team):
        return refusal, []
    found = list(itertools.islice(_seen_lately(typed, deps), RUNS))
    if not found:
        return "In the last 7 days I worked on no report that I could speak of here.", []
    return "What I worked on last", lately(found)


def _seen_lately(typed: Typed, deps: Deps) -> Iterator[tuple[Report, RunSeen]]:
    """Newest first."""
    every = [run for stage in AGENTS for run in deps.store.runs.all(stage=stage, since=now() - _LATELY)]
    for run in sorted(every, key=lambda run: run.began_at, reverse=True):
        if run.report_id is not None and not run.strand:
            report = deps.store.reports.get(run.report_id)
            if _is_seen_by(report, typed, deps):
                yield report, run


def _told(runs: Sequence[RunSeen], deps: Deps) -> list[Told]:
    """The runs with their strands; what was done only where there is room for it."""
    own = [run for run in runs if not run.strand]
    shown = {run.key for run in own[:RUNS]}

    def told(run: RunSeen, strands: Sequence[Told] = ()) -> Told:
        return Told(run, deps.store.runs.uses(run.key) if run.whole in shown else (), strands)

    return [told(run, [told(each) for each in runs if each.strand and each.whole == run.key]) for run in own]


def _is_seen_by(report: Report, press: Press | Typed, deps: Deps) -> bool:
    """Whether the report may be shown to whoever asks: a private one only to its channel's people, and there."""
    if report.visibility is Visibility.PUBLIC:
        return True
    return press.channel == report.channel and deps.slack.is_member(report.channel, press.user)
