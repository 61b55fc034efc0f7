"""`/signalbox linear SB-12`: have a Linear issue made of a report."""

from __future__ import annotations

from bot.listeners.deps import Deps
from bot.listeners.naming import Said, about
from bot.listeners.payload import Typed
from storage.records import Report
from storage.status import CLOSED, Visibility

_USAGE = "Name the report, such as: `/signalbox linear SB-12`"
_NO_TEAM = "No Linear team is set up, so no issue is made: name one as `team` under [linear] in the policy file."
_NO_TRACKER = "LINEAR_API_KEY is not set, so no issue can be made. Tell whoever runs me."
_PRIVATE = " The report is private, so the issue tells no more than its number and where its thread is."
_DRY = " This is a dry run, but what you ask for yourself is made all the same: a real issue."


def linear_typed(typed: Typed, deps: Deps) -> Said:
    """Whoever may see a report may have it."""
    return about(typed, deps, _USAGE, _wanted)


def _wanted(report: Report, user: str, _: str, deps: Deps) -> Said:
    terms, report_id = deps.policy.linear, report.id or 0
    if terms is None:
        return _NO_TEAM, []
    if deps.pipeline.means.issues is None:
        return _NO_TRACKER, []
    known = deps.store.tracked.get(report_id)
    if known is not None and known.identifier:
        return f"{report.ref} has the issue {known.identifier} already: {known.url}", []
    if linked := [each for each in deps.store.linked.of_report(report_id) if "/issue/" in each.url]:
        its = linked[0]
        said = f"{report.ref} is linked with {its.identifier}, so I make none of my own: {its.url}."
        return f"{said} `/signalbox unlink {report.ref} {its.url}` ends that.", []
    deps.store.tracked.want(report_id, user)
    private = _PRIVATE if report.visibility is Visibility.PRIVATE else ""
    closed = f" {report.ref} itself is {report.status.value}." if report.status in CLOSED else ""
    said = f"I make an issue of {report.ref} in the Linear team {terms.team}; its card will link it."
    dry = _DRY if deps.policy.dry_run else ""
    return f"{said}{private}{closed}{dry}", []
