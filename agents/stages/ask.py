"""Ask: what a verdict means for the humans in the thread. Pure: it says which question or plan is to be shown."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from storage.judgments import Bucket, Plan, Question, Research, Verdict
from storage.status import Status

_NOT_PROPOSED = "I propose no fix for it: the policy file wants none here (`autonomy`, `propose_from`)."


class Asking(BaseModel):
    """The next status, and what to show."""

    model_config = ConfigDict(frozen=True)

    to: Status
    because: str
    plan: Plan | None = None
    question: Question | None = None


def ask(research: Research, verdict: Verdict, *, may_propose: bool) -> Asking:
    """Show the plan, put the question, or say what is missing. The policy says whether a plan may be shown."""
    if verdict.bucket is Bucket.NEEDS_INPUT and research.question is not None:
        return Asking(to=Status.AWAITING_ANSWER, because=verdict.reason, question=research.question)
    if verdict.bucket is Bucket.ACTIONABLE and research.plan is not None:
        if may_propose:
            return Asking(to=Status.AWAITING_APPROVAL, because=verdict.reason, plan=research.plan)
        return Asking(to=Status.GATHERING, because=f"{verdict.reason} {_NOT_PROPOSED}")
    missing = verdict.missing or research.missing
    return Asking(to=Status.GATHERING, because=f"{verdict.reason} {missing}".strip())
