"""How a status, a sum and a time are said to people. Plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.mentions import legible
from agents.rules import autonomy_of
from agents.terms import Autonomy, Policy
from bot.views import mended, soaked
from bot.views.parts import Mention, Moment, Piece
from bot.views.scene import Scene
from storage.decisions.standing import AHEAD
from storage.gathered import Count
from storage.judgments import Outcome
from storage.raw import SLACK
from storage.records import CheckState, Entry, Report, Signal
from storage.reports.snapshot import Snapshot
from storage.status import Dismissal, Mover, Status

SIGNS = {
    Status.GATHERING: "inbox_tray",
    Status.AWAITING_RESEARCH: "mag",
    Status.AWAITING_ANSWER: "question",
    Status.AWAITING_APPROVAL: "raised_hand",
    Status.AWAITING_FIX: "hammer_and_wrench",
    Status.AWAITING_CHECKS: "hourglass_flowing_sand",
    Status.AWAITING_REVIEW: "eyes",
    Status.AWAITING_PROOF: "crossed_fingers",
    Status.RESOLVED: "white_check_mark",
    Status.DISMISSED: "no_entry_sign",
    Status.STUCK: "warning",
}
_SAID = {
    Status.GATHERING: "Gathering: I look for the cause when more is reported, or when somebody asks me to.",
    Status.AWAITING_RESEARCH: "Looking for the cause. Nobody has to do anything now.",
    Status.AWAITING_ANSWER: "Waiting for an approver to answer the question in the thread.",
    Status.AWAITING_APPROVAL: "Waiting for an approver to decide on the plan in the thread.",
    Status.AWAITING_FIX: "Writing the fix and proving it. Nobody has to do anything now.",
    Status.AWAITING_CHECKS: "Waiting for the checks of {pull_request}.",
    Status.AWAITING_REVIEW: "Ready: waiting for a person to review and merge {pull_request}.",
    Status.AWAITING_PROOF: "Merged: watching whether it comes back.",
    Status.RESOLVED: "Resolved: merged, and nothing more was heard of it.",  # true of every ending
    Status.DISMISSED: "Dismissed",
    Status.STUCK: "Stuck: a person has to look at it and press Retry or Dismiss.",
}
_IN_LINE = {
    Status.AWAITING_RESEARCH: "Next: I look for the cause when it is its turn. Nobody has to do anything now.",
    Status.AWAITING_FIX: "Next: I write the fix and prove it when it is its turn. Nobody has to do anything now.",
}
_PAUSED = {
    Status.AWAITING_RESEARCH: "Paused: I look for the cause once work goes on.",
    Status.AWAITING_FIX: "Paused: I write the fix and prove it once work goes on.",
    Status.AWAITING_CHECKS: "Paused: I look at the checks of {pull_request} once work goes on.",
    Status.AWAITING_PROOF: "Paused: merged, and I watch whether it comes back once work goes on.",
}
_GATHERING_AGAIN = {
    Status.AWAITING_APPROVAL: "Gathering: a plan was shown, and expired because it was not decided on. “Ask again” "
    "gets a fresh one.",
    Status.AWAITING_RESEARCH: "Gathering: I looked for the cause, and can propose no fix yet. I look again when more "
    "is reported, or when somebody asks me to.",
}
_WHEN_ASKED = {
    None: "Gathering: I look for the cause when somebody asks me to. By itself the policy has it only filed.",
    Status.AWAITING_RESEARCH: "Gathering: I looked for the cause, and can propose no fix yet. I look again when "
    "somebody asks me to.",
}
_FOR_PEOPLE = frozenset({Status.AWAITING_ANSWER, Status.AWAITING_APPROVAL, Status.AWAITING_REVIEW, Status.STUCK})
_STUCK = {
    Outcome.OUT_OF_STEPS: "I used up the turns I may take",
    Outcome.OUT_OF_MONEY: "I used up the money I may spend",
    Outcome.OUT_OF_TIME: "I used up the time I may take",
    Outcome.NO_MODEL: "no model is set up",
    Outcome.NO_SANDBOX: "code cannot be run safely on this machine",
    Outcome.NO_REPOSITORY: "the policy names no repository for it",
    Outcome.REFUSED: "I got no usable answer",
    Outcome.UNPROVEN: "the fix could not be proven",
    Outcome.UNSAFE: "a safety check refused the change",
    Outcome.OBJECTED: "the reviewing model objected to the fix to the end",
    Outcome.NO_CHECKS: "its checks did not come to an end",
    Outcome.OUT_OF_ROUNDS: "all its rounds were used up",
    Outcome.STOPPED: "a person stopped it",
    Outcome.DRY_RUN: "this is a dry run, nothing is pushed",
}
_SOURCES = {SLACK: "Slack"}
_DID = {
    Status.GATHERING: "back to gathering",
    Status.AWAITING_RESEARCH: "set out to look for the cause",
    Status.AWAITING_ANSWER: "asked a question",
    Status.AWAITING_APPROVAL: "showed the plan",
    Status.AWAITING_FIX: "set out to write the fix",
    Status.AWAITING_CHECKS: "opened or updated the pull request",
    Status.AWAITING_REVIEW: "the checks are green",
    Status.AWAITING_PROOF: "merged",
    Status.RESOLVED: "resolved",
    Status.DISMISSED: "dismissed",
    Status.STUCK: "got stuck",
}
NO_MODEL = "no model key is set up (ANTHROPIC_API_KEY), so nothing is researched"
_MERGED = "merged into SB-"  # what storage/reports/correcting.py says
_REASONS = {
    Dismissal.WONT_FIX: "won't fix",
    Dismissal.NOT_A_PROBLEM: "not a problem",
    Dismissal.FIXED_ELSEWHERE: "fixed elsewhere",
    Dismissal.ANALYSIS_WRONG: "the analysis is wrong",
    Dismissal.UNCLEAR: "unclear",
    Dismissal.NOT_NOW: "not now",
    Dismissal.QUIET: "nothing more was heard of it",
}
_LEAST_ID = 5  # characters
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


def status_line(report: Report, pull_request: str = "the pull request", came_from: Status | None = None) -> str:
    """What the report waits for and who must act. What a person gave as the reason is among the words.

    `came_from` is what it waited for before: one that gathers may do so for the first time, or have been looked into.
    """
    if report.status is Status.DISMISSED:
        return f"Dismissed: {why}" if (why := why_dismissed(report)) else "Dismissed."
    if report.status is Status.GATHERING and report.research is not None and came_from in _GATHERING_AGAIN:
        return _GATHERING_AGAIN[came_from]
    line = _SAID[report.status].format(pull_request=pull_request)
    if report.status is Status.STUCK and report.stuck_because is Outcome.IN_FLIGHT:
        return "Waiting for an approver to say in the thread whether I go on: somebody may be at it already."
    if report.status is Status.STUCK and report.stuck_because in _STUCK:
        return f"Stuck, because {_STUCK[report.stuck_because]}. A person has to look at it and press Retry or Dismiss."
    return line


def ended(words: str) -> str:
    """What parts a sentence that ends with foreign words from the next one: they may bring an end of their own."""
    return " " if words.endswith((".", "!", "?", "…")) else ". "


def waits_for_people(report: Report, came_from: Status | None) -> bool:
    """Whether nothing happens before a person acts; a plan that expired waits for one who asks again."""
    expired = report.status is Status.GATHERING and came_from is Status.AWAITING_APPROVAL
    return expired or report.status in _FOR_PEOPLE


def why_dismissed(report: Report) -> str:
    """In a person's own words, else by the reason that they pressed; empty where none was given."""
    if report.dismissed_because or report.dismissal is None:
        return report.dismissed_because
    if report.merged_into is not None:
        return f"a duplicate of SB-{report.merged_into}"
    return _REASONS.get(report.dismissal, "")


