"""How a status, a sum and a time are said to people."""

from __future__ import annotations

import datetime as dt

from storage.judgments import Outcome
from storage.records import CheckState, Report
from storage.snapshot import Snapshot
from storage.status import Status

_SAID = {
    Status.GATHERING: ":inbox_tray: Gathering evidence",
    Status.AWAITING_RESEARCH: ":mag: Looking for the cause",
    Status.AWAITING_ANSWER: ":question: Waiting for your answer in the thread",
    Status.AWAITING_APPROVAL: ":raised_hand: Waiting for a yes to the plan in the thread",
    Status.AWAITING_FIX: ":hammer_and_wrench: Writing the fix and proving it",
    Status.AWAITING_CHECKS: ":hourglass_flowing_sand: Waiting for the checks of the pull request",
    Status.AWAITING_REVIEW: ":eyes: Ready: waiting for a person to review and merge",
    Status.AWAITING_PROOF: ":crossed_fingers: Merged, and watching whether it comes back",
    Status.RESOLVED: ":white_check_mark: Resolved",
    Status.DISMISSED: ":no_entry_sign: Dismissed",
    Status.STUCK: ":warning: Stuck, a person is needed",
}
_STUCK = {
    Outcome.OUT_OF_STEPS: "it used up its turns",
    Outcome.OUT_OF_MONEY: "it used up its money",
    Outcome.OUT_OF_TIME: "it used up its time",
    Outcome.NO_SANDBOX: "code cannot be run safely here",
    Outcome.NO_REPOSITORY: "no repository is known for it",
    Outcome.REFUSED: "the model did not do it",
    Outcome.UNPROVEN: "the fix could not be proven",
    Outcome.UNSAFE: "a guard refused the change",
    Outcome.NO_CHECKS: "the checks did not come in time",
    Outcome.OUT_OF_ROUNDS: "its rounds are used up",
    Outcome.DRY_RUN: "this is a dry run",
}


def status_line(report: Report) -> str:
    """What the report waits for, in words."""
    line = _SAID[report.status]
    if report.status is Status.STUCK and report.stuck_because in _STUCK:
        line += f": {_STUCK[report.stuck_because]}"
    if report.status is Status.DISMISSED and report.dismissed_because:
        line += f": {report.dismissed_because}"
    return line


def checks_line(state: CheckState) -> str:
    """What CI says, in words."""
    return {
        CheckState.NONE: "no checks yet",
        CheckState.PENDING: "checks are running",
        CheckState.GREEN: "all checks are green",
        CheckState.RED: "checks are red",
    }[state]


def footer(snapshot: Snapshot) -> str:
    """Cost and time so far, and the report's name."""
    spent = snapshot.spending
    if not spent.calls:
        return f"{snapshot.report.ref} · no model was asked"
    return f"{snapshot.report.ref} · {spent.calls} model calls · {span(spent.seconds)} · about ${spent.usd:.2f}"


def span(seconds: float) -> str:
    """A length of time, roughly."""
    if seconds < 90:  # noqa: PLR2004 from here on minutes read better
        return f"{seconds:.0f} s"
    if seconds < 5_400:  # noqa: PLR2004 and from here on hours
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"  # noqa: PLR2004


def moment(at: dt.datetime | None) -> str:
    """A moment in everybody's own time zone."""
    if at is None:
        return "some time"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"
