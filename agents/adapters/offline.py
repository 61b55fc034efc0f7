"""The engine that needs no model: it screens by rules, says signals in their own words, groups by keys and likeness.

It never researches or writes code, and says so wherever its judgment is shown.
"""

from __future__ import annotations

from typing import TypeVar

from agents.adapters import plain_reading
from agents.adapters.likeness import THRESHOLD, Text, likeness
from agents.errors import ModelRefused
from agents.exchange import About, Turn, TurnRequest
from agents.ports import Vectoriser
from agents.stages.decide import AboutDecide
from agents.stages.group import AboutGroup, Choice
from agents.stages.normalise import AboutNormalise
from agents.stages.screen import AboutScreen
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

J = TypeVar("J", bound=Judgment)

NO_MODEL = (
    "No model is set up, so nobody has looked for the cause: set ANTHROPIC_API_KEY and restart, then press Retry."
)
CHAT = "slack"  # the source in which people also chat
_REASON_LIMIT = 300


class OfflineModel:
    """Implements `agents.ports.Model` by rules and word counts. Deterministic, free, and modest."""

    def __init__(self, vectoriser: Vectoriser) -> None:
        self._vectoriser = vectoriser

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
            case AboutScreen():
                return Screening(reason="No rule found an attack; no model is set up to look closer (offline).")
            case AboutNormalise():
                return _summary(about)
            case AboutGroup():
                return self._grouping(about)
            case AboutDecide():
                return _verdict(about)
            case _:
                return None

    def _grouping(self, about: AboutGroup) -> Grouping:
        new = Text(about.summary.title, about.summary.gist, about.words)
        scored = [(self._likeness(new, choice), choice) for choice in about.choices]
        scored.sort(key=lambda pair: -pair[0])  # stable: the search's own order decides between equals
        ranking = tuple(choice.subject for _, choice in scored)
        best, nearest = scored[0]
        if best < THRESHOLD:
            reason = f"The nearest, {nearest.subject}, is too unlike: {best:.2f} of {THRESHOLD:.2f} by words (offline)."
            return Grouping(ranking=ranking, reason=reason[:_REASON_LIMIT])
        reason = (
            f"The words are like those of {nearest.subject}: {best:.2f}, at least {THRESHOLD:.2f} is needed (offline)."
        )
        return Grouping(
            ranking=ranking, pull_request_title=nearest.title, reason=reason[:_REASON_LIMIT], candidate=nearest.subject
        )

    def _likeness(self, new: Text, choice: Choice) -> float:
        """By the report, or by the signal under it that is most alike."""
        titles = dict.fromkeys((choice.title, *choice.signal_titles[-8:]))
        return max(likeness(new, [Text(title, choice.gist) for title in titles], self._vectoriser))


def _summary(about: AboutNormalise) -> Summary:
    title = " ".join(about.title.split())[:_REASON_LIMIT] or plain_reading.title(about.text)
    title = title or f"A signal from {about.source} without words"
    is_chat = about.source == CHAT
    return Summary(
        about_product=not is_chat or plain_reading.tells_of_a_problem(about.text),
        title=title,
        gist=plain_reading.gist(about.text) or title,
        queries=plain_reading.queries(title, about.text),
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