def waits_for(scene: Scene, pull_request: str = "the pull request") -> str:
    """The same, and truly also where asking would not help."""
    came_from, by_hand = scene.moves[-1].before if scene.moves else None, scene.fix is not None and scene.fix.by_hand
    if scene.report.status is Status.RESOLVED:
        return soaked.line(scene.ending, by_hand=bool(by_hand))
    if scene.snapshot.paused_by and scene.report.status in _PAUSED:
        return _PAUSED[scene.report.status].format(pull_request=pull_request)
    return stands(
        scene.report, scene.policy, came_from, researches=scene.researches, pull_request=pull_request,
        by_hand=bool(by_hand), in_line=scene.snapshot.in_line,
    )  # fmt: skip


def stands(
    report: Report,
    policy: Policy,
    came_from: Status | None,
    *,
    researches: bool,
    pull_request: str = "the pull request",
    by_hand: bool = False,
    in_line: bool = False,
) -> str:
    """What a report waits for, and truly so where asking would not help, or nothing else would.

    `by_hand`: its newest fix is a person's own. `in_line`: nothing was begun of what it waits for.
    """
    if in_line and not report.note:  # which says what keeps it
        return _IN_LINE[report.status]
    if by_hand and (said := mended.line(report.status, pull_request)):
        return said
    if idle := idle_because(report, policy, researches=researches):
        return f"Gathering: {idle}."
    if report.status is Status.GATHERING and came_from in _WHEN_ASKED and _is_only_filed(report, policy):
        return _WHEN_ASKED[came_from]
    return status_line(report, pull_request, came_from)


