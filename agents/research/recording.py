"""What was done about a report so far, as an agent reads and cites it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from agents import rules
from agents.case_text import ranking_text
from agents.research.urgency import scale_text
from agents.terms import Policy
from agents.wording import cut
from storage.inquiries import ANSWERED, ASKED, NOT_ANSWERED
from storage.judgments import Research
from storage.records import Entry, Fix, Report
from storage.status import CLOSED, Status
from storage.store import Store

_AT_THE_PULL_REQUEST = frozenset({Status.AWAITING_CHECKS, Status.AWAITING_REVIEW})
_OVER = frozenset({Status.AWAITING_PROOF, *CLOSED})
_OF_QUESTIONS = frozenset({ASKED, ANSWERED, NOT_ANSWERED})
_LINES = 60  # of the journal, the newest
_LINE = 400  # characters
_PROVEN = "It is proven: its new tests fail without the change and pass with it, and the whole suite holds."


def record_of(store: Store, report: Report, policy: Policy) -> str:
    """Status, priority, who may approve, plan, pull request and journal, a line each, oldest first.

    What people asked is left out: whoever reads this is told of it apart, and much of it would hide the rest.
    """
    return "\n".join(_lines(store, report, policy))


def _lines(store: Store, report: Report, policy: Policy) -> Iterator[str]:
    report_id = report.id or 0
    count = store.signals.count(report_id).signals
    status = report.status.value.replace("_", " ")
    yield f"{report.ref} is {status} since {_at(report.since)}; it holds {count} signal{'s' * (count != 1)}."
    if report.name:
        yield f"People call it “{report.name}”."
    if report.priority is not None:
        yield f"Its priority is {report.priority.value}."
    if report.research is not None:
        yield from _around(report.research)
    if report.plan_revision:
        yield f"Its latest plan is revision {report.plan_revision}."
    yield _changing(report)
    named = rules.approvers_of(policy.repository(report.repository), policy)
    yield f"Its plans may be approved by {', '.join(named) or 'nobody: the policy file names no approvers'}."
    if (fix := store.fixes.latest(report_id)) is not None:
        yield from _fix(fix)
    entries = [entry for entry in store.reports.journal(report_id) if entry.text not in _OF_QUESTIONS]
    if len(entries) > _LINES:
        yield f"({len(entries) - _LINES} older lines are left out)"
    for entry in entries[-_LINES:]:
        yield _entry(entry)


def _changing(report: Report) -> str:
    """How somebody has what is planned, or done, changed now."""
    if report.status in _AT_THE_PULL_REQUEST:
        return "Who wants its fix changed says so on the pull request, if they may write to the repository."
    if report.status in _OVER:
        return "It is merged or closed; what is missing is a new report: name the bot in the channel, or /investigate."
    if report.status is Status.AWAITING_ANSWER:
        return "Signalbox has asked something first, which an approver answers in this thread."
    if report.status is Status.GATHERING:
        return "There is no plan to be changed; /investigate has it researched."
    if report.status is Status.AWAITING_APPROVAL:
        return "Who wants its plan changed has an approver say how in this thread, without a question mark."
    return "What an approver says in this thread, without a question mark, is kept for the next try."


def _around(research: Research) -> Iterator[str]:
    """What code counted and looked up when the report was researched, as the thread shows it."""
    found = research.assessment
    if found is None or found.ranked is None:
        yield f"Its research says {research.priority.value}: {research.priority_reason}"
    else:
        yield f"That is by numbers ({scale_text()}): {ranking_text(found.ranked)}."
        if research.priority is not found.ranked.priority:
            yield f"The agent that researched it would say {research.priority.value}: {research.priority_reason}"
    if found is None:
        return
    yield from (f"It may be addressed already, by {one.what}." for one in found.touched_since)
    yield from (f"An open pull request touches the same files: {one.what} {one.url}" for one in found.in_flight)
    yield from (f"{one.sentence}. {one.url}".rstrip() for one in found.siblings)
    if found.reviewers:
        yield f"Asked to review its fix will be {'; '.join(f'{one.name} ({one.why})' for one in found.reviewers)}."


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
        if fix.proof.reviewed:
            yield f"A model that reviewed it says: {fix.proof.reviewed}"
        yield from (f"It remarks: {cut(remark, _LINE)}" for remark in fix.proof.remarks)
    yield from (f"A model that reviewed it objects, so it was not pushed: {cut(one, _LINE)}" for one in fix.objections)
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
