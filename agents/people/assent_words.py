"""What people hear of their decisions, and what the journal keeps of them."""

from __future__ import annotations

from storage.records import Decision, Report
from storage.status import Status

NO_REASON = "no reason was given"  # what the journal says of a dismissal
UNCLEAR = (
    "I take only plain words for a decision: `approve`, or `not now`. Other words are guidance, by which I revise the "
    "plan. Nothing was changed."
)
_NOTED = (
    "Noted. The work that is going on may have begun without it; what I do next is done with it. `stop` dismisses the "
    "report."
)
_FOR_RETRY = (
    "I keep that; press Retry, or reply `retry`, and the next try is done with it. `stop` dismisses the report."
)
KEPT = {Status.AWAITING_RESEARCH: _NOTED, Status.AWAITING_FIX: _NOTED, Status.STUCK: _FOR_RETRY}
REWORDED = "It was changed after this list was drawn, so nothing was restored. `/signalbox held` shows it as it is now."
HEARD = "I heard that already, and it counts."
STOPPING = "I stop before my next turn. The report stays; its Retry begins anew."


def nothing_to_decide(report: Report) -> str:
    """Why a decision about this report changes nothing."""
    if report.status is Status.DISMISSED:
        return f"{report.ref} was dismissed, so there is nothing to decide. `/investigate` has it looked at again."
    if report.status is Status.RESOLVED:
        return f"{report.ref} is resolved, so there is nothing to decide. `/investigate` has it looked at again."
    return f"{report.ref} is {plain(report.status)}: there is nothing to decide now. `stop` dismisses it."


def unshown_plan(report: Report) -> str:
    """Why a phrase in the thread decides on no plan."""
    if report.asleep_since is not None:
        return f"{report.ref} sleeps, and its plan is shown when it wakes: reply `wake`, then decide on that."
    return "No plan was shown before your reply, so it decides nothing."


def because(decision: Decision, words: str) -> str:
    """What the journal says of a decision."""
    return {
        Decision.APPROVE: "approved the plan",
        Decision.NOT_NOW: "not now",
        Decision.DISMISS: words or NO_REASON,
        Decision.GUIDE: f"asked to change the plan: {words}",
        Decision.ANSWER: f"answered: {words}",
        Decision.RETRY: "asked to try again",
        Decision.PERMIT: f"these words are fine: {words}",
        Decision.GO_ON: f"go on, whatever becomes of {words}",
    }[decision]


def left_open(report: Report, decision: Decision) -> str:
    """What is said besides, when a report is dismissed whose pull request is open."""
    in_review = report.status in (Status.AWAITING_CHECKS, Status.AWAITING_REVIEW)
    return (
        " The pull request stays open; close it if nobody wants it."
        if decision is Decision.DISMISS and in_review
        else ""
    )


def done(decision: Decision) -> str:
    """What a person hears whose decision counts."""
    return {
        Decision.APPROVE: "Approved. I am writing the fix now.",
        Decision.NOT_NOW: "Understood, not now.",
        Decision.DISMISS: "Dismissed.",
        Decision.GUIDE: "Thanks. I am revising the plan and will show it again.",
        Decision.ANSWER: "Thanks, that helps. I am looking again.",
        Decision.RETRY: "Trying again.",
        Decision.GO_ON: "I go on with the fix, and ask no more about what I named.",
        Decision.PERMIT: "I let these words through for this report, and go on with the fix.",
    }[decision]


def noted(missing: int) -> str:
    """What a person hears whose approval counts, where others have to join it."""
    more = "One more approver has" if missing == 1 else f"{missing} more approvers have"
    return f"Your approval is noted. {more} to approve the plan before I begin."


def plain(status: Status) -> str:
    """A status in words."""
    return status.value.replace("_", " ")