def _is_only_filed(report: Report, policy: Policy) -> bool:
    """Whether the policy has nobody look by themselves; that of its sources and other channels is not looked at."""
    return autonomy_of(report, Count(0, (), ()), policy) is Autonomy.WATCH


def idle_because(report: Report, policy: Policy, *, researches: bool) -> str:
    """Why nobody looks for the cause of a gathering report, although somebody asks; empty when that would help."""
    if report.status is not Status.GATHERING:
        return ""
    if not researches:
        return NO_MODEL
    if report.research_passes < policy.budgets.research_passes:
        return ""
    return f"I have looked for the cause {report.research_passes} times, and the policy allows no more"


def checks_line(state: CheckState) -> str:
    """What CI says."""
    return {
        CheckState.NONE: "no checks yet",
        CheckState.PENDING: "checks are running",
        CheckState.GREEN: "all checks are green",
        CheckState.RED: "checks are red",
    }[state]


def footer(snapshot: Snapshot) -> str:
    """The report's name, and its cost and time so far."""
    spent = snapshot.spending
    if not spent.calls:
        return f"{snapshot.report.ref} · no model was asked"
    calls = f"{spent.calls} model call{'s' if spent.calls != 1 else ''}"
    took = f" in {span(spent.seconds)}" if round(spent.seconds) else ""  # recorded replies take no time
    return f"{snapshot.report.ref} · {calls}{took} · about {money(spent.usd)}"


def timeline(scene: Scene, most: int = 8) -> list[list[Piece]]:
    """What happened to the report, a line a move, oldest first; only the latest ones."""
    lines: list[list[Piece]] = []
    for entry in scene.moves[-most:]:
        by_person = _is_person(entry.who)
        did = "stopped" if by_person and entry.after is Status.STUCK else _DID[entry.after] if entry.after else ""
        did = entry.text if is_merge(entry) else mended.did(entry) or did
        line: list[Piece] = [Moment(entry.at), f": {did}"]
        if by_person:
            line += [", by ", Mention(entry.who), "'s standing approval" if entry.text.startswith(AHEAD) else ""]
        lines.append(line)
    return lines


def is_merge(entry: Entry) -> bool:
    """Whether a report was closed because its signals went to another one."""
    return entry.after is Status.DISMISSED and entry.text.startswith(_MERGED)


def it_was(entry: Entry) -> list[Piece]:
    """A sentence that names the person who did it; nothing where nobody did."""
    return [" It was ", Mention(entry.who), "."] if _is_person(entry.who) else []


def _is_person(who: str) -> bool:
    return who not in {"", Mover.MACHINE, Mover.WORLD}


def source_name(source: str) -> str:
    """How a source is called: Slack by its own name, others by the name the policy gives them."""
    return _SOURCES.get(source, source)


def as_written(words: str, signal: Signal) -> str:
    """Words of a signal as they stand where it was written."""
    return legible(words) if signal.source == SLACK else words


def title_of(signal: Signal) -> str:
    """How a signal is called: by its own title, by what was made of it, or by where it came from."""
    said = as_written(signal.title, signal) or (signal.summary.title if signal.summary else "")
    return said or ("a message" if signal.source == SLACK else signal.external_id)


def with_refs(text: str, refs: Mapping[str, str]) -> str:
    """What a judgment said, with reports named as people name them: by a ref, and not by the id of their first signal.

    Ids that could as well be a word or a number of the text stay.
    """
    for subject in sorted(refs, key=len, reverse=True):
        if len(subject) >= _LEAST_ID and not subject.isalnum():
            text = re.sub(rf"(?<![\w/-]){re.escape(subject)}(?!\w)", refs[subject], text)
    return text


def plural(number: int, noun: str) -> str:
    """So many of something."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def money(usd: float) -> str:
    """US dollars."""
    return f"${usd:,.2f}"


def span(seconds: float) -> str:
    """A length of time, roughly."""
    if seconds < 1.5 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 1.5 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.0f} h"
    return f"{seconds / _DAY:.0f} days"
