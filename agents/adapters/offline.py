"""The engine that needs no model: it screens by rules, says signals in their own words, groups by keys and likeness.

It never researches or writes code, and says so wherever its judgment is shown.
"""

from __future__ import annotations

from typing import TypeVar

from agents.adapters import plain_reading
from agents.adapters.chatter import tells_of_a_problem
from agents.errors import ModelRefused
from agents.exchange import About, Turn, TurnRequest
from agents.mentions import legible
from agents.stages.decide import AboutDecide
from agents.stages.group import AboutGroup
from agents.stages.normalise import AboutNormalise
from agents.stages.read import AboutRead
from agents.summaries import AboutSummary
from storage.judgments import (
    Bucket,
    Confidence,
    Grouping,
    Judgment,
    Screening,
    Stage,
    Summary,
    Verdict,
)
from storage.readings import Reading

J = TypeVar("J", bound=Judgment)

NO_MODEL = (
    "No model is set up, so nobody has looked for the cause: set ANTHROPIC_API_KEY and restart, then press Retry."
)
NO_ATTACK = "No rule found an attack; no model is set up to look closer (offline)."
CHAT = "slack"  # the source in which people also chat
THRESHOLD = 0.35  # likelihood from which a signal joins; docs/evals.md shows what others would do
_REASON_LIMIT = 300


class OfflineModel:
    """Implements `agents.ports.Model` by rules and word counts. Deterministic, free, and modest."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        self._threshold = threshold

    @property
    def can_research(self) -> bool:
        """It cannot."""
        return False

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        """The judgment of a stage that can be done without a model. Raises ModelRefused for any other."""
        answer = self._answer(about)
        if not isinstance(answer, returns):
            raise ModelRefused(f"The stage {stage.value} needs a model, and none is set up: set ANTHROPIC_API_KEY.")
        return answer

    def turn(self, request: TurnRequest) -> Turn:
        """There are no conversations without a model."""
        raise ModelRefused(f"The stage {request.stage.value} needs a model, and none is set up: set ANTHROPIC_API_KEY.")

    def _answer(self, about: About) -> Judgment | None:
        match about:
            case AboutRead():
                return Reading(screening=Screening(reason=NO_ATTACK), summary=_summary(about))
            case AboutNormalise():
                return _summary(about)
            case AboutGroup():
                return _grouping(about, self._threshold)
            case AboutDecide():
                return _verdict(about)
            case _:
                return None


def _grouping(about: AboutGroup, threshold: float) -> Grouping:
    """The likeliest candidate, if it is likely enough. It comes from agents/grouping/ranking.py."""
    order = sorted(about.choices, key=lambda choice: -choice.likelihood)  # stable: the ranking's order between equals
    ranking, nearest = tuple(choice.subject for choice in order), order[0]
    chance = f"{nearest.likelihood:.0%} likely, by words and labels, to be the same problem"
    if nearest.likelihood < threshold:
        reason = f"The nearest, {nearest.subject}, is {chance}; {threshold:.0%} is needed (offline)."
        return Grouping(ranking=ranking, reason=reason[:_REASON_LIMIT])
    return Grouping(
        ranking=ranking,
        pull_request_title=nearest.title,
        reason=f"{nearest.subject} is {chance} (offline)."[:_REASON_LIMIT],
        candidate=nearest.subject,
    )


def _summary(about: AboutSummary) -> Summary:
    is_chat = about.source == CHAT
    text = legible(about.text) if is_chat else about.text
    title = " ".join(about.title.split())[:_REASON_LIMIT] or plain_reading.title(text)
    title = title or f"A signal from {about.source} without words"
    return Summary(
        about_product=not is_chat or tells_of_a_problem(text),
        title=title,
        gist=plain_reading.gist(text) or title,
        queries=plain_reading.queries(title, text),
    )


def _verdict(about: AboutDecide) -> Verdict:
    """From what the research itself says; without research, which needs a model, there is nothing to act on."""
    research = about.research
    if research.question is not None and research.plan is None:
        bucket, reason = Bucket.NEEDS_INPUT, "The research asks a question that only people can answer (offline)."
    elif research.plan is not None and research.findings and research.confidence is not Confidence.GUESSED:
        bucket, reason = Bucket.ACTIONABLE, "The research gives a plan that rests on verified findings (offline)."
    else:
        bucket, reason = Bucket.NOT_ACTIONABLE, "There is no plan that rests on verified findings (offline)."
    missing = (research.missing or NO_MODEL) if bucket is Bucket.NOT_ACTIONABLE else ""
    return Verdict(reason=reason, bucket=bucket, priority=research.priority, missing=missing)
